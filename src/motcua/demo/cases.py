"""The cases that the office's practice knows, and how many of 3,000 dossiers show each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from motcua.demo.world import Offer


def _limited(offer: Offer) -> bool:
    return offer.limited


def _roomy(offer: Offer) -> bool:
    """Long enough for something to happen on the way, short enough to be over soon."""
    return offer.limited and 2 <= offer.days <= 10


def _taxed(offer: Offer) -> bool:
    return offer.code in {"1.007277", "1.009664", "1.013225"}


def _staged(offer: Offer) -> bool:
    return offer.stages == 2


def _unlimited(offer: Offer) -> bool:
    return not offer.limited and not offer.same_day


def _departments(offer: Offer) -> bool:
    return _roomy(offer) and offer.offices[0].code.startswith("H32.") and offer.offices[0].short != "UBND"


def _communes(offer: Offer) -> bool:
    return _roomy(offer) and offer.offices[0].short == "UBND"


def _companies(offer: Offer) -> bool:
    return _roomy(offer) and offer.who != "citizen"


def _certification(offer: Offer) -> bool:
    return offer.code == "2.000815"


@dataclass(frozen=True, slots=True)
class Case:
    """`count` of 3,000. `channel` fixed, or drawn. `age` = days before now in which such a life began, at most and at least."""

    key: str
    count: int
    fits: Callable[[Offer], bool] = _roomy
    channel: str = ""
    back: str = ""
    age: tuple[float, float] | None = None


# A life of these began long enough ago for what it shows to have happened, also where only thirty days are told.
_DONE = (10_000.0, 16.0)

CASES = (
    # Before acceptance.
    Case("completion", 60, channel="online"),
    Case("completion_twice", 15, channel="online"),
    Case("completion_at_counter", 25, channel="counter"),
    Case("refused", 35, channel="online"),
    Case("refused_at_counter", 15, channel="counter"),
    Case("duplicate", 8, channel="online"),
    Case("closed_incomplete", 15, channel="online", age=_DONE),
    Case("withdrawn_early", 20, channel="online"),
    Case("slow_answer", 18, channel="online"),
    # On the way.
    Case("supplement", 70),
    Case("supplement_twice", 12, _limited, age=_DONE),
    Case("never_supplemented", 10, age=_DONE),
    Case("payment", 40, _taxed),
    Case("suspension", 14),
    Case("extension", 14, age=_DONE),
    Case("stopped", 8, age=_DONE),
    Case("withdrawn_late", 20),
    Case("withdrawal_declined", 9),
    Case("returned", 35),
    Case("early_hand_over", 9),
    Case("data_rectified", 9),
    Case("rectified", 8, age=_DONE),
    Case("late", 50, age=_DONE),
    Case("apology", 26, age=_DONE),
    Case("apology_after_due", 8, age=_DONE),
    # Kinds of procedures.
    Case("two_stages", 16, _staged),
    Case("no_limit", 60, _unlimited),
    Case("batch_papers", 60, _certification, "counter"),
    Case("batch_persons", 40, _certification, "counter"),
    # Where and by whom.
    Case("elsewhere_paper", 30, _communes, "counter"),
    Case("elsewhere_online", 20, _departments, "online"),
    Case("elsewhere_department", 25, _departments, "counter"),
    Case("by_post", 70, channel="post"),
    Case("at_home", 45, channel="home"),
    Case("kiosk", 50, channel="kiosk"),
    Case("vneid", 90, channel="vneid"),
    Case("recorded_late", 18, channel="home"),
    Case("assisted", 60, channel="online"),
    Case("authorised", 50),
    Case("business", 60, _companies),
    Case("state_body", 8, _companies),
    # How the result reaches its owner.
    Case("carried", 20, _departments, "counter", "desk"),
    Case("posted", 60, back="post", age=_DONE),
    Case("electronic", 90, channel="online", back="electronic"),
    Case("uncollected", 40, channel="counter", back="desk", age=_DONE),
    Case("one_time_code", 60, channel="counter", back="desk"),
    # What stands open now.
    Case("unanswered_now", 14, channel="online", age=(0.6, 0.0)),
    Case("incomplete_now", 9, channel="online", age=(9.0, 5.0)),
    Case("accepted_now", 12, _limited, "counter", age=(5.0, 0.0)),
    Case("in_process_now", 30, _limited, "counter", age=(6.0, 1.0)),
    Case("supplement_now", 10, age=(9.0, 5.0)),
    Case("payment_now", 7, _taxed, age=(9.0, 5.0)),
    Case("suspended_now", 7, age=(9.0, 5.0)),
    Case("withdrawal_now", 7, age=(5.0, 3.0)),
    Case("on_the_way_now", 8, _departments, "counter", "desk", age=(12.0, 5.0)),
    Case("sent_now", 8, channel="online", back="post", age=(12.0, 5.0)),
    Case("late_now", 14, age=(28.0, 19.0)),
)
