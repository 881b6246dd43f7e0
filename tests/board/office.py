"""A week of a small province with early, late, due and waiting dossiers of three agencies, for the board's tests."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from tests.desk.browser import let_in
from tests.desk.office import furnish, party
from tests.province import MONDAY, START, Province, build_province, result

from motcua.catalog.models import DeskProcedure
from motcua.dossiers import commands as c
from motcua.dossiers.services import give_command, receive_at_counter, submit_dossier
from motcua.organizations.models import Desk, Role
from motcua.organizations.services import create_agency
from motcua.processes.models import StuckDossier
from motcua.statistics.services import catch_up

# Monday's dossiers fell due on Thursday at the same hour, Wednesday's fall due on Monday.
FRIDAY = MONDAY + timedelta(days=4, hours=2)


def live_a_week(words: bool = False) -> Province:
    """`words`: everybody can sign in by hand."""
    province = furnish(build_province())
    root = province.root
    vertical = create_agency(code="H32.900", name="Công an tỉnh", level="vertical", valid_from=START, parent=root)
    province.hire("reform", "Mai Cải Cách", root, {Role.REFORM_OFFICER: root})
    province.hire("inspector", "Lý Thanh Tra", province.commune, {Role.INSPECTOR: province.commune})
    desk = Desk.objects.create(code="CA", name="Bộ phận một cửa Công an tỉnh", agency=vertical)
    DeskProcedure.objects.create(desk=desk, procedure=province.procedure, agency=vertical)
    roles = {Role.COUNTER_OFFICER: vertical, Role.CASE_OFFICER: vertical}
    province.hire("police", "Trần Công An", vertical, roles, desk=desk)
    for number in range(6):
        _one(province, number, MONDAY + timedelta(minutes=10 * number))
    for number in range(6, 9):
        _one(province, number, MONDAY + timedelta(days=2, minutes=number))
    _of(province, province.commune, "commune_counter", "commune_case", province.commune_desk, 20, MONDAY, early=True)
    _of(
        province,
        province.commune,
        "commune_counter",
        "commune_case",
        province.commune_desk,
        21,
        FRIDAY - timedelta(hours=1),
    )
    _of(province, vertical, "police", "police", desk, 22, MONDAY, early=True)
    submit_dossier(province.intake(submitter=party(30)), actor=province.applicant, at=FRIDAY - timedelta(hours=1))
    for agency, dossier in ((province.department, 0), (province.department, 1)):
        StuckDossier.objects.create(
            kind="no_move", dossier_id=province.made[dossier], agency=agency, since=MONDAY, detail="Thẩm định hồ sơ",
            found_at=FRIDAY,
        )  # type: ignore[attr-defined]  # fmt: skip
    if words:
        let_in(province.officers.values())
    catch_up()
    return province


def _one(province: Province, number: int, at: datetime) -> None:
    """Of the department: 0 and 1 stay open, 2 waits for a supplement, 3 and 4 are early, 5 is late; the rest is open."""
    made = _of(province, province.department, "counter", "case", province.desk, number, at)
    province.__dict__.setdefault("made", []).append(made)
    case = province.actor("case")
    if number == 2:
        give_command(made, c.AskSupplement(("Bản vẽ",), "Thiếu"), actor=case, at=at + timedelta(hours=5))
    elif number in (3, 4):
        give_command(made, c.Resolve(result(signed_on=date(2026, 11, 17))), actor=case, at=at + timedelta(days=1))
    elif number == 5:
        give_command(made, c.Resolve(result(signed_on=date(2026, 11, 17))), actor=case, at=at + timedelta(days=4))


def _of(
    province: Province, agency: object, counter: str, case: str, desk: object, number: int, at: datetime, *, early: bool = False
) -> int:  # fmt: skip
    intake = province.intake(
        agency_id=agency.pk, receiving_desk_id=desk.pk, return_desk_id=desk.pk, submitter=party(number),
        channel="online" if number % 2 else "counter",
    )  # fmt: skip
    if number % 2:
        made = submit_dossier(intake, actor=province.applicant, at=at).id
        give_command(made, c.Accept(), actor=province.actor(counter), at=at)
    else:
        made = receive_at_counter(intake, c.Accept(), actor=province.actor(counter), at=at).id
    give_command(
        made, c.Forward("Thẩm định hồ sơ", officer_id=province.actor(case).id), actor=province.actor(case),
        at=at + timedelta(minutes=30),
    )  # fmt: skip
    if early:
        give_command(
            made, c.Resolve(result(signed_on=date(2026, 11, 17))), actor=province.actor(case), at=at + timedelta(days=1)
        )
    return made
