"""What goes to and comes from other agencies' own systems: an outbox and what came back, each reply kept once."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from motcua.dossiers.models import Dossier
from motcua.organizations.models import Agency


class Partner(models.Model):
    """An agency that works in a system of its own. `address` is the root of its HTTP interface."""

    agency = models.OneToOneField(Agency, models.PROTECT, related_name="partner", verbose_name="cơ quan")
    address = models.URLField("địa chỉ hệ thống", max_length=300)
    active = models.BooleanField("đang kết nối", default=True)

    class Meta:
        verbose_name = "hệ thống bên ngoài"
        verbose_name_plural = "hệ thống bên ngoài"


class OutMessage(models.Model):
    """One message to a partner. `key` is the idempotency key: however often it is sent, the partner takes it once."""

    class Kind(models.TextChoices):
        DOSSIER = "dossier", "chuyển hồ sơ"
        REMINDER = "reminder", "đôn đốc"
        WITHDRAWAL = "withdrawal", "đề nghị rút"

    class State(models.TextChoices):
        WAITING = "waiting", "chờ gửi"
        SENT = "sent", "đã gửi, chờ trả lời"
        ANSWERED = "answered", "đã trả lời"
        FAILED = "failed", "không gửi được"

    key = models.UUIDField("khóa", unique=True)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="messages", verbose_name="hệ thống nhận")
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="out_messages", verbose_name="hồ sơ")
    kind = models.CharField("loại", max_length=12, choices=Kind)
    state = models.CharField("trạng thái", max_length=10, choices=State, default=State.WAITING)
    created_at = models.DateTimeField("lúc tạo")
    sent_at = models.DateTimeField("lúc nơi nhận báo đã nhận", null=True)
    receipt = models.CharField("số tiếp nhận của nơi nhận", max_length=100, blank=True, default="")
    attempts = models.PositiveIntegerField("số lần gửi", default=0)
    failure = models.CharField("lỗi gần nhất", max_length=300, blank=True, default="")
    next_try_at = models.DateTimeField("lần hỏi kế", null=True)
    due_at = models.DateTimeField("hạn trả lời", null=True)
    answered_at = models.DateTimeField("lúc trả lời", null=True)
    silent_at = models.DateTimeField("lúc ghi nhận im lặng quá hạn", null=True)

    class Meta:
        verbose_name = "tin gửi đi"
        verbose_name_plural = "tin gửi đi"
        constraints = [
            models.UniqueConstraint(fields=["dossier", "kind"], name="out_message_once"),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], name="out_message_due", condition=Q(state__in=["waiting", "sent"])),
            models.Index(
                fields=["due_at"], name="out_message_silent", condition=Q(state__in=["waiting", "sent"], silent_at=None)
            ),
        ]


class InReply(models.Model):
    """What a partner answered, as it came. `reply_id` is the partner's; a second coming of the same is counted, not kept."""

    class Taken(models.TextChoices):
        DONE = "done", "đã thực hiện"
        REPEATED = "repeated", "trùng, không làm gì"
        TOO_LATE = "too_late", "hồ sơ đã kết thúc"
        HELD = "held", "đến trước lượt, chờ"
        UNREADABLE = "unreadable", "không đọc được"

    message = models.ForeignKey(OutMessage, models.PROTECT, related_name="replies", verbose_name="tin gửi đi")
    reply_id = models.CharField("mã trả lời của nơi gửi", max_length=100)
    kind = models.CharField("loại", max_length=20)
    content = models.JSONField("nội dung", default=dict)
    received_at = models.DateTimeField("lúc nhận")
    times = models.PositiveIntegerField("số lần nhận", default=1)
    taken = models.CharField("xử lý", max_length=12, choices=Taken)
    late = models.BooleanField("sau hạn", default=False)
    note = models.CharField("ghi chú", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "trả lời nhận được"
        verbose_name_plural = "trả lời nhận được"
        constraints = [models.UniqueConstraint(fields=["message", "reply_id"], name="in_reply_once")]
