"""The only writer of risk models: learns anew and keeps the version with its proof."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Max

from motcua.law.errors import BadInput
from motcua.law.moments import to_minutes
from motcua.processes.models import RiskModel
from motcua.processes.risk.past import known_at, read_past
from motcua.processes.risk.training import TooLittleHistory, judge, known_json, passes

MONTHS = 18
HELD_BACK_MONTHS = 3
MOST_MONTHS = 60


@dataclass(frozen=True, slots=True)
class Trained:
    """`agency` "" = the province. `model` None with `reason`: there was too little to learn from."""

    agency: str
    model: RiskModel | None
    reason: str = ""


def train(
    *,
    at: datetime,
    agency_codes: Sequence[str] = (),
    months: int = MONTHS,
    held_back: int = HELD_BACK_MONTHS,
    said: Callable[[str], None] = lambda code: None,
) -> list[Trained]:
    """A new version for the province, and for each agency asked (default: all) whose own history is enough.

    `months` of records are read, the last `held_back` of them judge. Raises BadInput for an unknown agency or span.
    """
    if not 1 <= held_back < months <= MOST_MONTHS:
        raise BadInput(
            f"Số tháng để học đang là {months}, số tháng giữ lại đang là {held_back}: số giữ lại ít nhất là 1 và ít hơn số"
            f" để học, số để học nhiều nhất là {MOST_MONTHS}."
        )
    agencies = _agencies(agency_codes)
    first = at - timedelta(days=30 * months)
    cut = at - timedelta(days=30 * held_back)
    trained = []
    for code, ids in [("", None), *((code, [id_]) for code, id_ in agencies)]:
        said(code)
        try:
            trained.append(Trained(code, _train_one(ids, first, cut, at)))
        except TooLittleHistory as error:
            trained.append(Trained(code, None, error.message))
    return trained


def _train_one(ids: list[int] | None, first: datetime, cut: datetime, at: datetime) -> RiskModel:
    past = read_past(first, at, ids)
    judged = judge(past, first=to_minutes(first), cut=to_minutes(cut), now=to_minutes(at))
    content = {"logistic": judged.model.as_json(), "known": known_json(known_at(past, to_minutes(at)))}
    agency_id = ids[0] if ids else None
    with transaction.atomic():
        own = (
            RiskModel.objects.filter(agency_id=agency_id)
            if agency_id
            else RiskModel.objects.filter(agency__isnull=True)
        )
        last = own.aggregate(last=Max("number"))["last"] or 0
        return RiskModel.objects.create(
            agency_id=agency_id, number=last + 1, trained_at=at, cut_at=cut, content=content, proof=judged.proof,
            shown=passes(judged.proof),
        )  # fmt: skip


def _agencies(codes: Sequence[str]) -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        if codes:
            cursor.execute(
                "SELECT code, id FROM organizations_agency WHERE code = ANY(%s) ORDER BY code", [list(codes)]
            )
        else:
            cursor.execute(
                "SELECT a.code, a.id FROM organizations_agency a"
                " WHERE EXISTS (SELECT FROM dossiers_dossier d WHERE d.agency_id = a.id AND d.process <> '') ORDER BY a.code"
            )
        found: list[tuple[str, int]] = cursor.fetchall()
    unknown = sorted(set(codes) - {code for code, _ in found})
    if unknown:
        raise BadInput(f"Không có cơ quan nào mang mã “{unknown[0]}”.", agency=unknown[0])
    return found
