"""Writes procedures from facts, set by set. Called by `services` only, inside its transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db import connection
from django.db.models import F

from motcua.catalog.facts import ProcedureFacts
from motcua.catalog.models import (
    ChannelRule,
    LegalGround,
    PaperRequirement,
    Procedure,
    ProcedureVersion,
    ResultKind,
    ReviewItem,
    Sector,
)
from motcua.catalog.sectors import sector_code
from motcua.platform.text import search_key

_LOCK = 0x6D637461
"""One writer of the catalogue at a time: two imports of the same file would both find a procedure missing."""

_WORDS = """
UPDATE catalog_procedure p SET words = to_tsvector('simple', k.words)
FROM unnest(%s::bigint[], %s::text[]) AS k(id, words) WHERE p.id = k.id
"""
_CURRENT = """
UPDATE catalog_procedure p SET current_id = v.id
FROM catalog_procedureversion v WHERE v.id = ANY(%s) AND p.id = v.procedure_id
"""
_CLOSE = """
UPDATE catalog_procedureversion old SET valid_to = new.valid_from
FROM catalog_procedureversion new
WHERE new.id = ANY(%s) AND old.procedure_id = new.procedure_id AND old.id <> new.id AND old.valid_to IS NULL
"""
_SERVER_BATCH = 2000


class Outcome(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of each procedure, by code, and the ids of the versions made."""

    outcomes: dict[str, Outcome]
    versions: tuple[int, ...]


def lock_catalogue() -> None:
    """Until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def store(batch: Sequence[ProcedureFacts], *, valid_from: date, source: str, only_from: str = "") -> Stored:
    """Create or renew each procedure. Codes in a batch are distinct.

    The same content hash is unchanged; a version loaded without its prose then gets it. With `only_from`, a procedure
    whose current version has another source is left as it is.
    """
    known = {
        procedure.code: procedure
        for procedure in Procedure.objects.select_related("current").filter(code__in=[facts.code for facts in batch])
    }
    outcomes: dict[str, Outcome] = {}
    fresh: list[tuple[ProcedureFacts, int]] = []
    prose: list[tuple[int, ProcedureFacts]] = []
    for facts in batch:
        procedure = known.get(facts.code)
        current = procedure.current if procedure else None
        if current is None:
            outcomes[facts.code] = Outcome.NEW
            fresh.append((facts, 1))
        elif current.content_hash == facts.content_hash or (only_from and current.source != only_from):
            outcomes[facts.code] = Outcome.UNCHANGED
            if facts.has_steps and facts.steps_text and not current.steps_text:
                prose.append((current.pk, facts))
        else:
            outcomes[facts.code] = Outcome.CHANGED
            fresh.append((facts, current.number + 1))
    sectors = _sectors({facts.sector for facts, _ in fresh})
    _procedures([facts for facts, _ in fresh], known, sectors)
    made = _versions(fresh, known, valid_from, source)
    if prose:
        _add_prose(prose)
    return Stored(outcomes, tuple(made))


def waiting_codes(codes: Iterable[str]) -> frozenset[str]:
    """Those of `codes` whose version in force has something to settle."""
    items = ReviewItem.objects.filter(
        status=ReviewItem.Status.OPEN,
        version__procedure__current=F("version"),
        version__procedure__code__in=list(codes),
    )
    return frozenset(items.values_list("version__procedure__code", flat=True))


def _sectors(names: set[str]) -> dict[str, Sector]:
    """By name. Spellings of one name (`Thi đua – Khen thưởng`, `Thi đua khen thưởng`) share a code and a sector."""
    codes = {name: sector_code(name) for name in sorted(names)}
    found = {sector.code: sector for sector in Sector.objects.filter(code__in=codes.values())}
    made = {
        code: Sector(code=code, name=name, name_key=search_key(name))
        for name, code in codes.items()
        if code not in found
    }
    Sector.objects.bulk_create(made.values())
    for name, code in codes.items():
        sector = found.get(code)
        if sector is not None and sector.imported:
            # Created by an import of dossiers, which may have known the code only.
            sector.name, sector.name_key, sector.imported = name, search_key(name), False
            sector.save(update_fields=["name", "name_key", "imported"])
    return {name: found.get(code) or made[code] for name, code in codes.items()}


def _procedures(fresh: Sequence[ProcedureFacts], known: dict[str, Procedure], sectors: dict[str, Sector]) -> None:
    """Adds to `known` what was missing, and renews name, sector and search words of what was there."""
    made = [
        Procedure(code=facts.code, name=facts.name, sector=sectors[facts.sector])
        for facts in fresh
        if facts.code not in known
    ]
    Procedure.objects.bulk_create(made)
    there = [facts for facts in fresh if facts.code in known]
    for facts in there:
        procedure = known[facts.code]
        procedure.name, procedure.sector, procedure.imported = facts.name, sectors[facts.sector], False
    Procedure.objects.bulk_update([known[facts.code] for facts in there], ["name", "sector", "imported"])
    known.update({procedure.code: procedure for procedure in made})
    with connection.cursor() as cursor:
        ids = [known[facts.code].pk for facts in fresh]
        cursor.execute(_WORDS, [ids, [f"{search_key(facts.name)} {facts.code}" for facts in fresh]])


def _versions(
    fresh: Sequence[tuple[ProcedureFacts, int]], known: dict[str, Procedure], valid_from: date, source: str
) -> list[int]:
    versions = []
    for facts, number in fresh:
        before = known[facts.code].current
        versions.append(
            ProcedureVersion(
                procedure=known[facts.code],
                number=number,
                # A version cannot begin before the one it follows.
                valid_from=max(valid_from, before.valid_from) if before else valid_from,
                content_hash=facts.content_hash,
                name=facts.name,
                decision_number=facts.decision_number,
                levels=list(facts.levels),
                audience=list(facts.audience),
                competent_agency=facts.competent_agency,
                performing_agency=facts.performing_agency,
                sets=facts.sets,
                has_steps=facts.has_steps,
                has_conditions=facts.has_conditions,
                steps_text=facts.steps_text,
                conditions_text=facts.conditions_text,
                source=source,
            )
        )
    ProcedureVersion.objects.bulk_create(versions)
    pairs = [(version, facts) for version, (facts, _) in zip(versions, fresh, strict=True)]
    ChannelRule.objects.bulk_create(
        (
            ChannelRule(
                version=version,
                position=position,
                channel=rule.channel,
                condition=rule.condition,
                amount=rule.amount,
                unit=rule.unit,
                limit_text=rule.limit_text,
                fee_vnd=rule.fee_vnd,
                fee_text=rule.fee_text,
            )
            for version, facts in pairs
            for position, rule in enumerate(facts.channels)
        ),
        batch_size=_SERVER_BATCH,
    )
    PaperRequirement.objects.bulk_create(
        (
            PaperRequirement(
                version=version,
                position=position,
                case=paper.case,
                name=paper.name,
                form_name=paper.form_name,
                originals=paper.originals,
                copies=paper.copies,
            )
            for version, facts in pairs
            for position, paper in enumerate(facts.papers)
        ),
        batch_size=_SERVER_BATCH,
    )
    ResultKind.objects.bulk_create(
        (
            ResultKind(version=version, position=position, name=name, code=code)
            for version, facts in pairs
            for position, (name, code) in enumerate(facts.results)
        ),
        batch_size=_SERVER_BATCH,
    )
    _grounds([(version.pk, facts) for version, facts in pairs])
    ReviewItem.objects.bulk_create(
        (
            ReviewItem(
                version=version,
                position=position,
                field=doubt.field,
                text=doubt.text,
                reason=doubt.reason,
                suggestion=doubt.suggestion,
            )
            for version, facts in pairs
            for position, doubt in enumerate(facts.doubts)
        ),
        batch_size=_SERVER_BATCH,
    )
    ids = [version.pk for version in versions]
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE, [ids])
        cursor.execute(_CURRENT, [ids])
    return ids


def _grounds(pairs: Iterable[tuple[int, ProcedureFacts]]) -> None:
    LegalGround.objects.bulk_create(
        (
            LegalGround(version_id=version_id, position=position, number=number, title=title)
            for version_id, facts in pairs
            for position, (number, title) in enumerate(facts.grounds)
        ),
        batch_size=_SERVER_BATCH,
    )


def _add_prose(pairs: Sequence[tuple[int, ProcedureFacts]]) -> None:
    """The shipped facts come without steps, conditions and titles of documents; the same record brings them."""
    ProcedureVersion.objects.bulk_update(
        [
            ProcedureVersion(pk=pk, steps_text=facts.steps_text, conditions_text=facts.conditions_text)
            for pk, facts in pairs
        ],
        ["steps_text", "conditions_text"],
        batch_size=200,
    )
    untouched = set(
        ProcedureVersion.objects.filter(pk__in=[pk for pk, _ in pairs])
        .exclude(
            reviews__field="grounds", reviews__status__in=[ReviewItem.Status.ACCEPTED, ReviewItem.Status.CORRECTED]
        )
        .values_list("pk", flat=True)
    )
    LegalGround.objects.filter(version_id__in=untouched).delete()
    _grounds((pk, facts) for pk, facts in pairs if pk in untouched)
