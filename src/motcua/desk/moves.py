"""Which moves a page offers: those of the lifecycle that this actor may give to this dossier now, the likely one first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from motcua.desk.forms.moves import FORMS, Around
from motcua.dossiers.models import Dossier
from motcua.dossiers.permissions import Subject, can
from motcua.dossiers.queries import TimelineItem
from motcua.identity.actors import Actor
from motcua.law.lifecycle import COMMAND_TEXT, Command, State, possible
from motcua.organizations.models import Agency, Officer, Role, RoleAssignment, Unit
from motcua.platform.presentation.words import local
from motcua.processes.items import unfinished
from motcua.processes.models import WorkItem

SLUGS: Final = {
    Command.ACCEPT: "tiep-nhan",
    Command.ASK_COMPLETION: "yeu-cau-hoan-thien",
    Command.REFUSE: "tu-choi",
    Command.COMPLETE: "nhan-hoan-thien",
    Command.CLOSE_INCOMPLETE: "dong-qua-han",
    Command.RECEIVE_PAPERS: "ky-nhan-ho-so",
    Command.FORWARD: "chuyen-buoc",
    Command.ASK_SUPPLEMENT: "yeu-cau-bo-sung",
    Command.SUPPLEMENT: "nhan-bo-sung",
    Command.ASK_PAYMENT: "nghia-vu-tai-chinh",
    Command.CONFIRM_PAYMENT: "xac-nhan-nop-tien",
    Command.SUSPEND: "tam-dung",
    Command.RESUME: "tiep-tuc",
    Command.EXTEND: "gia-han",
    Command.PROMISE: "hen-lai",
    Command.RESOLVE: "ket-qua",
    Command.RETURN_INELIGIBLE: "tra-lai",
    Command.RECEIVE_RESULT: "nhan-ket-qua",
    Command.SEND_RESULT: "gui-buu-chinh",
    Command.HAND_OVER: "tra-ket-qua",
    Command.REQUEST_WITHDRAWAL: "de-nghi-rut",
    Command.DECLINE_WITHDRAWAL: "khong-cho-rut",
    Command.DECIDE_WITHDRAWAL: "cho-rut",
    Command.STOP: "dung",
    Command.RECTIFY: "dinh-chinh",
}
BY_SLUG: Final = {slug: command for command, slug in SLUGS.items()}

# Words of a move seen from the desk, where the applicant's word would mislead.
_DESK_TEXT: Final = {
    Command.COMPLETE: "Nhận hồ sơ đã hoàn thiện",
    Command.SUPPLEMENT: "Nhận giấy tờ bổ sung",
    Command.REQUEST_WITHDRAWAL: "Ghi đề nghị rút của người nộp",
}
# What a move does and what is lost, said above its form.
EXPLAINED: Final = {
    Command.ACCEPT: "Đồng hồ giải quyết bắt đầu chạy. Giấy tiếp nhận (Mẫu 01) được lập và báo cho người nộp.",
    Command.ASK_COMPLETION: "Lập Phiếu yêu cầu hoàn thiện (Mẫu 02). Hạn trả lời dừng lại đến khi người nộp gửi lại.",
    Command.REFUSE: "Lập Phiếu từ chối (Mẫu 03). Hồ sơ kết thúc tại đây; người nộp phải nộp hồ sơ mới nếu còn nhu cầu.",
    Command.COMPLETE: "Dùng khi người nộp mang giấy tờ hoàn thiện đến quầy. Hạn trả lời mới bắt đầu.",
    Command.CLOSE_INCOMPLETE: "Hồ sơ kết thúc vì người nộp không hoàn thiện trong thời hạn.",
    Command.RECEIVE_PAPERS: "Hạn giải quyết tính lại từ lúc ký nhận này. Người nộp được báo ngày hẹn mới.",
    Command.ASK_SUPPLEMENT: "Đồng hồ dừng đến khi bổ sung đến hệ thống. Chỉ được yêu cầu một lần, trừ khi có căn cứ riêng.",
    Command.SUPPLEMENT: "Dùng khi người nộp mang giấy tờ bổ sung đến quầy. Đồng hồ chạy lại từ lúc này.",
    Command.ASK_PAYMENT: "Đồng hồ dừng đến khi có chứng từ đã nộp. Phí thông thường không dùng việc này.",
    Command.CONFIRM_PAYMENT: "Đồng hồ chạy lại từ lúc này.",
    Command.SUSPEND: "Chỉ dùng khi pháp luật chuyên ngành cho phép và đã có văn bản.",
    Command.RESUME: "Đồng hồ chạy lại từ lúc này.",
    Command.EXTEND: "Hạn được tính chuyển sang hạn mới. Cần điều khoản cho phép gia hạn.",
    Command.PROMISE: "Lập văn bản xin lỗi. Hạn cũ vẫn được tính là hạn của hồ sơ.",
    Command.RESOLVE: "Đồng hồ dừng. Người nộp được báo đã có kết quả.",
    Command.RETURN_INELIGIBLE: "Hồ sơ kết thúc bằng văn bản trả lời đã ký, nêu rõ lý do.",
    Command.RECEIVE_RESULT: "Ghi nhận kết quả đã về tới nơi trả. Từ lúc này có thể trả cho người dân.",
    Command.SEND_RESULT: "Đã gửi chưa phải là đã phát: hồ sơ chỉ kết thúc khi bưu chính phát tới người nhận.",
    Command.HAND_OVER: "Hồ sơ kết thúc khi người nhận xác nhận.",
    Command.REQUEST_WITHDRAWAL: "Lãnh đạo sẽ quyết định. Đồng hồ vẫn chạy trong lúc chờ.",
    Command.DECLINE_WITHDRAWAL: "Hồ sơ tiếp tục được giải quyết; người nộp được báo lý do.",
    Command.DECIDE_WITHDRAWAL: "Hồ sơ kết thúc. Thông báo dừng giải quyết (Mẫu 05) được lập.",
    Command.STOP: "Hồ sơ kết thúc không có kết quả. Thông báo dừng giải quyết (Mẫu 05) được lập.",
    Command.RECTIFY: "Sổ không bị xóa: một mục đính chính được ghi thêm, kèm lý do và người duyệt.",
}
ENDING: Final = frozenset(
    {
        Command.REFUSE, Command.CLOSE_INCOMPLETE, Command.RETURN_INELIGIBLE, Command.DECIDE_WITHDRAWAL, Command.STOP,
        Command.RECTIFY,
    }
)  # fmt: skip
_FIRST: Final = (
    Command.ACCEPT, Command.RECEIVE_PAPERS, Command.HAND_OVER, Command.RECEIVE_RESULT, Command.RESOLVE,
    Command.SUPPLEMENT, Command.COMPLETE, Command.CONFIRM_PAYMENT, Command.RESUME, Command.DECIDE_WITHDRAWAL, Command.FORWARD,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Offer:
    command: Command
    slug: str
    word: str
    ending: bool


def word_of(command: Command) -> str:
    return _DESK_TEXT.get(command, COMMAND_TEXT[command])


def subject_of(dossier: Dossier) -> Subject:
    return Subject(
        dossier.pk, State(dossier.state), dossier.agency_id, dossier.receiving_desk_id, dossier.return_desk_id,
        sector_id=dossier.procedure.sector_id, imported=dossier.imported,
    )  # fmt: skip


def offers(actor: Actor, dossier: Dossier, steps: Sequence[WorkItem] = ()) -> list[Offer]:
    """The moves to show as buttons; the first is the likely one, those that end the dossier come last.

    `steps` are the work items of a dossier that follows a process: they move it, so nothing is moved beside them.
    """
    subject = subject_of(dossier)
    commands = [
        move.command
        for move in possible(subject.state)
        if move.command in FORMS
        and _makes_sense(move.command, dossier, steps)
        and can(actor, move.command, subject).allowed
    ]

    def place(command: Command) -> tuple[bool, int]:
        return command in ENDING, _FIRST.index(command) if command in _FIRST else len(_FIRST)

    return [
        Offer(command, SLUGS[command], word_of(command), command in ENDING) for command in sorted(commands, key=place)
    ]


def _makes_sense(command: Command, dossier: Dossier, steps: Sequence[WorkItem]) -> bool:
    """Guards that are already decided by what the dossier says; the service asks them again."""
    at_desk = dossier.result_at_desk_at is not None
    match command:
        case Command.FORWARD:
            return not dossier.process
        case Command.RESOLVE | Command.RETURN_INELIGIBLE:
            return not unfinished(steps)
        case Command.REQUEST_WITHDRAWAL:
            return dossier.withdrawal_requested_at is None
        case Command.DECLINE_WITHDRAWAL | Command.DECIDE_WITHDRAWAL:
            return dossier.withdrawal_requested_at is not None
        case Command.RECEIVE_PAPERS:
            return dossier.papers_due_at is not None
        case Command.RECEIVE_RESULT:
            return not at_desk
        case Command.SEND_RESULT:
            return at_desk and dossier.return_method == "post" and dossier.result_sent_at is None
        case Command.HAND_OVER:
            return at_desk
        case Command.EXTEND:
            return dossier.due_at is not None
        case Command.PROMISE:
            return dossier.due_at is not None and dossier.promised_at is None
    return True


_APPROVING: Final = (Role.UNIT_HEAD, Role.SIGNER, Role.DESK_HEAD)


def around(
    dossier: Dossier, command: Command, items: list[TimelineItem], *, at: datetime, late_for: Actor | None = None
) -> Around:
    """What the form of a command chooses from; only what that form needs is read.

    `late_for`: the officer who records now what happened earlier, and may not approve that alone.
    """
    on = local(at).date()
    officers: list[tuple[int, str]] = []
    units: list[tuple[int, str]] = []
    heads: list[tuple[int, str]] = []
    if command is Command.FORWARD:
        units = list(Unit.objects.filter(agency_id=dossier.agency_id).order_by("code").values_list("id", "name"))
        officers = _in_post(dossier.agency, on, (Role.CASE_OFFICER, Role.UNIT_HEAD, Role.SIGNER))
    if command is Command.RECTIFY or (command is Command.ASK_SUPPLEMENT and dossier.supplement_rounds):
        heads = _in_post(dossier.agency, on, _APPROVING)
    kinds: list[str] = []
    if command is Command.RESOLVE:
        kinds = list(dossier.version.results.order_by("position").values_list("name", flat=True))
    past = list(dict.fromkeys(item.to_state.value for item in items)) if command is Command.RECTIFY else []
    approving = late_approvers(dossier.agency, late_for, at) if late_for is not None else []
    return Around(dossier, at, officers, units, heads, kinds, past, late=late_for is not None, late_heads=approving)


def late_approvers(agency: Agency, actor: Actor, at: datetime) -> list[tuple[int, str]]:
    """Who may have approved that the actor records what happened at the agency at that moment: not he himself."""
    return [one for one in _in_post(agency, local(at).date(), _APPROVING) if one[0] != actor.id]


def _in_post(agency: Agency, on: date, roles: tuple[str, ...]) -> list[tuple[int, str]]:
    """Officers who hold one of the roles over the agency on a day, by name."""
    above = [int(part) for part in agency.path.strip("/").split("/")]
    held = RoleAssignment.objects.filter(role__in=roles, scope_id__in=above, valid_from__lte=on).exclude(
        valid_to__lte=on
    )
    found = (
        Officer.objects.filter(pk__in=held.values("officer_id"), valid_from__lte=on)
        .exclude(valid_to__lte=on)
        .order_by("full_name", "id")
    )
    return [
        (officer.pk, f"{officer.full_name}, {officer.title}" if officer.title else officer.full_name)
        for officer in found
    ]
