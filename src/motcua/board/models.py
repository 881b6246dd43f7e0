"""What the board itself keeps: the targets that agencies are given for a year."""

from __future__ import annotations

from django.db import models

from motcua.board.goals import Goal
from motcua.organizations.models import Agency, Officer


class Target(models.Model):
    """A share to be reached in a year, in hundredths of a percent; None = taken back. The newest of an agency holds.

    Rows are only added, so that it stays known who asked for what, when and by which document.
    """

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name="cơ quan", db_index=False)
    year = models.PositiveSmallIntegerField("năm")
    goal = models.CharField("chỉ tiêu", max_length=20, choices=[(one.value, one.label) for one in Goal])
    cents = models.PositiveIntegerField("mức giao (phần vạn)", null=True)
    document = models.CharField("văn bản giao", max_length=200)
    set_by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name="người ghi")
    set_at = models.DateTimeField("lúc ghi")

    class Meta:
        verbose_name = "chỉ tiêu giao"
        verbose_name_plural = "chỉ tiêu giao"
        indexes = [models.Index(fields=["year", "agency", "goal", "-id"], name="target_newest")]

    def __str__(self) -> str:
        return f"{self.agency_id}/{self.year}/{self.goal}"
