"""What the desk's tests add to the common province, and the clock they set."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.province import MONDAY, Province, build_procedure

from motcua.catalog.models import DeskProcedure, ResultKind
from motcua.dossiers import commands as c
from motcua.dossiers.commands import PartyData, ResultData
from motcua.dossiers.services import give_command, receive_at_counter, submit_dossier
from motcua.organizations.models import Role

PASSWORD = "mat-khau-rat-dai-2026"


@dataclass
class Clock:
    """What the desk takes for now."""

    at: datetime = field(default=MONDAY + timedelta(hours=1))

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> None:
        self.at += timedelta(**by)


def furnish(province: Province) -> Province:
    """Adds what the desk's pages need beyond the common province: more roles, a same-day and a certification procedure."""
    root, department = province.root, province.department
    province.hire("admin", "Hồ Quản Trị", root, {Role.ADMINISTRATOR: root})
    province.hire("desk_head", "Đặng Phụ Trách", root, {Role.DESK_HEAD: root}, desk=province.desk)
    province.hire("postal", "Lý Bưu Chính", root, {Role.POSTAL_WORKER: root})
    same_day = build_procedure(
        "2.000815",
        "Chứng thực bản sao từ bản chính giấy tờ, văn bản",
        province.procedure.sector,
        days=None,
        same_day=True,
    )
    ResultKind.objects.create(version=same_day.current, position=1, name="Bản sao được chứng thực")
    ResultKind.objects.create(version=province.procedure.current, position=1, name="Giấy phép xây dựng")
    DeskProcedure.objects.create(desk=province.desk, procedure=same_day, agency=department)
    province.same_day = same_day  # type: ignore[attr-defined]
    return province


NAMES = (
    "Nguyễn Thị Hòa", "Trần Văn Bình", "Lê Hoàng Phương Anh", "Phạm Quốc Đạt", "Y Moan Êban", "Huỳnh Thị Ngọc Diễm",
    "Đặng Vũ Thùy Dương", "Công Tằng Tôn Nữ Hoàng Thị Phương Thảo Nguyên Bảo Châu Ngọc",
)  # fmt: skip


def party(at: int) -> PartyData:
    return PartyData(
        NAMES[at % len(NAMES)],
        f"05619{at % 10}{at:06d}",
        1960 + at,
        f"0905{123400 + at}",
        "",
        f"{at} Trần Phú, Nha Trang",
    )


def populate(province: Province, at: datetime) -> dict[str, int]:
    """One dossier of every state, by a name of the state; all before `at`."""
    counter, case, head = province.actor("counter"), province.actor("case"), province.actor("head")
    made: dict[str, int] = {}
    start = at - timedelta(days=5)

    def received(name: str, number: int, **changes: object) -> int:
        intake = province.intake(channel="counter", submitter=party(number), **changes)
        made[name] = receive_at_counter(intake, c.Accept(), actor=counter, at=start + timedelta(minutes=number * 7)).id
        return made[name]

    def then(name: str, *commands: tuple[c.AnyCommand, object], hours: float = 24) -> None:
        for step, (command, actor) in enumerate(commands):
            give_command(made[name], command, actor=actor, at=start + timedelta(hours=hours, minutes=10 * step + 60))

    to_case = (c.Forward("Thẩm định hồ sơ", unit_id=province.unit.pk, officer_id=case.id), case)
    made["submitted"] = submit_dossier(
        province.intake(submitter=party(0)), actor=province.applicant, at=at - timedelta(hours=2)
    ).id
    made["late_answer"] = submit_dossier(
        province.intake(submitter=party(1)), actor=province.applicant, at=at - timedelta(days=3)
    ).id
    made["awaiting_completion"] = submit_dossier(
        province.intake(submitter=party(2)), actor=province.applicant, at=start
    ).id
    then("awaiting_completion", (c.AskCompletion(("Bản vẽ thiết kế",), "Thiếu bản vẽ"), counter))
    received("accepted", 3)
    received("in_process", 4)
    then("in_process", to_case)
    received("awaiting_supplement", 5)
    then(
        "awaiting_supplement", to_case, (c.AskSupplement(("Bản đồ vị trí khu đất",), "Bản đồ cũ không còn đúng"), case)
    )
    received("awaiting_payment", 6)
    then("awaiting_payment", to_case, (c.AskPayment(12_500_000, "Thông báo nộp tiền số 15/TB-CT"), case))
    received("suspended", 7)
    then("suspended", to_case, (c.Suspend("Điều 12 Luật Xây dựng", "25/QĐ-SXD"), head))
    received("withdrawing", 8)
    then("withdrawing", to_case, (c.RequestWithdrawal("Không còn nhu cầu xây dựng"), counter))
    received("promised", 9)
    then("promised", to_case, (c.Promise(at + timedelta(days=3), "Chờ ý kiến của Sở Nông nghiệp và Môi trường"), head))
    for name, number, changes in (
        ("resolved", 10, {}),
        ("coming", 11, {}),
        ("by_post", 12, {"return_method": "post"}),
        ("handed_over", 13, {}),
    ):
        received(name, number, **changes)
        signed = ResultData(
            "Giấy phép xây dựng", f"{number}/GP-SXD", (start + timedelta(days=1)).date(), "Trần Văn Bình", paper=True
        )
        then(name, to_case, (c.Resolve(signed, at_return_desk=name != "coming"), case))
    then("handed_over", (c.HandOver("Phạm Quốc Đạt", "signature", "ab" * 32), counter), hours=48)
    received("returned", 14)
    signed = ResultData("Văn bản trả lời", "14/SXD-TL", (start + timedelta(days=1)).date(), "Trần Văn Bình", paper=True)
    then("returned", to_case, (c.ReturnIneligible(signed, "Đất không thuộc loại được xây dựng"), head))
    received("stopped", 15)
    then("stopped", to_case, (c.Stop("Người nộp đã mất, không có người thừa kế yêu cầu"), head))
    return made
