"""How often what an officer recorded had to be rectified, read from the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db.models import Count

from motcua.dossiers.commands import CORRECTABLE
from motcua.dossiers.models import LedgerEntry
from motcua.dossiers.queries import TimelineItem, timeline_items, visible_to
from motcua.identity.actors import Actor, ActorKind


@dataclass(frozen=True, slots=True)
class RectificationRate:
    """`entries` recorded by the officer in the window; `rectified` = entries of theirs, of any time, put right in it."""

    officer_id: int
    entries: int
    rectified: int


def rectification_rates(actor: Actor, *, since: datetime, until: datetime) -> list[RectificationRate]:
    """By officer, in the dossiers that the actor may see, for [since, until) by time of recording; most rectified first.

    Going back charges every entry that it takes back; a correction charges the entry that had stated the data.
    """
    seen = LedgerEntry.objects.filter(dossier__in=visible_to(actor))
    window = seen.filter(recorded_at__gte=since, recorded_at__lt=until)
    made = dict(
        window.filter(data__actor__kind=ActorKind.OFFICER.value)
        .values_list("data__actor__id")
        .annotate(Count("id"))
        .order_by()
    )
    ids = window.filter(kind="dossier.rectified").values("dossier_id")
    charged: Counter[int] = Counter()
    items = timeline_items(LedgerEntry.objects.filter(dossier_id__in=ids).order_by("dossier_id", "seq"))
    for _, life in groupby(items, key=lambda item: item[0]):
        charged += _charged((item for _, item in life), since, until)
    rates = [RectificationRate(id_, made.get(id_, 0), charged[id_]) for id_ in made.keys() | charged.keys()]
    return sorted(rates, key=lambda rate: (-rate.rectified, -rate.entries, rate.officer_id))


def _charged(life: Iterable[TimelineItem], since: datetime, until: datetime) -> Counter[int]:
    kept: list[TimelineItem] = []
    charged: Counter[int] = Counter()
    for item in life:
        back_to = item.past.back_to
        if item.kind == "dossier.rectified" and since <= item.recorded_at < until:
            charged.update(_officer(wrong) for wrong in _put_right(item, kept) if _officer(wrong))
        if back_to is None:
            kept.append(item)
        else:
            kept = [earlier for earlier in kept if earlier.seq <= back_to]
    return charged


def _put_right(item: TimelineItem, kept: list[TimelineItem]) -> list[TimelineItem]:
    back_to = item.past.back_to
    if back_to is not None:
        return [earlier for earlier in kept if earlier.seq > back_to]
    # What no later entry stated was stated when the dossier came in.
    found = (
        next((earlier for earlier in reversed(kept) if name in _stated(earlier)), kept[0])
        for name in _stated(item) & CORRECTABLE.keys()
    )
    return list({earlier.seq: earlier for earlier in found}.values())


def _stated(item: TimelineItem) -> frozenset[str]:
    return item.personal | item.past.set.keys()


def _officer(item: TimelineItem) -> int:
    """0 for the applicant and the system."""
    return int(item.actor["id"]) if item.actor["kind"] == ActorKind.OFFICER.value else 0
