"""The ledger told to officers: every entry in words, who made it, and whether the chain holds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from motcua.dossiers.chain import Chain, StoredEntry
from motcua.dossiers.models import Dossier, LedgerEntry
from motcua.dossiers.queries import TimelineItem
from motcua.identity.actors import ActorKind
from motcua.law.lifecycle import (
    APOLOGY_HANDED_OVER,
    HAND_OVER_REFUSED,
    IMPORT_ADVANCED,
    IMPORTED,
    LATENESS_CODED,
    MOVES,
    PERSONAL_DATA_ERASED,
    PREPARED,
    PROCESS_EVENT_TEXT,
    STATE_TEXT,
    Command,
    ProcessEvent,
    State,
)
from motcua.law.moments import parse_moment
from motcua.organizations.models import Desk, Officer, Unit
from motcua.platform.presentation.words import dong, vn_datetime
from motcua.processes.definition import NodeKind
from motcua.processes.versions import definition_of

KIND_TEXT: Final = {
    "dossier.submitted": "Người nộp gửi hồ sơ",
    "dossier.accepted": "Tiếp nhận hồ sơ",
    "dossier.completion_asked": "Yêu cầu hoàn thiện hồ sơ",
    "dossier.completed": "Người nộp gửi lại hồ sơ đã hoàn thiện",
    "dossier.refused": "Từ chối tiếp nhận",
    "dossier.closed_incomplete": "Đóng vì không hoàn thiện đúng hạn",
    "dossier.papers_received": "Cơ quan giải quyết ký nhận hồ sơ giấy",
    "dossier.forwarded": "Chuyển xử lý",
    "dossier.supplement_asked": "Yêu cầu bổ sung",
    "dossier.supplemented": "Nhận bổ sung",
    "dossier.payment_asked": "Thông báo nghĩa vụ tài chính",
    "dossier.payment_confirmed": "Xác nhận hoàn thành nghĩa vụ tài chính",
    "dossier.suspended": "Tạm dừng theo quy định",
    "dossier.resumed": "Tiếp tục giải quyết",
    "dossier.extended": "Gia hạn theo quy định",
    "dossier.promised": "Xin lỗi và hẹn lại ngày trả kết quả",
    "dossier.resolved": "Ghi nhận kết quả",
    "dossier.returned": "Trả lại, không đủ điều kiện",
    "dossier.result_received": "Kết quả về nơi trả",
    "dossier.result_sent": "Gửi kết quả qua bưu chính",
    "dossier.handed_over": "Trả kết quả",
    "dossier.withdrawn": "Rút hồ sơ",
    "dossier.withdrawal_requested": "Người nộp đề nghị rút hồ sơ",
    "dossier.withdrawal_declined": "Không chấp thuận rút hồ sơ",
    "dossier.stopped": "Dừng giải quyết",
    "dossier.rectified": "Đính chính",
    **{f"process.{event}": text for event, text in PROCESS_EVENT_TEXT.items()},
    IMPORTED: "Nhập từ hệ thống khác",
    IMPORT_ADVANCED: "Hệ thống khác cho biết thêm",
    PREPARED: "Nhận phần của yêu cầu liên thông, chờ đến lượt",
    APOLOGY_HANDED_OVER: "Giao văn bản xin lỗi bản giấy",
    LATENESS_CODED: "Xác nhận nguyên nhân trễ hạn",
    PERSONAL_DATA_ERASED: "Xóa dữ liệu cá nhân theo luật",
    HAND_OVER_REFUSED: "Thử trả kết quả khi chưa có kết quả (không được)",
}
_TOLD_ELSEWHERE: Final = (
    ("submitted_at", "Nộp"),
    ("accepted_at", "Tiếp nhận"),
    ("paused_at", "Tạm dừng từ"),
    ("resolved_at", "Có kết quả"),
    ("handed_over_at", "Trả kết quả"),
    ("ended_at", "Kết thúc không có kết quả"),
)
_PROOF_TEXT: Final = {
    "signature": "ký nhận",
    "one_time_code": "mã xác nhận một lần",
    "postal": "bưu chính đã phát",
    "electronic": "bản điện tử",
}
assert {move.kind for move in MOVES if move.command is not Command.WORK} <= set(KIND_TEXT)


@dataclass(frozen=True, slots=True)
class Event:
    phase: str
    what: str
    when: str = ""
    who: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """Names of the officers and units that the entries mention, read in two queries."""

    officers: dict[int, str]
    units: dict[int, str]

    @classmethod
    def of(cls, items: Sequence[TimelineItem]) -> Names:
        officers = {item.actor["id"] for item in items if item.actor["kind"] == ActorKind.OFFICER}
        officers |= {item.actor.get("for") for item in items}
        officers |= {item.data.get("set", {}).get("officer_id") for item in items}
        officers |= {item.data.get("approver") for item in items}
        units = {item.data.get("set", {}).get("unit_id") for item in items}
        # Whom a step was given to, of the steps that an entry opened or gave out.
        given = [one for item in items for key in ("opened", "placed") for one in item.data.get(key, ())]
        officers |= {pk for one in given for part in ("cooperating", "following") for pk in one.get(part, ())}
        officers |= {one.get("officer") for one in given}
        units |= {one.get("unit") for one in given}
        return cls(
            dict(Officer.objects.filter(pk__in=officers - {None, 0}).values_list("id", "full_name")),
            dict(Unit.objects.filter(pk__in=units - {None}).values_list("id", "name")),
        )

    def actor(self, label: dict[str, Any]) -> str:
        if label["kind"] == ActorKind.APPLICANT:
            return "người nộp"
        if label["kind"] == ActorKind.SYSTEM:
            return "hệ thống"
        name = self.officers.get(label["id"], f"cán bộ số {label['id']}")
        if "for" not in label:
            return name
        return f"{name}, thay {self.officers.get(label['for'], 'người khác')}"


def events(dossier: Dossier, items: Sequence[TimelineItem], names: Names) -> Iterator[Event]:
    steps = Steps(dossier.process)
    for item in items:
        steps.read(item)
        yield Event(
            "done",
            KIND_TEXT[item.kind],
            vn_datetime(item.occurred_at),
            names.actor(item.actor),
            " ".join([*steps.told(item, names), *_notes(item, names)]),
        )
    yield from _now(dossier)


class Steps:
    """The steps of an internal process as its entries tell them, read in the order of the ledger."""

    def __init__(self, digest: str) -> None:
        self._definition = definition_of(digest) if digest else None
        self._names: dict[int, str] = {}

    def read(self, item: TimelineItem) -> None:
        self._names |= {one["token"]: one["name"] for one in item.data.get("opened", ())}

    def told(self, item: TimelineItem, names: Names) -> Iterator[str]:
        """In sentences: which step, how it ended, what follows, with whom, until when."""
        if not item.kind.startswith("process."):
            return
        data = item.data
        name = self._names.get(data.get("token", 0), "")
        match item.kind.removeprefix("process."):
            case ProcessEvent.STEP_DONE | ProcessEvent.TIMED_OUT:
                yield f"Bước “{name}”: {self._outcome(data)}."
            case ProcessEvent.ASSIGNED | ProcessEvent.CLAIMED | ProcessEvent.HANDED_BACK:
                yield f"Bước “{name}”{self._placed(data, names)}."
                yield from _beside(data, names)
            case ProcessEvent.OPINION:
                yield f"Bước “{name}”."
        if data.get("papers"):
            yield f"Đã có: {'; '.join(data['papers'])}."
        if opened := [one for one in data.get("opened", ()) if one["role"]]:
            word = "Mở lại" if item.kind == f"process.{ProcessEvent.TAKEN_BACK}" else "Tiếp theo"
            yield f"{word}: {'; '.join(_opened(one, names) for one in opened)}."
        if any(one["kind"] == NodeKind.JOIN for one in data.get("opened", ())):
            yield "Nhánh này chờ các nhánh song song khác."

    def _outcome(self, data: dict[str, Any]) -> str:
        code = str(data.get("outcome", ""))
        node = self._definition.by_id.get(data.get("node", "")) if self._definition else None
        return (node.way_text(code) if node else code).lower()

    @staticmethod
    def _placed(data: dict[str, Any], names: Names) -> str:
        with_whom = [names.officers.get(one["officer"], "") for one in data.get("placed", ()) if one["officer"]]
        return f": {', '.join(with_whom)}" if with_whom else ": chờ người khác nhận"


def _beside(data: dict[str, Any], names: Names) -> Iterator[str]:
    """Who has a part in the step beside its officer, where the entry changed it."""
    for one in data.get("placed", ()):
        for part, word in (("cooperating", "Phối hợp"), ("following", "Theo dõi")):
            if part in one:
                yield f"{word}: {', '.join(names.officers.get(pk, '') for pk in one[part]) or 'không còn ai'}."


def _opened(one: dict[str, Any], names: Names) -> str:
    with_whom = names.officers.get(one["officer"], "") or names.units.get(one["unit"], "")
    until = f"hạn {vn_datetime(parse_moment(one['due']))}" if one["due"] else ""
    return ", ".join(part for part in (f"“{one['name']}”", with_whom, until) if part)


def _notes(item: TimelineItem, names: Names) -> Iterator[str]:
    data, changed = item.data, item.data.get("set", {})
    if item.kind in (IMPORTED, IMPORT_ADVANCED):
        # One entry tells of a whole life, which has no entries of its own here.
        for key, label in _TOLD_ELSEWHERE:
            if changed.get(key):
                yield f"{label} {vn_datetime(parse_moment(changed[key]))}."
    if item.kind == "dossier.forwarded":
        to = [names.units.get(changed.get("unit_id"), ""), names.officers.get(changed.get("officer_id"), "")]
        yield f"Bước “{changed['step']}”{', ' if any(to) else ''}{', '.join(part for part in to if part)}."
    if data.get("items"):
        yield f"Nội dung: {'; '.join(data['items'])}."
    if data.get("reason"):
        yield f"Lý do: {_sentence(data['reason'])}"
    if data.get("note"):
        yield _sentence(data["note"])
    if data.get("amount_vnd"):
        yield f"Số tiền {dong(data['amount_vnd'])}."
    for key, label in (
        ("provision", "Căn cứ"),
        ("stage", "Giai đoạn"),
        ("document", "Văn bản"),
        ("parcel", "Số bưu gửi"),
    ):
        if data.get(key):
            yield f"{label}: {_sentence(data[key])}"
    if data.get("proof_of_payment"):
        yield f"Chứng từ: {_sentence(data['proof_of_payment'])}"
    if item.kind == "dossier.handed_over":
        yield f"Bằng chứng: {_PROOF_TEXT[data['proof']]}."
    if result := data.get("result"):
        yield f"{result['kind']} số {result['number']}, ký ngày {'/'.join(reversed(result['signed_on'].split('-')))}."
    for key, label in (("due_at", "Hạn trả kết quả"), ("promised_at", "Hẹn lại"), ("supplement_due_at", "Hạn bổ sung"),
                       ("papers_due_at", "Hạn chuyển hồ sơ giấy đến cơ quan giải quyết"),
                       ("completion_due_at", "Hạn hoàn thiện")):  # fmt: skip
        if changed.get(key):
            yield f"{label} {vn_datetime(parse_moment(changed[key]))}."
    if data.get("answer_due"):
        yield f"Trả lời sau hạn {vn_datetime(parse_moment(data['answer_due']))}."
    if data.get("approver"):
        yield f"Người duyệt: {names.officers.get(data['approver'], data['approver'])}."
    if data.get("late_entry"):
        yield f"Ghi bù lúc {vn_datetime(item.recorded_at)}: {_sentence(data.get('late_reason', ''))}"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _place(desk: Desk | None) -> str:
    return desk.name if desk else ""


def _now(dossier: Dossier) -> Iterator[Event]:
    state = State(dossier.state)
    holder = ", ".join(part.__str__() for part in (dossier.officer, dossier.unit) if part)
    if state in (State.ACCEPTED, State.IN_PROCESS):
        what = f"Bước “{dossier.step}”" if dossier.step else STATE_TEXT[state]
        yield Event("now", what, "", holder or dossier.agency.name)
        if dossier.due_at:
            yield Event("coming", "Có kết quả", f"chậm nhất {vn_datetime(dossier.due_at)}")
    elif state is State.SUBMITTED:
        yield Event("now", "Chờ tiếp nhận", "", _place(dossier.receiving_desk))
    elif state is State.RESOLVED:
        where = "Chờ người dân nhận" if dossier.result_at_desk_at else "Kết quả chưa về nơi trả"
        yield Event("now", where, "", _place(dossier.return_desk))
    elif dossier.handed_over_at is None and dossier.ended_at is None:
        yield Event("now", STATE_TEXT[state], "", holder)


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of the chain as the ledger tab shows it; `faults` are sentences, empty when it holds."""

    seq: int
    what: str
    kind: str
    occurred_at: datetime
    recorded_at: datetime
    who: str
    hash: str
    faults: list[str]
    text: str


@dataclass(frozen=True, slots=True)
class Checked:
    """`faults` are those of the whole chain."""

    links: list[Link]
    faults: list[str]


def checked_chain(dossier: Dossier) -> Checked:
    """Every entry recomputed from its stored text, its private values against their marks, the last against the dossier."""
    entries = list(LedgerEntry.objects.filter(dossier_id=dossier.pk).select_related("private").order_by("seq"))
    names = Names.of([_item(entry) for entry in entries])
    chain = Chain(dossier.pk)
    for entry in entries:
        chain.add(_stored(entry))
    chain.finish()
    faults = [fault.message for fault in chain.faults]
    if chain.seq != dossier.seq or chain.head != bytes(dossier.head):
        faults.append("Mục cuối của sổ không khớp với hồ sơ.")
    links = [
        Link(
            entry.seq, KIND_TEXT.get(entry.kind, entry.kind), entry.kind, entry.occurred_at, entry.recorded_at,
            names.actor(entry.data["actor"]), bytes(entry.hash).hex(),
            [fault.message for fault in chain.faults if fault.seq == entry.seq],
            json.dumps(json.loads(entry.text), ensure_ascii=False, indent=2),
        )
        for entry in entries
    ]  # fmt: skip
    return Checked(links, faults)


def _stored(entry: LedgerEntry) -> StoredEntry:
    private = getattr(entry, "private", None)
    return StoredEntry(
        entry.seq, entry.kind, entry.occurred_at, entry.recorded_at, entry.format, entry.text, bytes(entry.prev),
        bytes(entry.hash), json.loads(entry.text) == entry.data, bytes(private.key) if private else None,
        private.values if private else None,
    )  # fmt: skip


def _item(entry: LedgerEntry) -> TimelineItem:
    content = entry.data
    return TimelineItem(
        entry.seq, entry.kind, State(content["from"]), State(content["to"]), entry.occurred_at, entry.recorded_at,
        content["actor"], content["data"], bytes(entry.hash),
    )  # fmt: skip
