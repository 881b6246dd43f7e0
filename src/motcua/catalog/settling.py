"""Puts the decision on a review item into the rows that it touches. Called by `services` only.

Kinds and their values: `limit` {amount, unit} (both None = no limit), `condition` {conditions: [one text a row]},
`fee` {fee_vnd}, `paper` {originals, copies, name?, form_name?}, `sets` {sets}, `audience` {audience: [name]},
`levels` {levels: [code]}, `papers`/`results`/`grounds` {rows: [{…}]} appended. `limit_note` and `channels` hold no value.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Max

from motcua.catalog.models import (
    ChannelRule,
    LegalGround,
    PaperRequirement,
    ProcedureVersion,
    ResultKind,
    ReviewItem,
)
from motcua.law.errors import BadInput
from motcua.law.limits import Limit, Unit

_MOST_COPIES = 999


def apply_values(item: ReviewItem, values: dict[str, Any]) -> None:
    """Raises BadInput when a value does not fit the kind."""
    kind, _, listed = item.field.partition(":")
    positions = [int(position) for position in listed.split(",") if position]
    if kind == "limit":
        _rules(item, positions).update(**_limit(values))
    elif kind == "fee":
        _rules(item, positions).update(fee_vnd=_whole(values, "fee_vnd", 10**12))
    elif kind == "condition":
        _set_conditions(item, positions, values)
    elif kind == "paper":
        fields: dict[str, Any] = {name: _whole(values, name, _MOST_COPIES) for name in ("originals", "copies")}
        fields |= {name: str(values[name]).strip() for name in ("name", "form_name") if values.get(name)}
        PaperRequirement.objects.filter(version_id=item.version_id, position__in=positions).update(**fields)
    elif kind == "sets":
        ProcedureVersion.objects.filter(pk=item.version_id).update(sets=_whole(values, "sets", 99, least=1))
    elif kind in ("audience", "levels"):
        ProcedureVersion.objects.filter(pk=item.version_id).update(**{kind: _texts(values, kind)})
    elif kind in ("papers", "results", "grounds"):
        _append(item, kind, values)


def carry_over(version_ids: Sequence[int]) -> None:
    """A new version meets again what was settled in the one before, word for word: the decision holds on."""
    # Fresh statistics are not there yet inside an import, so each step is asked by plain ids, not by a join to be guessed.
    places = dict[int, tuple[int, int]]()
    procedures = ProcedureVersion.objects.filter(pk__in=version_ids, number__gt=1).values_list(
        "procedure_id", flat=True
    )
    for pk, procedure_id, number in ProcedureVersion.objects.filter(procedure_id__in=list(procedures)).values_list(
        "id", "procedure_id", "number"
    ):
        places[pk] = (procedure_id, number)
    entries = list(ReviewItem.objects.filter(version_id__in=list(places)))
    settled = {
        (*places[entry.version_id], entry.field, entry.text, entry.reason): entry
        for entry in entries
        if entry.status != ReviewItem.Status.OPEN
    }
    new = set(version_ids)
    for item in entries if settled else ():
        if item.version_id not in new or item.status != ReviewItem.Status.OPEN:
            continue
        procedure_id, number = places[item.version_id]
        before = settled.get((procedure_id, number - 1, item.field, item.text, item.reason))
        if before is None:
            continue
        for name in ("status", "decision", "settled_by_id", "settled_at"):
            setattr(item, name, getattr(before, name))
        item.save(update_fields=["status", "decision", "settled_by", "settled_at"])
        if item.status != ReviewItem.Status.DISMISSED:
            apply_values(item, item.decision or {})


def _rules(item: ReviewItem, positions: list[int]) -> Any:
    return ChannelRule.objects.filter(version_id=item.version_id, position__in=positions)


def _limit(values: dict[str, Any]) -> dict[str, Any]:
    amount, unit = values.get("amount"), values.get("unit")
    if amount is None and not unit:
        return {"amount": None, "unit": ""}
    if not isinstance(amount, int) or isinstance(amount, bool):
        raise BadInput(f"Thời hạn “{amount}” không đúng; cần số nguyên từ 1 trở lên.", field="amount")
    if unit not in set(Unit):
        raise BadInput(f"Đơn vị thời hạn “{unit}” không có; cần giờ làm việc, ngày làm việc hoặc ngày.", field="unit")
    limit = Limit(amount, Unit(unit))
    return {"amount": limit.amount, "unit": str(limit.unit)}


def _set_conditions(item: ReviewItem, positions: list[int], values: dict[str, Any]) -> None:
    conditions = values.get("conditions")
    if not isinstance(conditions, list) or len(conditions) != len(positions):
        raise BadInput(f"Cần {len(positions)} trường hợp, mỗi dòng thời hạn một trường hợp.", field="conditions")
    for position, condition in zip(positions, conditions, strict=True):
        _rules(item, [position]).update(condition=str(condition).strip())


def _append(item: ReviewItem, kind: str, values: dict[str, Any]) -> None:
    model: Any = {"papers": PaperRequirement, "results": ResultKind, "grounds": LegalGround}[kind]
    names = {"papers": ("case", "name", "form_name"), "results": ("code", "name"), "grounds": ("number", "title")}[kind]
    rows = values.get("rows")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadInput("Cần danh sách các dòng để thêm.", field="rows")
    last = model.objects.filter(version_id=item.version_id).aggregate(last=Max("position"))["last"]
    start = 0 if last is None else last + 1
    made = []
    for position, row in enumerate(rows, start=start):
        fields: dict[str, Any] = {name: str(row.get(name, "")).strip() for name in names}
        required = "number" if kind == "grounds" else "name"
        if not fields[required]:
            raise BadInput(f"Dòng {position - start + 1}: còn thiếu tên hoặc số hiệu.", field=required)
        if kind == "papers":
            fields |= {name: _whole(row, name, _MOST_COPIES) for name in ("originals", "copies")}
        made.append(model(version_id=item.version_id, position=position, **fields))
    model.objects.bulk_create(made)


def _whole(values: dict[str, Any], name: str, most: int, *, least: int = 0) -> int:
    value = values.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise BadInput(f"“{value}” không đúng; cần số nguyên từ {least} đến {most}.", field=name)
    return value


def _texts(values: dict[str, Any], name: str) -> list[str]:
    texts = values.get(name)
    if not isinstance(texts, list) or not texts:
        raise BadInput("Cần ít nhất một giá trị.", field=name)
    if name == "levels" and not set(texts) <= set(ProcedureVersion.Level.values):
        raise BadInput("Cấp thực hiện phải là bộ, tỉnh, xã hoặc cơ quan khác.", field=name)
    return [str(text).strip() for text in texts]
