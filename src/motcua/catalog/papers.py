"""The catalogue's flattened tables of papers (thành phần hồ sơ), split back into cases and rows. Pure.

Each case prints a heading, then the table's own header, then rows of name, form file and counts, all glued together:
`Hồ sơ gồm:Tên giấy tờMẫu đơn, tờ khaiSố lượngTờ khaiMẫu 01.docx1 bản chínhBản sao thẻ0 bản chính,1 bản sao`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

HEADER = "Tên giấy tờMẫu đơn, tờ khaiSố lượng"

_COUNT = re.compile(
    r"(?P<number>[0-9]+) (?:bản chính(?:,(?P<also>[0-9]+) bản sao)?|(?P<only>bản sao))",
)
_SETS = re.compile(
    r"[-+*•\s]*(?:[0-9a-z.]{1,4}[.)/]\s*)?(?:Số\s+lượng|SL)\s+(?:bộ\s+)?hồ\s+sơ\s*:?\s*(?P<sets>[0-9]{1,2})"
    r"\s*(?:\([^()0-9]*\)\s*)?(?:bộ|\(bộ\))(?:\s+hồ\s+sơ)?[\s.;]*",
    re.IGNORECASE,
)
_MENTIONS_SETS = re.compile(r"(?:Số\s+lượng|SL)\s+(?:bộ\s+)?hồ\s+sơ|số\s+bộ\s+hồ\s+sơ", re.IGNORECASE)
_FILE = re.compile(r"\.(?:docx?|pdf|xlsx?|rtf|zip|rar)", re.IGNORECASE)
_FORM_WORDS = ("Mẫu", "mẫu ", "MẪU", "Mau", "TK ", "TP-", "TPHS", "PL ", "Phụ lục", "Biểu", "Đơn", "Giấy", "Tờ khai")
_LONGEST_FORM_NAME = 150


@dataclass(frozen=True, slots=True)
class Paper:
    """One row. `originals`/`copies` None = the text does not say; `doubt` says in Vietnamese what could not be read."""

    case: str
    name: str
    form_name: str
    originals: int | None
    copies: int | None
    doubt: str = ""
    suggested: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Papers:
    """`sets` None = not said. `leftover` is text that belongs to no row, `sets_doubt` a statement of sets not plain."""

    papers: tuple[Paper, ...] = ()
    sets: int | None = None
    leftover: str = ""
    sets_doubt: str = ""


def read_papers(text: str) -> Papers:
    """Read the whole field. Rows keep their order; a heading `--` is no case."""
    text = text.replace("\xa0", " ").strip()
    if not text.strip("-– "):
        return Papers()
    blocks = text.split(HEADER)
    if len(blocks) == 1:
        return Papers(leftover=text)
    papers: list[Paper] = []
    leftovers = []
    heading = blocks[0]
    for number, block in enumerate(blocks[1:], start=1):
        rows, rest = _rows(block, _heading(heading))
        papers += rows
        if number == len(blocks) - 1 or not rows:
            leftovers.append(rest)
            rest = ""
        heading = rest
    kept = tuple(paper for paper in papers if not _SETS.fullmatch(paper.name))
    said = {int(match["sets"]) for paper in papers if (match := _SETS.fullmatch(paper.name))}
    said |= {int(match["sets"]) for paper in kept if (match := _SETS.fullmatch(paper.case))}
    unclear = [paper.name for paper in kept if _MENTIONS_SETS.search(paper.name)]
    one = said.pop() if len(said) == 1 and not unclear else None
    return Papers(kept, one, " ".join(part for part in leftovers if part.strip(" -–")), "" if one else _join(unclear))


def _join(parts: list[str]) -> str:
    return "; ".join(dict.fromkeys(part[:300] for part in parts))


def _heading(text: str) -> str:
    heading = " ".join(text.split()).strip()
    return "" if not heading.strip("-– .…") else heading.rstrip(":").strip()


def _rows(block: str, case: str) -> tuple[list[Paper], str]:
    rows = []
    start = 0
    for match in _real_counts(block):
        rows.append(_paper(block[start : match.start()], match, case))
        start = match.end()
    return rows, block[start:]


def _real_counts(block: str) -> Iterator[re.Match[str]]:
    """A count cell never has a leading zero; `01 bản chính` is part of a name (`…: 01 bản chính;1 bản chính`)."""
    return (match for match in _COUNT.finditer(block) if not (len(match["number"]) == 2 and match["number"][0] == "0"))


def _paper(raw: str, match: re.Match[str], case: str) -> Paper:
    digits = match["number"]
    name, form_name, doubt = _split_form(raw + digits[:-1])
    first = int(digits[-1])
    counts = (0, first) if match["only"] else (first, int(match["also"] or 0))
    if len(digits) > 1:
        # A name that ends in a figure has run into the count: `… năm 20251 bản chính`.
        message = f"tên giấy tờ và số bản dính liền nhau thành “{digits} bản”"
        joined = f"{doubt}; {message}" if doubt else message
        return Paper(case, name, form_name, None, None, joined, counts)
    return Paper(case, name, form_name, *counts, doubt)


def _split_form(raw: str) -> tuple[str, str, str]:
    """Name, form file, doubt. The file's name begins where two words touch without a blank, if that is one place."""
    text = " ".join(raw.split())
    first_file = _FILE.search(text)
    if first_file is None:
        return text, "", ""
    ends = [match.end() for match in _FILE.finditer(text)]
    seams = [place for place in range(1, first_file.start()) if _is_seam(text, place)]
    near = [place for place in seams if first_file.start() - place <= _LONGEST_FORM_NAME]
    likely = [place for place in near if text.startswith(_FORM_WORDS, place)]
    place = likely[0] if likely else near[0] if len(near) == 1 else None
    if place is None or ends[-1] != len(text):
        return text, "", "không tách được tên tệp biểu mẫu khỏi tên giấy tờ"
    return text[:place].strip(), text[place:].strip(), ""


def _is_seam(text: str, place: int) -> bool:
    """Whether a new cell may begin here: no blank before, and a letter that cannot go on the word before."""
    before, here = text[place - 1], text[place]
    if before in ";)":
        return here.isalnum()
    if before == ".":
        return here.isalpha() and (text[place - 2].islower() or text.startswith(_FORM_WORDS, place))
    if before.isdigit() or not before.isalnum():
        return before in "”’'\"" and here.isupper()
    return (here.isupper() and before.islower()) or text.startswith(_FORM_WORDS[:4], place)
