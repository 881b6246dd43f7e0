"""Index sets from YAML. What is wrong is told with its file, line and criterion, and what was expected. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from motcua.law.errors import BadInput
from motcua.scoring.definition import Group, IndexSet, named_terms, walk

# A set of a thousand criteria is a tenth of this.
MAX_BYTES = 1_000_000
_MANY = 20

_Path = tuple[str | int, ...]


def read_index_set(content: bytes, name: str, measures: Collection[str]) -> IndexSet:
    """The set in a file called `name`; `measures` are the names that it may use. Raises BadInput, a line for each fault."""
    value, lines = _parse(content, name)
    try:
        found = IndexSet.model_validate(value)
    except ValidationError as error:
        told = (one for one in error.errors() if not (one["type"] == "too_short" and one["input"]))
        raise _bad(name, lines, value, ((tuple(one["loc"]), _words(one)) for one in told)) from None
    faults = list(_faults(found, measures))
    if faults:
        raise _bad(name, lines, value, iter(faults))
    return found


def _parse(content: bytes, name: str) -> tuple[Any, dict[_Path, int]]:
    """Plain values, every scalar as it is written, and the line of each by its way."""
    if len(content) > MAX_BYTES:
        raise BadInput(f"{name}: tệp lớn quá {MAX_BYTES // 1_000_000} MB, không phải một bộ chỉ số.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadInput(f"{name}, dòng {line}: không phải chữ mã hóa UTF-8.") from None
    try:
        # The base loader leaves every word as it stands: no becomes false nowhere, 2.50 stays exact.
        node = yaml.compose(text, Loader=yaml.BaseLoader)
        if node is None:
            raise BadInput(f"{name}: tệp trống, cần một bộ chỉ số.")
        lines: dict[_Path, int] = {}
        return _value(node, (), lines, set(), name), lines
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f", dòng {mark.line + 1}, cột {mark.column + 1}" if mark else ""
        raise BadInput(
            f"{name}{where}: không đúng dạng YAML; xem lại thụt lề, dấu hai chấm, dấu ngoặc ở đây và ngay trước đó."
        ) from None
    except yaml.YAMLError:
        raise BadInput(f"{name}: có ký tự mà YAML không cho phép.") from None
    except RecursionError:
        raise BadInput(f"{name}: lồng nhau quá sâu, không phải một bộ chỉ số.") from None


def _value(node: yaml.Node, path: _Path, lines: dict[_Path, int], seen: set[int], name: str) -> Any:
    line = node.start_mark.line + 1
    if id(node) in seen:
        raise BadInput(f"{name}, dòng {line}: không dùng neo (&) và bí danh (*); hãy viết lại đủ.")
    seen.add(id(node))
    lines.setdefault(path, line)
    if isinstance(node, yaml.SequenceNode):
        return [_value(child, (*path, place), lines, seen, name) for place, child in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key, child in node.value:
            at = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise BadInput(f"{name}, dòng {at}: tên mục phải là một từ.")
            if key.value in found:
                raise BadInput(f"{name}, dòng {at}: mục “{key.value}” viết hai lần.")
            lines[*path, key.value] = at
            found[key.value] = _value(child, (*path, key.value), lines, seen, name)
        return found
    return node.value


def _faults(index_set: IndexSet, measures: Collection[str]) -> Iterator[tuple[_Path, str]]:
    seen: dict[str, _Path] = {}
    for path, criterion in walk(index_set):
        if criterion.code in seen:
            yield (*path, "code"), f"mã “{criterion.code}” đã dùng cho tiêu chí khác; mỗi mã chỉ dùng một lần"
        seen[criterion.code] = path
        if isinstance(criterion, Group):
            continue
        for way, term in named_terms(criterion):
            if term.measure not in measures:
                yield (*path, *way), f"không có chỉ tiêu “{term.measure}”"


def _bad(name: str, lines: dict[_Path, int], value: Any, faults: Iterator[tuple[_Path, str]]) -> BadInput:
    told = []
    for loc, words in faults:
        path, code = _place(value, loc)
        whose = f", tiêu chí “{code}”" if code else ""
        told.append((lines.get(path, 1), f"{name}, dòng {lines.get(path, 1)}{whose}: {words}."))
    told.sort()
    said = [line for _, line in told[:_MANY]]
    if len(told) > _MANY:
        said.append(f"{name}: và {len(told) - _MANY} lỗi nữa.")
    return BadInput("\n".join(dict.fromkeys(said)))


def _place(value: Any, loc: _Path) -> tuple[_Path, str]:
    """The way in the file that a fault's own way means (which also names kinds), and the code of the criterion it is in."""
    path: _Path = ()
    code = ""
    for step in loc:
        there = isinstance(value, dict) and step in value
        if there or (isinstance(value, list) and isinstance(step, int) and step < len(value)):
            value = value[step]
            path = (*path, step)
            if isinstance(value, dict) and isinstance(value.get("code"), str):
                code = value["code"]
    return path, code


_KINDS = "linear, capped, steps, boolean, penalty, survey, shown, group, not_applicable"


def _words(error: ErrorDetails) -> str:
    last = next((step for step in reversed(error["loc"]) if isinstance(step, str)), "")
    given = error["input"]
    said = f"“{given}”" if isinstance(given, str) else "giá trị này"
    context = error.get("ctx", {})
    match error["type"]:
        case "missing":
            return f"thiếu mục “{last}”"
        case "extra_forbidden":
            return f"không có mục “{last}”"
        case "union_tag_not_found":
            return f"thiếu mục “kind”; cần một trong {_KINDS}"
        case "union_tag_invalid":
            return f"kind “{context.get('tag')}” không có; cần một trong {_KINDS}"
        case "literal_error":
            return f"{last}: {said} không dùng được; cần {str(context.get('expected')).replace(' or ', ' hoặc ')}"
        case "bool_parsing" | "bool_type":
            return f"{last}: cần true hoặc false"
        case "date_from_datetime_parsing" | "date_parsing" | "date_type" | "date_from_datetime_inexact":
            return f"{last}: {said} không phải ngày dạng năm-tháng-ngày như 2026-01-01"
        case "string_too_short" | "string_type":
            return f"{last}: cần chữ"
        case "string_too_long":
            return f"{last}: dài quá {context.get('max_length')} ký tự"
        case "string_pattern_mismatch":
            return (
                f"{last}: {said} không dùng được làm mã; chỉ dùng chữ không dấu, chữ số, dấu chấm, gạch nối, gạch dưới"
            )
        case "too_short" | "tuple_type" | "list_type":
            return f"{last}: cần một danh sách có ít nhất một dòng"
        case "model_type" | "model_attributes_type" | "dict_type":
            return "cần các mục “tên: giá trị”"
        case "rule":
            return f"{last}: {error['msg']}" if isinstance(given, str) else error["msg"]
    return f"{last}: {said} không dùng được"
