"""What the desk keeps for its officers: who has a dossier open, named views of the inbox, and moves of many steps at once.

Nothing here is part of a dossier's record; the ledger knows of moves only what each of them did.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from motcua.dossiers.models import Dossier
from motcua.organizations.models import Officer


class Presence(models.Model):
    """An officer has a dossier's page open: `opened_at` since when, `seen_at` the last sign of life of the page.

    The table is not logged by the server: a crash empties it, and a page says again that it is open.
    """

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="+", verbose_name="hồ sơ", db_index=False)
    officer = models.ForeignKey(Officer, models.CASCADE, related_name="+", verbose_name="cán bộ")
    opened_at = models.DateTimeField("mở từ")
    seen_at = models.DateTimeField("còn thấy lúc")

    class Meta:
        verbose_name = "hồ sơ đang mở"
        verbose_name_plural = "hồ sơ đang mở"
        constraints = [models.UniqueConstraint(fields=["dossier", "officer"], name="presence_once")]


class SavedView(models.Model):
    """A queue of the inbox with its filters, under the officer's own name for it. `query` is the address behind the `?`."""

    officer = models.ForeignKey(
        Officer, models.CASCADE, related_name="saved_views", verbose_name="cán bộ", db_index=False
    )
    name = models.CharField("tên", max_length=60)
    queue = models.CharField("danh sách", max_length=20)
    query = models.CharField("bộ lọc", max_length=2000, blank=True)
    created_at = models.DateTimeField("lúc lưu")

    class Meta:
        verbose_name = "danh sách đã lưu"
        verbose_name_plural = "danh sách đã lưu"
        constraints = [models.UniqueConstraint(fields=["officer", "name"], name="saved_view_once")]

    def __str__(self) -> str:
        return self.name


class BulkRun(models.Model):
    """One request for many steps at once. `key` comes from the page, so that a second click finds the first one's run."""

    class Action(models.TextChoices):
        FINISH = "finish", "Hoàn thành bước"
        CLAIM = "claim", "Nhận việc"
        ASSIGN = "assign", "Giao việc"

    key = models.UUIDField("khóa chống gửi trùng", default=uuid.uuid4, unique=True)
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name="cán bộ")
    action = models.CharField("việc", max_length=10, choices=Action)
    # What all items get: outcome, papers at hand, note, the officer they are given to, the reason.
    given = models.JSONField("nội dung", default=dict)
    created_at = models.DateTimeField("lúc gửi")

    class Meta:
        verbose_name = "lượt xử lý nhiều việc"
        verbose_name_plural = "lượt xử lý nhiều việc"


class BulkItem(models.Model):
    """One step of a run and what became of it. Marked in the transaction that moves the step, so it is done once."""

    class State(models.TextChoices):
        WAITING = "waiting", "chưa làm"
        DONE = "done", "xong"
        FAILED = "failed", "không được"

    run = models.ForeignKey(BulkRun, models.CASCADE, related_name="items", verbose_name="lượt", db_index=False)
    position = models.PositiveSmallIntegerField("thứ tự")
    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="+", verbose_name="hồ sơ")
    token = models.PositiveIntegerField("thẻ")
    name = models.CharField("bước", max_length=300)
    state = models.CharField("tình trạng", max_length=8, choices=State, default=State.WAITING)
    reason = models.CharField("vì sao không được", max_length=1000, blank=True)

    class Meta:
        verbose_name = "việc trong lượt"
        verbose_name_plural = "việc trong lượt"
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="bulk_item_once"),
            models.CheckConstraint(name="bulk_item_failed_says_why", condition=~Q(state="failed") | ~Q(reason="")),
        ]
