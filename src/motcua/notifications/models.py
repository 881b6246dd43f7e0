"""What is told to whom. A notice row is the outbox: it is inserted with the ledger entry and sent by a worker."""

from __future__ import annotations

from django.db import models

from motcua.dossiers.models import Dossier, LedgerEntry


class Notice(models.Model):
    """One message about one entry to one recipient by one channel; unique, so that a retry cannot send it twice."""

    class Recipient(models.TextChoices):
        SUBMITTER = "submitter", "người nộp"
        OWNER = "owner", "chủ hồ sơ"

    class Channel(models.TextChoices):
        PAGE = "page", "trang tra cứu"
        SMS = "sms", "tin nhắn"
        EMAIL = "email", "thư điện tử"

    class State(models.TextChoices):
        WAITING = "waiting", "chờ gửi"
        SENT = "sent", "đã gửi"
        FAILED = "failed", "không gửi được"

    entry = models.ForeignKey(LedgerEntry, models.PROTECT, related_name="notices", verbose_name="mục sổ cái")
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="notices", verbose_name="hồ sơ")
    recipient = models.CharField("người nhận", max_length=12, choices=Recipient)
    channel = models.CharField("kênh", max_length=8, choices=Channel)
    template = models.CharField("mẫu tin", max_length=40)
    state = models.CharField("trạng thái", max_length=8, choices=State, default=State.WAITING)
    created_at = models.DateTimeField("lúc tạo")
    sent_at = models.DateTimeField("lúc gửi", null=True)
    body = models.TextField("nội dung đã gửi", blank=True)
    failure = models.CharField("lỗi", max_length=300, blank=True)

    class Meta:
        verbose_name = "thông báo"
        verbose_name_plural = "thông báo"
        constraints = [
            models.UniqueConstraint(fields=["entry", "recipient", "channel", "template"], name="notice_once"),
        ]
        indexes = [
            models.Index(fields=["created_at"], name="notice_waiting", condition=models.Q(state="waiting")),
            models.Index(fields=["created_at"], name="notice_failed", condition=models.Q(state="failed")),
        ]
