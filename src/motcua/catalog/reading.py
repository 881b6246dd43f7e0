"""Reads one record of the national portal into facts. Pure; never guesses: what is not plain becomes a doubt."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from typing import Final

from motcua.catalog.facts import ChannelFact, Doubtful, PaperFact, ProcedureFacts
from motcua.catalog.fees import read_fee
from motcua.catalog.papers import Papers, read_papers
from motcua.catalog.tables import read_grounds, read_results
from motcua.law.channel_rows import CHANNELS, NO_INFORMATION, ChannelRow, split_rows
from motcua.law.codes import ProcedureCode
from motcua.law.errors import BadInput
from motcua.law.limit_reader import Doubt, Reason, read, read_row

LEVELS: Final = {
    "Cấp bộ": "ministry",
    "Cấp tỉnh": "province",
    "Cấp xã": "commune",
    "Cơ quan khác": "other",
}

AUDIENCES: Final = (
    "Tổ chức (không bao gồm doanh nghiệp, HTX)",
    "Doanh nghiệp có vốn đầu tư nước ngoài",
    "Cán bộ, công chức, viên chức",
    "Người Việt Nam định cư ở nước ngoài",
    "Công dân Việt Nam",
    "Doanh nghiệp Việt Nam",
    "Doanh nghiệp",
    "Hợp tác xã",
    "Tổ chức nước ngoài",
    "Người nước ngoài",
    "Người nước ngoài cư trú tại Việt Nam",
    "Tổ chức Đảng",
    "Đảng viên",
)
"""Names of the portal; some hold commas, so a list of them cannot be split at commas."""

_NAMES: Final = {code: name for name, code in CHANNELS.items()}
_LONGEST_DOUBT: Final = 600


class BadRecord(BadInput):
    code = "bad_record"


def read_record(record: Mapping[str, object]) -> ProcedureFacts:
    """Read one record. Raises BadRecord (code, name or sector missing or malformed), BadCode."""
    texts = {key: unicodedata.normalize("NFC", value) for key, value in record.items() if isinstance(value, str)}
    code = str(ProcedureCode.parse(_required(texts, "ma_thu_tuc", "mã thủ tục")))
    doubts: list[Doubtful] = []
    papers = read_papers(_told(texts, "thanh_phan_ho_so", keep_lines=True))
    results, unread_result = read_results(_told(texts, "ket_qua_xu_ly"))
    grounds, unread_grounds = read_grounds(_told(texts, "can_cu_phap_ly"))
    channels = _channels(texts.get("cach_thuc_thuc_hien", ""), doubts)
    levels = _levels(_told(texts, "cap_thuc_hien"), doubts)
    audience = _audience(_told(texts, "doi_tuong_thuc_hien"), doubts)
    _doubt_papers(papers, doubts)
    if unread_result:
        doubts.append(Doubtful("results", _cut(unread_result), "Không đọc được tên và mã kết quả."))
    for title in unread_grounds:
        doubts.append(Doubtful("grounds", _cut(title), "Không tách được số hiệu văn bản khỏi trích yếu."))
    return ProcedureFacts(
        code=code,
        name=_required(texts, "ten_thu_tuc", "tên thủ tục"),
        sector=_required(texts, "linh_vuc", "lĩnh vực"),
        content_hash=content_hash(record),
        decision_number=_told(texts, "so_quyet_dinh"),
        levels=levels,
        audience=audience,
        competent_agency=_told(texts, "co_quan_co_tham_quyen"),
        performing_agency=_told(texts, "co_quan_thuc_hien"),
        sets=papers.sets,
        has_steps=bool(_told(texts, "trinh_tu_thuc_hien")),
        has_conditions=bool(_told(texts, "yeu_cau_dieu_kien")),
        steps_text=_told(texts, "trinh_tu_thuc_hien", keep_lines=True),
        conditions_text=_told(texts, "yeu_cau_dieu_kien", keep_lines=True),
        channels=channels,
        papers=tuple(PaperFact(p.case, p.name, p.form_name, p.originals, p.copies) for p in papers.papers),
        results=tuple(results),
        grounds=tuple(grounds),
        doubts=tuple(doubts),
    )


def content_hash(record: Mapping[str, object]) -> str:
    """SHA-256 over what the record says; its address on the portal changes without the procedure changing."""
    said = {key: value for key, value in record.items() if key != "detail_url"}
    text = unicodedata.normalize("NFC", json.dumps(said, ensure_ascii=False, sort_keys=True))
    return hashlib.sha256(text.encode()).hexdigest()


def _required(texts: Mapping[str, str], key: str, name: str) -> str:
    text = " ".join(texts.get(key, "").split())
    if not text:
        raise BadRecord(f"Thiếu {name} (“{key}”).", key=key)
    return text


def _told(texts: Mapping[str, str], key: str, *, keep_lines: bool = False) -> str:
    text = texts.get(key, "").replace("\xa0", " ").strip()
    if text == NO_INFORMATION:
        return ""
    return text if keep_lines else " ".join(text.split())


def _channels(text: str, doubts: list[Doubtful]) -> tuple[ChannelFact, ...]:
    tidy = text.replace("\xa0", " ").strip()
    rows, before = split_rows(tidy)
    facts = []
    pending: dict[tuple[str, str, str], tuple[Doubt, list[int]]] = {}
    fee_doubts: dict[tuple[str, str, int | None], list[int]] = {}
    notes: dict[str, str] = {}
    for position, row in enumerate(rows):
        reading = read_row(row)
        fee = read_fee(row)
        limit = reading.limit
        facts.append(
            ChannelFact(
                channel=row.channel,
                amount=limit.limit.amount if limit else None,
                unit=str(limit.limit.unit) if limit else "",
                condition=(limit.condition or "") if limit else "",
                limit_text="" if row.time == NO_INFORMATION else row.run or row.time,
                fee_vnd=fee.dong,
                fee_text=fee.text,
            )
        )
        if reading.doubt:
            doubt = reading.doubt
            key = (doubt.text, doubt.message, doubt.suggestion.text() if doubt.suggestion else "")
            pending.setdefault(key, (doubt, []))[1].append(position)
        if reading.note:
            notes[reading.note] = row.description
        if fee.doubt:
            fee_doubts.setdefault((fee.text, fee.doubt, fee.suggestion), []).append(position)
    for doubt, positions in pending.values():
        suggestion: dict[str, object] | None = None
        if doubt.suggestion:
            suggestion = {"amount": doubt.suggestion.amount, "unit": str(doubt.suggestion.unit), "basis": doubt.basis}
        reason = _in_channels(doubt.message, rows, positions)
        doubts.append(Doubtful(_field("limit", positions), doubt.text, reason, suggestion))
    for (fee_text, message, amount), positions in fee_doubts.items():
        suggestion = {"fee_vnd": amount} if amount is not None else None
        reason = _in_channels(f"{message}.", rows, positions)
        doubts.append(Doubtful(_field("fee", positions), _cut(fee_text), reason, suggestion))
    for several in (entry for entry in read(text).doubts if entry.reason is Reason.SEVERAL):
        positions = [position for position, row in enumerate(rows) if row.channel == several.channel]
        reason = _in_channels(several.message, rows, positions)
        doubts.append(Doubtful(_field("condition", positions), several.text, reason))
    for note, description in notes.items():
        doubts.append(Doubtful("limit_note", _cut(" ".join(description.split())), note))
    if before:
        doubts.append(Doubtful("channels", _cut(before), "Không đọc được hình thức nộp."))
    return tuple(facts)


def _field(kind: str, positions: list[int]) -> str:
    listed = ",".join(str(position) for position in positions)
    return f"{kind}:{listed}" if len(listed) <= 30 else kind


def _in_channels(message: str, rows: tuple[ChannelRow, ...], positions: list[int]) -> str:
    names = dict.fromkeys(_NAMES[rows[position].channel] for position in positions)
    return f"{', '.join(names)}: {message}"


def _levels(text: str, doubts: list[Doubtful]) -> tuple[str, ...]:
    levels = []
    for part in (part.strip() for part in text.split(",") if part.strip()):
        if part in LEVELS:
            levels.append(LEVELS[part])
        else:
            doubts.append(Doubtful("levels", part, "Không biết cấp thực hiện này."))
    return tuple(dict.fromkeys(levels))


def _audience(text: str, doubts: list[Doubtful]) -> tuple[str, ...]:
    found = []
    rest = text
    while rest:
        name = next((known for known in AUDIENCES if rest == known or rest.startswith(f"{known},")), None)
        if name is None:
            doubts.append(Doubtful("audience", _cut(rest), "Không biết đối tượng thực hiện này."))
            break
        found.append(name)
        rest = rest[len(name) :].lstrip(", ")
    return tuple(dict.fromkeys(found))


def _doubt_papers(papers: Papers, doubts: list[Doubtful]) -> None:
    for position, paper in enumerate(papers.papers):
        if paper.doubt:
            counts = paper.suggested
            suggestion: dict[str, object] | None = {"originals": counts[0], "copies": counts[1]} if counts else None
            reason = f"{paper.doubt[:1].upper()}{paper.doubt[1:]}."
            doubts.append(Doubtful(f"paper:{position}", _cut(paper.name), reason, suggestion))
    if papers.leftover:
        doubts.append(Doubtful("papers", _cut(papers.leftover), "Không đọc được thành phần hồ sơ."))
    if papers.sets_doubt:
        doubts.append(Doubtful("sets", _cut(papers.sets_doubt), "Số bộ hồ sơ không ghi gọn trong một con số."))


def _cut(text: str) -> str:
    """Long prose is shown by its beginning; the whole stands in the source record."""
    return text if len(text) <= _LONGEST_DOUBT else f"{text[:_LONGEST_DOUBT]}…"
