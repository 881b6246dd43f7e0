"""The sign of one document number on many results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from motcua.processes.suspicions.story import Ref, Seen


@dataclass(frozen=True, slots=True)
class Numbered:
    """A valid result that bears a number."""

    agency_id: int
    procedure_id: int
    number: str
    signed_on: date
    dossier_id: int
    code: str
    seq: int
    recorded_at: datetime


def key_of(result: Numbered) -> tuple[int, int, int, str]:
    """What must not repeat: registers run per agency and year, and some procedures have a book of their own."""
    return result.agency_id, result.procedure_id, result.signed_on.year, " ".join(result.number.split()).lower()


def same_number(results: Sequence[Numbered], numbers: Mapping[str, int]) -> Iterator[Seen]:
    """`results` share one key; in the order of recording."""
    dossiers = {result.dossier_id for result in results}
    days = {result.signed_on for result in results}
    if len(dossiers) < numbers["count"] or len(days) < numbers["days"]:
        return
    first = results[0]
    agency, procedure, year, number = key_of(first)
    yield Seen(
        f"number:{agency}:{procedure}:{number}"[:160],
        str(year),
        agency,
        results[-1].recorded_at,
        f"Số “{first.number}” đứng trên {len(dossiers)} kết quả, ký vào {len(days)} ngày khác nhau.",
        (
            ("Số văn bản", first.number),
            ("Số hồ sơ", str(len(dossiers))),
            ("Ngày ký sớm nhất", f"{min(days):%d/%m/%Y}"),
            ("Ngày ký muộn nhất", f"{max(days):%d/%m/%Y}"),
        ),
        tuple(Ref(one.dossier_id, one.code, one.seq, f"ký ngày {one.signed_on:%d/%m/%Y}") for one in results[:50]),
        procedure_id=procedure,
    )
