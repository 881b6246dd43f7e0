"""The only module that binds what a lower room needs to what a higher room has.

Loaded as the last Django app: when it is ready every room is, and an unbound port fails here, at the start.
"""

from __future__ import annotations

from django.apps import AppConfig


def wire() -> None:
    """Binds ports, subscribers and sweeps; safe to call again."""
    # Imported here because models may not be imported before every app is loaded.
    from motcua.documents import stuck as papers_stuck
    from motcua.documents.services import ask_for_scans, can_stand_as_result
    from motcua.documents.subscriber import forget_files, issue_forms, issue_past_forms
    from motcua.dossiers.checkpoints import checkpoint_sweep
    from motcua.dossiers.ports import ports
    from motcua.dossiers.sweeps import fire_timers
    from motcua.exchange.services import ask_to_talk, collect, forget_replies, note_silence
    from motcua.notifications import stuck as notices_stuck
    from motcua.notifications.digests import send_digests
    from motcua.notifications.officer_notices import warn
    from motcua.notifications.services import remind_uncollected
    from motcua.notifications.subscriber import keep_told, tell_applicant
    from motcua.notifications.watching import apply_settings, follow_ledger
    from motcua.platform.jobs import register_sweep
    from motcua.processes.apologies import keep_letters, keep_past_letters
    from motcua.processes.bodies import forget_answers
    from motcua.processes.gate import ProcessGate
    from motcua.processes.hand_over import cut_of_day
    from motcua.processes.linked import advance_joined
    from motcua.processes.projection import project, project_past
    from motcua.processes.services import time_out
    from motcua.processes.stuck.kinds import register_own
    from motcua.processes.stuck.services import find_stuck
    from motcua.processes.substitutes import end_stand_ins
    from motcua.processes.suspicions.services import sweep_daily
    from motcua.processes.transfers import send_steps
    from motcua.statistics.services import project as project_facts
    from motcua.statistics.services import refresh as refresh_names

    # Forms last: their number rows stay locked until the commit.
    ports.bind(
        subscribers=(
            project,
            send_steps,
            keep_letters,
            forget_answers,
            forget_replies,
            tell_applicant,
            forget_files,
            issue_forms,
        ),
        past_subscribers=(project_past, keep_past_letters, keep_told, issue_past_forms),
        result_evidence=can_stand_as_result,
        step_gate=ProcessGate(),
    )
    register_sweep("dossier timers", fire_timers)
    register_sweep("steps out of time", time_out)
    register_sweep("joined requests", advance_joined)
    register_sweep("messages to other systems", collect, every_seconds=2)
    register_sweep("answers of other systems", ask_to_talk, every_seconds=2)
    register_sweep("silent systems", note_silence, every_seconds=60)
    register_sweep("watched due moments", follow_ledger)
    register_sweep("facts of figures", project_facts)
    register_sweep("names in figures", refresh_names, every_seconds=60)
    register_sweep("warnings to officers", warn)
    register_sweep("settings of warnings", apply_settings, every_seconds=60)
    register_sweep("digests of the morning", send_digests, every_seconds=60)
    register_sweep("hand-over lists", cut_of_day, every_seconds=60)
    register_sweep("stand-ins over", end_stand_ins, every_seconds=300)
    register_sweep("uncollected results", remind_uncollected, every_seconds=60)
    register_sweep("unscanned files", lambda at: ask_for_scans(), every_seconds=60)
    register_sweep("ledger checkpoint", checkpoint_sweep, every_seconds=3600)
    for register in (register_own, notices_stuck.register, papers_stuck.register):
        register()
    register_sweep("dossiers that stand still", find_stuck, every_seconds=600)
    register_sweep("signs for the inspector", sweep_daily, every_seconds=600)


class WiringConfig(AppConfig):
    # The package itself: its templates/ and static/ are those shared by all faces.
    name = "motcua"
    label = "wiring"
    verbose_name = "Một cửa"

    def ready(self) -> None:
        wire()
