"""The officer's own named views of the inbox: made, renamed and deleted by him, seen by nobody else."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from motcua.desk.models import SavedView
from motcua.law.errors import BadInput
from motcua.platform.text import nfc

MOST = 20


def views_of(officer_id: int) -> list[SavedView]:
    return list(SavedView.objects.filter(officer_id=officer_id).order_by("name", "id"))


def save_view(officer_id: int, *, name: str, queue: str, query: str, at: datetime) -> SavedView:
    """Raises BadInput for a name that is missing, too long or taken, and beyond twenty views."""
    name = _checked(name)
    if SavedView.objects.filter(officer_id=officer_id).count() >= MOST:
        raise BadInput(f"Đã có {MOST} danh sách đã lưu; hãy xóa bớt trước khi lưu thêm.", field="name")
    try:
        with transaction.atomic():
            return SavedView.objects.create(officer_id=officer_id, name=name, queue=queue, query=query, created_at=at)
    except IntegrityError:
        raise _taken(name) from None


def rename_view(officer_id: int, view_id: int, *, name: str) -> None:
    """Raises BadInput as `save_view` does; another's view is not there."""
    name = _checked(name)
    try:
        with transaction.atomic():
            changed = SavedView.objects.filter(pk=view_id, officer_id=officer_id).update(name=name)
    except IntegrityError:
        raise _taken(name) from None
    if not changed:
        raise _missing()


def delete_view(officer_id: int, view_id: int) -> None:
    deleted, _ = SavedView.objects.filter(pk=view_id, officer_id=officer_id).delete()
    if not deleted:
        raise _missing()


def _checked(name: str) -> str:
    # What no page shows (control signs, blanks of no width) would make a button without a word.
    tidy = " ".join("".join(char for char in nfc(name) if char.isprintable() or char.isspace()).split())
    if not tidy:
        raise BadInput("Tên danh sách: chưa nhập.", field="name")
    if len(tidy) > 60:
        raise BadInput(f"Tên danh sách: dài {len(tidy)} ký tự, nhiều nhất là 60.", field="name")
    return tidy


def _taken(name: str) -> BadInput:
    return BadInput(f"Tên danh sách: ông/bà đã có danh sách “{name}”.", field="name")


def _missing() -> BadInput:
    return BadInput("Danh sách đã lưu này không còn.", field="name")
