"""Who may call the API, and the answers already given to repeated calls."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from motcua.dossiers.models import Dossier
from motcua.organizations.models import Officer


class Scope(models.TextChoices):
    CATALOG = "catalog", "đọc danh mục thủ tục"
    SUBMIT = "submit", "nộp hồ sơ và làm việc của người nộp"
    READ = "read", "đọc hồ sơ"
    WORK = "work", "làm việc của cán bộ"
    EVENTS = "events", "đọc sự kiện"


class ApiToken(models.Model):
    """A caller. With an officer it acts as this officer; without one only for the dossiers it handed in itself."""

    name = models.CharField("tên", max_length=120)
    digest = models.BinaryField("băm của mã", max_length=32, unique=True)
    scopes = ArrayField(models.CharField(max_length=10, choices=Scope), verbose_name="quyền")
    officer = models.ForeignKey(Officer, models.PROTECT, null=True, verbose_name="cán bộ")
    created_at = models.DateTimeField("lúc tạo")
    expires_at = models.DateTimeField("hết hạn", null=True)
    revoked_at = models.DateTimeField("lúc thu hồi", null=True)

    class Meta:
        verbose_name = "mã truy cập"
        verbose_name_plural = "mã truy cập"

    def __str__(self) -> str:
        return self.name


class ApiDossier(models.Model):
    """That a dossier was handed in by a token, which may therefore follow it."""

    token = models.ForeignKey(ApiToken, models.PROTECT, related_name="dossiers")
    dossier = models.OneToOneField(Dossier, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "hồ sơ nộp qua giao diện lập trình"
        verbose_name_plural = "hồ sơ nộp qua giao diện lập trình"


class IdempotentCall(models.Model):
    """The answer to a write that carried an `Idempotency-Key`: a repeat gets it again and does nothing."""

    token = models.ForeignKey(ApiToken, models.CASCADE, related_name="calls")
    key = models.CharField(max_length=200)
    request = models.BinaryField("băm của lời gọi", max_length=32)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = "lời gọi chống lặp"
        verbose_name_plural = "lời gọi chống lặp"
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="idempotent_once")]
