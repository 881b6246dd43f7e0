"""What is kept of reports: those that agencies have filed, every step of the filing, and what people declare."""

from __future__ import annotations

from django.db import models

from motcua.organizations.models import Agency, Officer
from motcua.reporting.course import State, Step
from motcua.statistics.periods import Regime


class Filing(models.Model):
    """An agency's report 06a of one window. `seq` counts its steps and moves with the state: of two at once one succeeds."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name="cơ quan")
    period = models.CharField("kỳ", max_length=8)
    regime = models.CharField("chế độ kỳ", max_length=10, choices=[(one.value, one.value) for one in Regime])
    first_on = models.DateField("từ ngày")
    last_on = models.DateField("đến ngày")
    state = models.CharField("trạng thái", max_length=10, choices=[(one.value, one.value) for one in State])
    seq = models.PositiveIntegerField("số bước")

    class Meta:
        verbose_name = "báo cáo đã lập"
        verbose_name_plural = "báo cáo đã lập"
        constraints = [models.UniqueConstraint(fields=["agency", "first_on", "last_on"], name="filing_once")]

    def __str__(self) -> str:
        return f"06a {self.agency_id} {self.first_on}–{self.last_on}"


class FiledCopy(models.Model):
    """The report as it was computed once: canonical JSON and its hash. Never changed; a report given back gets another."""

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="copies", verbose_name="báo cáo")
    number = models.PositiveSmallIntegerField("lần")
    text = models.TextField("nội dung")
    sha256 = models.CharField("SHA-256", max_length=64)
    as_of = models.DateTimeField("số liệu ghi nhận đến")
    # The last ledger entry that was counted.
    xid = models.BigIntegerField("vị trí sổ cái (giao dịch)")
    entry_id = models.BigIntegerField("vị trí sổ cái (mục)")

    class Meta:
        verbose_name = "bản chốt"
        verbose_name_plural = "bản chốt"
        constraints = [models.UniqueConstraint(fields=["filing", "number"], name="filed_copy_once")]

    def __str__(self) -> str:
        return f"{self.filing_id}/{self.number}"


class FilingStep(models.Model):
    """Who did what to a report, when, and to which copy of it; only ever added to."""

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="steps", verbose_name="báo cáo")
    seq = models.PositiveIntegerField("thứ tự")
    kind = models.CharField("việc", max_length=10, choices=[(one.value, one.value) for one in Step])
    copy = models.ForeignKey(FiledCopy, models.PROTECT, related_name="+", verbose_name="bản chốt")
    at = models.DateTimeField("lúc")
    by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name="người làm")
    on_behalf_of = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+", verbose_name="làm thay")
    reason = models.CharField("lý do", max_length=1000, blank=True)

    class Meta:
        verbose_name = "bước của báo cáo"
        verbose_name_plural = "bước của báo cáo"
        ordering = ["seq"]
        constraints = [models.UniqueConstraint(fields=["filing", "seq"], name="filing_step_once")]

    def __str__(self) -> str:
        return f"{self.filing_id}/{self.seq} {self.kind}"


class DeclaredFigure(models.Model):
    """What the ledger cannot give, as an officer declares it for an agency and a window. The newest of a code holds.

    `value` is whole, of a percentage in hundredths; `words` is the text of an assessment. Both empty = taken back.
    """

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name="cơ quan", db_index=False)
    code = models.CharField("mã", max_length=40)
    first_on = models.DateField("từ ngày")
    last_on = models.DateField("đến ngày")
    value = models.BigIntegerField("giá trị", null=True)
    words = models.TextField("nội dung", blank=True)
    evidence = models.CharField("căn cứ", max_length=500, blank=True)
    set_by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name="người ghi")
    set_at = models.DateTimeField("lúc ghi")

    class Meta:
        verbose_name = "số liệu kê khai"
        verbose_name_plural = "số liệu kê khai"
        indexes = [models.Index(fields=["agency", "first_on", "last_on", "code", "-id"], name="declared_newest")]

    def __str__(self) -> str:
        return f"{self.agency_id}/{self.code}"
