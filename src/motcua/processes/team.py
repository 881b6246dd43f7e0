"""Who else has a part in a step beside its officer: some cooperate, some follow it. What fits is pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.db.models import Q

from motcua.dossiers.permissions import READING_ROLES
from motcua.law.errors import BadInput
from motcua.law.moments import local_day
from motcua.organizations.models import Officer

MOST = 20


class WithTeam(Protocol):
    """What is read of a step, or of its row."""

    officer_id: int | None
    cooperating: list[int]
    following: list[int]


@dataclass(frozen=True, slots=True)
class Team:
    """Ids of officers in the order in which they were named; None = as it was."""

    cooperating: Sequence[int] | None = None
    following: Sequence[int] | None = None


def settled(team: Team, step: WithTeam, main: int | None, colleagues: Mapping[int, str]) -> tuple[list[int], list[int]]:
    """The lists as they stand after the step is given to `main`; `colleagues` are the names of those who may be named.

    Whoever becomes the main one leaves a list that is kept. Raises BadInput with the field that is wrong.
    """
    for word, field, ids in (
        ("Người phối hợp", "cooperating", team.cooperating or ()),
        ("Người theo dõi", "following", team.following or ()),
    ):
        if len(ids) > MOST:
            raise BadInput(f"{word}: đã chọn {len(ids)} người; nhiều nhất {MOST} người.", field=field)
        if strange := [pk for pk in ids if pk not in colleagues]:
            raise BadInput(
                f"{word}: {len(strange)} người không làm việc ở cơ quan thực hiện bước này, hoặc không được xem hồ sơ.",
                field=field,
            )
        if main in ids:
            raise BadInput(f"{word}: {colleagues[main or 0]} đang là người chủ trì; hãy bỏ chọn.", field=field)
        if twice := _twice(ids):
            raise BadInput(f"{word}: {colleagues[twice]} được chọn hai lần.", field=field)
    cooperating, following = (
        [pk for pk in (old if new is None else new) if pk != main]
        for new, old in ((team.cooperating, step.cooperating), (team.following, step.following))
    )
    if both := next((pk for pk in following if pk in cooperating), None):
        if team.following is not None:
            raise BadInput(f"Người theo dõi: {colleagues[both]} đã là người phối hợp.", field="following")
        following = [pk for pk in following if pk not in cooperating]
    return cooperating, following


def _twice(ids: Sequence[int]) -> int | None:
    seen: set[int] = set()
    for pk in ids:
        if pk in seen:
            return pk
        seen.add(pk)
    return None


def colleagues_of(agency_id: int | None, at: datetime) -> dict[int, str]:
    """Names, by id, of those who may cooperate in a step of the agency or follow it: its people in post who read dossiers.

    In the order of their names; nobody of a body without an account.
    """
    on = local_day(at)
    found = Officer.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=on),
        Q(assignments__valid_to=None) | Q(assignments__valid_to__gt=on),
        agency=agency_id,
        valid_from__lte=on,
        assignments__role__in=READING_ROLES,
        assignments__valid_from__lte=on,
        assignments__delegated_by=None,
    )
    return dict(found.order_by("full_name", "id").values_list("id", "full_name")) if agency_id else {}


def names_of(steps: Collection[WithTeam]) -> dict[int, str]:
    """Names of all who cooperate in the steps or follow them; no query where nobody does."""
    ids = {pk for step in steps for pk in (*step.cooperating, *step.following)}
    return dict(Officer.objects.filter(pk__in=ids).values_list("id", "full_name")) if ids else {}


def team_text(step: WithTeam, names: Mapping[int, str]) -> str:
    """“Phối hợp: A, B. Theo dõi: C.”, "" for a step that only its officer has."""
    return " ".join(
        f"{word}: {', '.join(names.get(pk, '') for pk in ids)}."
        for word, ids in (("Phối hợp", step.cooperating), ("Theo dõi", step.following))
        if ids
    )
