"""The catalogue's flattened lists of results and of legal grounds, split back into rows. Pure."""

from __future__ import annotations

import re

GROUNDS_HEADER = "Tên văn bản pháp lýMã văn bản"

_RESULT_END = "Từ khóa"
_RESULT_CODE = r"(?:KQ\.[A-Z][0-9]{2}\.[0-9]{6}(?![0-9])|[A-Z0-9][A-Z0-9.\-]{2,30}?[0-9](?![0-9.\-]))"
_RESULT = re.compile(rf"(?P<name>.+?)\s*Mã:\s?(?P<code>{_RESULT_CODE})", re.DOTALL)

_ORGANS = (
    "BLĐTBXH|BNNPTNT|BVHTTDL|BKHĐT|BGTVT|BTNMT|BNNMT|BKHCN|BTTTT|BGDĐT|NHNN|UBND|HĐND|BHXH|VPCP|TTCP|TANDTC|VKSNDTC|"
    "BNG|BNV|BTC|BTP|BXD|BQP|BCA|BYT|BCT|UBTVQH|TTg|CTN|CP"
)
_KIND = r"TTLT|NQLT|VBHN|TT|NĐ|ND|NQ|QĐ|QD|CT|PL|L"
_NUMBER = re.compile(
    rf"(?P<number>[0-9]{{1,3}}\.[0-9]{{1,2}}/[0-9]{{4}}/NQ-CP|[0-9]{{1,4}}/(?:[0-9]{{4}}/)?"
    rf"(?:QH[0-9]{{2}}|UBTVQH[0-9]{{2}}|(?:{_KIND})-(?:{_ORGANS})(?:-(?:{_ORGANS}))*))"
)
_RUN_TOGETHER = re.compile(r"[0-9]{5,}/[0-9]{4}")
_KIND_WORD = re.compile(r"\s*(?:Nghị định|Thông tư|Luật|Quyết định|Nghị quyết|Pháp lệnh)\s*(?:số)?\s*$")


def read_results(text: str) -> tuple[list[tuple[str, str]], str]:
    """(name, code) of each result kind, and the text that belongs to none. The portal's page furniture is dropped."""
    body, found, _ = text.replace("\xa0", " ").partition(_RESULT_END)
    if not found and "Mã:" not in body:
        return [], " ".join(body.split())
    results = []
    end = 0
    for match in _RESULT.finditer(body):
        if match.start() != end:
            break
        results.append((" ".join(match["name"].split()), match["code"]))
        end = match.end()
    return results, " ".join(body[end:].split())


def read_grounds(text: str) -> tuple[list[tuple[str, str]], list[str]]:
    """(number, title) of each legal document, and the titles that hold a number nobody can cut off plainly.

    A document whose number could not be read stands only among the latter.
    A number inside a title has a blank before it; the number cell is glued to the end of the title or to the next one.
    """
    body = text.replace("\xa0", " ").removeprefix(GROUNDS_HEADER)
    grounds = []
    start = 0
    for match in _NUMBER.finditer(body):
        before = body[match.start() - 1 : match.start()]
        after = body[match.end() : match.end() + 1]
        glued_before = bool(before) and not before.isspace() and before not in '(/“"'
        glued_after = not after or after.isalpha()
        if before.isdigit() and match.start() != start and not _NUMBER.search(body, start, match.start()):
            # A title that ends in a figure has run into the number: nobody can say where the number begins.
            continue
        if not (glued_before or glued_after or match.start() == start):
            continue
        if match.start() == start and _NUMBER.match(body, match.end()):
            continue
        title = _KIND_WORD.sub("", body[start : match.start()])
        grounds.append((match["number"], " ".join(title.split())))
        start = match.end()
    rest = " ".join(body[start:].split())
    doubtful = [title for _, title in grounds if _RUN_TOGETHER.search(title)]
    return grounds, doubtful + ([rest] if rest else [])
