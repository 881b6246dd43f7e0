"""The bound `StepGate`: an accepted dossier starts on its process, and a result comes only from the step that makes it."""

from __future__ import annotations

from datetime import datetime

from motcua.dossiers.commands import Accept, AnyCommand, Forward, Promise, Resolve, ReturnIneligible
from motcua.dossiers.decide import GuardFailed
from motcua.dossiers.writer import Loaded, Move
from motcua.law.moments import local_day
from motcua.processes import engine
from motcua.processes.apologies import waits_for_signature
from motcua.processes.items import unfinished
from motcua.processes.placing import started
from motcua.processes.projection import read_items
from motcua.processes.running import read_running
from motcua.processes.versions import version_in_force


class ProcessGate:
    """See `motcua.dossiers.ports.StepGate`."""

    def before(self, loaded: Loaded, command: AnyCommand, at: datetime) -> None:
        if isinstance(command, Promise) and waits_for_signature(loaded.id):
            raise GuardFailed(
                "Văn bản xin lỗi của hồ sơ đã được soạn: cơ quan gây chậm nêu lý do, thủ trưởng ký tại trang “Cần xin lỗi”."
            )
        if not loaded.snapshot.process:
            return
        if isinstance(command, Forward):
            raise GuardFailed("Hồ sơ đi theo quy trình nội bộ: hãy hoàn thành bước đang mở thay vì chuyển tự do.")
        if isinstance(command, Resolve | ReturnIneligible):
            items = read_items([loaded.id]).get(loaded.id, {})
            if names := unfinished(items.values()):
                raise GuardFailed(f"Chưa ghi nhận kết quả được: còn bước “{'”, “'.join(names)}” chưa xong.")

    def after(self, move: Move, command: AnyCommand, at: datetime) -> None:
        if not isinstance(command, Accept):
            return
        loaded = move.loaded
        found = version_in_force(
            procedure_id=loaded.procedure_id, agency_id=loaded.agency_id, case=command.case, channel=loaded.snapshot.channel,
            on=local_day(at),
        )  # fmt: skip
        if found is None:
            return
        version_id, digest = found
        running = read_running(loaded, digest)
        advance = engine.start(running.definition, running.facts)
        snapshot = loaded.snapshot
        opened = running.placed(advance, snapshot.clock_started_at or at, snapshot.seq + 1, snapshot.due_at)
        move.give(started(places=running.places, version_id=version_id, digest=digest, opened=opened), at)
