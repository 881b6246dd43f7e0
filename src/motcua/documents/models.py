"""Stored files and issued printed forms."""

from __future__ import annotations

from django.db import models

from motcua.dossiers.models import Dossier, LedgerEntry
from motcua.organizations.models import Desk, Officer


class StoredFile(models.Model):
    """Content addressed by its SHA-256 (hex). The bytes lie in the storage; the type was read from the content."""

    class Scan(models.TextChoices):
        OFF = "off", "không quét"
        WAITING = "waiting", "chờ quét"
        CLEAN = "clean", "sạch"
        INFECTED = "infected", "có mã độc"

    sha256 = models.CharField("băm", max_length=64, primary_key=True)
    size = models.BigIntegerField("cỡ (byte)")
    content_type = models.CharField("kiểu nội dung", max_length=100)
    scan = models.CharField("quét mã độc", max_length=10, choices=Scan)
    scan_note = models.CharField("ghi chú quét", max_length=200, blank=True)
    stored_at = models.DateTimeField("lúc lưu")

    class Meta:
        verbose_name = "tệp"
        verbose_name_plural = "tệp"


class IssuedForm(models.Model):
    """A printed form of a dossier. `file` null = asked for in the move's transaction, rendered by the worker right after.

    A correction is a new row with version + 1; the old one gets `voided_at` and keeps its bytes.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="forms", verbose_name="hồ sơ")
    entry = models.ForeignKey(LedgerEntry, models.PROTECT, related_name="forms", verbose_name="mục sổ cái")
    kind = models.CharField("loại mẫu", max_length=40)
    version = models.PositiveSmallIntegerField("lần", default=1)
    instrument = models.CharField("văn bản quy định", max_length=60, blank=True)
    number = models.CharField("số", max_length=60, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, verbose_name="tệp")
    pages = models.PositiveSmallIntegerField("số trang", null=True)
    issued_at = models.DateTimeField("lúc cấp")
    voided_at = models.DateTimeField("lúc hủy", null=True)
    void_reason = models.CharField("lý do hủy", max_length=300, blank=True)
    voided_by = models.ForeignKey(Officer, models.PROTECT, null=True, verbose_name="người hủy")

    class Meta:
        verbose_name = "mẫu đã cấp"
        verbose_name_plural = "mẫu đã cấp"
        constraints = [
            models.UniqueConstraint(fields=["entry", "kind", "version"], name="issuedform_once"),
            models.UniqueConstraint(
                fields=["entry", "kind"], condition=models.Q(voided_at__isnull=True), name="issuedform_one_valid"
            ),
        ]


class IssuedList(models.Model):
    """A paper about many dossiers or procedures, printed for a desk: a book of the register, the list posted at the desk.

    Kept with its bytes like a form. `scope` says in words what it covers; the days are those of the register's window.
    """

    kind = models.CharField("loại", max_length=40)
    desk = models.ForeignKey(Desk, models.PROTECT, related_name="lists", verbose_name="bộ phận một cửa")
    scope = models.CharField("phạm vi", max_length=300)
    first_on = models.DateField("từ ngày")
    last_on = models.DateField("đến ngày")
    rows = models.PositiveIntegerField("số dòng")
    file = models.ForeignKey(StoredFile, models.PROTECT, verbose_name="tệp")
    pages = models.PositiveSmallIntegerField("số trang")
    issued_at = models.DateTimeField("lúc in")
    issued_by = models.ForeignKey(Officer, models.PROTECT, null=True, verbose_name="người in")

    class Meta:
        verbose_name = "sổ và danh mục đã in"
        verbose_name_plural = "sổ và danh mục đã in"
        ordering = ["-id"]
