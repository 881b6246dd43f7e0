"""The board's week of a small province, some weeks later, with those who close and sign its reports."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.board.office import FRIDAY, live_a_week
from tests.desk.browser import let_in
from tests.province import Province

from motcua.dossiers.models import Dossier
from motcua.law.moments import VIETNAM
from motcua.organizations.models import Role
from motcua.statistics.services import refresh

# The week lies in the quarter that ends on the 14th of December; reports are closed on the day after.
LATER = datetime(2026, 12, 15, 9, 0, tzinfo=VIETNAM)
PERIOD = "2026-Q4"


def staffed(words: bool = False) -> Province:
    """`words`: everybody can sign in by hand."""
    province = live_a_week()
    province.hire("commune_reform", "Cao Cải Cách Xã", province.commune, {Role.REFORM_OFFICER: province.commune})
    province.hire("commune_head", "Tô Trưởng Phòng Xã", province.commune, {Role.UNIT_HEAD: province.commune})
    province.hire("chair", "Hà Chủ Tịch", province.commune, {Role.SIGNER: province.commune})
    refresh(FRIDAY + timedelta(hours=1))
    if words:
        let_in(province.officers.values())
    return province


def open_of_commune() -> int:
    """The one dossier of the commune that has no result."""
    return Dossier.objects.filter(agency__code="H32.101", resolved_at=None).values_list("pk", flat=True).get()
