"""What pages of reports read from their address: the period, by which calendar, and of whom."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404

from motcua.board.asking import OWN, REGIME_TEXT, Period, month_of, offered, read_moment, read_period
from motcua.board.places import Place, place_of
from motcua.desk.access import DeskRequest, said
from motcua.law.errors import BadInput
from motcua.organizations.models import Agency
from motcua.platform.chosen import code_in
from motcua.platform.presentation.words import local
from motcua.reporting.permissions import READERS, over
from motcua.statistics.knowledge import known_until
from motcua.statistics.models import DimAgency
from motcua.statistics.periods import Regime


def asked_period(request: DeskRequest, *, any_days: bool = False) -> Period:
    """The last quarter that has ended where none is asked, from the 15th to the 14th.

    What is filed, declared or written has a period with a name; only what is just looked at may be of `any_days`.
    Raises BadInput.
    """
    given = {name: said(request.GET, name, limit=20) for name in ("ky", "che-do", "tu", "den")}
    given["che-do"] = given["che-do"] or "bao-cao"
    today = local(request.at).date()
    if not given["ky"]:
        year, month = month_of(today, Regime.CALENDAR if given["che-do"] == "lich" else Regime.REPORTING)
        year, quarter = divmod(year * 4 + (month - 1) // 3 - 1, 4)
        given["ky"] = f"{year}-Q{quarter + 1}"
    period = read_period(given, today)
    if period.key == OWN and not any_days:
        raise BadInput("Khoảng ngày riêng chỉ xem được ở Biểu 06a; ở đây cần chọn một kỳ trong danh sách.", field="ky")
    return period


def asked_moment(request: DeskRequest) -> datetime:
    """As known when: to the microsecond, as links write it; now where none is asked. Raises BadInput."""
    return read_moment(said(request.GET, "luc"), known_until(request.at))


def regime_word(period: Period) -> str:
    return "bao-cao" if period.regime is Regime.REPORTING else "lich"


def query_of(period: Period) -> dict[str, str]:
    """The part of an address that asks for the period again, its calendar always said."""
    return period.query | {"che-do": regime_word(period)}


def chooser(request: DeskRequest, period: Period | None, *, months: bool = False) -> dict[str, Any]:
    """What may be chosen: quarters and years, where `months` months too."""
    regime = period.regime if period else Regime.REPORTING
    return {
        "offered": offered(local(request.at).date(), regime)[0 if months else 1 :],
        "regimes": REGIME_TEXT,
        "asked": {"ky": period.key, "che_do": regime_word(period)} if period else {"ky": "", "che_do": "bao-cao"},
    }


def asked_place(request: DeskRequest) -> tuple[list[DimAgency], Place | None]:
    """An agency of the officer's with all below it, the highest where none is asked; another is not there."""
    codes = Agency.objects.filter(pk__in=over(request.actor, READERS)).values("code")
    agencies = list(DimAgency.objects.filter(code__in=codes).order_by("path"))
    code = code_in(said(request.GET, "co-quan"), {one.code for one in agencies})
    place = place_of(agencies, code)
    if code and place is None:
        raise Http404(code)
    return agencies, place
