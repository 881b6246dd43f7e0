from datetime import UTC, datetime

import pytest
from django.db.models import Q

from motcua.law.errors import BadInput
from motcua.law.moments import VIETNAM
from motcua.platform import keyset

AT = datetime(2026, 11, 16, 9, 30, 0, 123456, tzinfo=VIETNAM)
LARGEST = 2**63 - 1


@pytest.mark.parametrize("moment", [AT, AT.astimezone(UTC), None])
def test_a_moment_is_read_as_it_was_written(moment: datetime | None) -> None:
    assert keyset.read(keyset.write(moment, LARGEST)) == (moment, LARGEST)


@pytest.mark.parametrize("code", ["1.000122", "a~b", "", "Mã có dấu"])
def test_a_code_is_read_as_it_was_written(code: str) -> None:
    assert keyset.read_code(keyset.write(code, 0)) == (code, 0)


@pytest.mark.parametrize(
    "cursor",
    [
        "", "~", "x", "7", "~abc", "~-1", "~+1", "~1.0", "~²", "~١", f"~{LARGEST + 1}", f"~{'9' * 5000}",
        "hôm qua~1", "2026-11-16T09:30:00~1", "2026-02-30T00:00:00+00:00~1", f"{AT.isoformat()}~", f"{AT.isoformat()}1",
        "0001-01-01T00:00:00+07:00~1", f"{AT.isoformat()}~1~",
    ],
)  # fmt: skip
def test_what_was_not_written_here_is_refused(cursor: str) -> None:
    with pytest.raises(BadInput, match=r"^Trang tiếp theo không đọc được; hãy mở lại danh sách từ đầu\.$") as refused:
        keyset.read(cursor)
    assert refused.value.data == {"after": cursor}


def test_a_zone_the_database_does_not_know_is_turned_into_one_it_knows() -> None:
    assert keyset.read("2026-11-16T09:00:00+23:00~1") == (datetime(2026, 11, 15, 10, tzinfo=UTC), 1)


LATER, EARLIER, SAME = Q(since__gt=AT), Q(since__lt=AT), Q(since=AT, pk__gt=5)


@pytest.mark.parametrize(
    ("descending", "gaps", "expected"),
    [
        (False, False, LATER | SAME),
        (True, False, EARLIER | Q(since=AT, pk__lt=5)),
        (False, True, LATER | SAME | Q(since__isnull=True)),
    ],
)
def test_what_lies_behind_a_moment(descending: bool, gaps: bool, expected: Q) -> None:
    assert keyset.beyond("since", keyset.write(AT, 5), descending=descending, gaps=gaps) == expected


def test_rows_without_a_moment_come_after_all_others() -> None:
    assert keyset.beyond("since", "~5", gaps=True) == Q(since__isnull=True, pk__gt=5)
    with pytest.raises(BadInput):
        keyset.beyond("since", "~5")


def test_what_lies_behind_a_code() -> None:
    assert keyset.beyond_code("code", "1.2~5") == Q(code__gt="1.2") | Q(code="1.2", pk__gt=5)
    assert keyset.beyond_code("of__code", "1.2~5", then="place") == Q(of__code__gt="1.2") | Q(
        of__code="1.2", place__gt=5
    )


def test_without_a_cursor_a_list_begins_at_its_beginning() -> None:
    assert keyset.beyond("since", "") == keyset.beyond_code("code", "") == Q()
