"""What is told to whom: notices to applicants, sent from their outbox rows; warnings and digests to officers."""

from __future__ import annotations

from django.db import models

from motcua.dossiers.models import Dossier, LedgerEntry
from motcua.organizations.models import Agency, Officer, Unit


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


class WarningSetting(models.Model):
    """How the officers of an agency and those below it are warned from a day on; without an agency, in the whole province.

    `step_ahead` and `whole_ahead` are texts such as `25%` or `4 giờ`; `tells` names who is told at which stage.
    """

    agency = models.ForeignKey(
        Agency, models.PROTECT, null=True, related_name="+", verbose_name="cơ quan (trống = toàn tỉnh)"
    )
    valid_from = models.DateField("hiệu lực từ")
    step_ahead = models.JSONField("nhắc trước hạn của bước")
    whole_ahead = models.JSONField("nhắc trước hạn của hồ sơ")
    every_days = models.PositiveSmallIntegerField("nhắc lại sau mỗi (ngày làm việc)")
    tells = models.JSONField("nhắc ai")
    set_at = models.DateTimeField("lúc đặt")
    set_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+", verbose_name="người đặt")
    # When the moments already planned were planned anew by it.
    applied_at = models.DateTimeField("lúc áp dụng", null=True)

    class Meta:
        verbose_name = "cách nhắc việc"
        verbose_name_plural = "cách nhắc việc"
        constraints = [
            models.UniqueConstraint(fields=["agency", "valid_from"], name="warning_setting_once", nulls_distinct=False)
        ]


class Watch(models.Model):
    """A due moment that runs: of a step (`token` of its work item) or of the whole dossier (token 0).

    `next_at` is when the next warning of it is due; the sweep finds what is due by its index alone. Kept from the ledger by
    `notifications.watching`; a paused or finished dossier has no rows.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="+", verbose_name="hồ sơ")
    token = models.PositiveIntegerField("thẻ (0 = cả hồ sơ)")
    started_at = models.DateTimeField("lúc bắt đầu tính")
    due_at = models.DateTimeField("hạn")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name="cơ quan thực hiện")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name="phòng")
    officer = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+", verbose_name="người đang giữ")
    next_at = models.DateTimeField("lúc nhắc tiếp theo", null=True)

    class Meta:
        verbose_name = "hạn đang theo dõi"
        verbose_name_plural = "hạn đang theo dõi"
        constraints = [models.UniqueConstraint(fields=["dossier", "token"], name="watch_once")]
        indexes = [
            models.Index(fields=["next_at"], name="watch_next", condition=models.Q(next_at__isnull=False)),
            models.Index(fields=["agency", "id"], name="watch_of_agency"),
        ]


class OfficerNotice(models.Model):
    """A warning or the digest of a morning, to one officer by one channel.

    The unique constraint is what makes it once: the same stage of the same due moment is told to an officer only once,
    a changed due or a new owner is another row. `token` 0 = the whole dossier; a digest has no dossier.
    """

    class Channel(models.TextChoices):
        PAGE = "page", "trang Nhắc việc"
        SMS = "sms", "tin nhắn"
        EMAIL = "email", "thư điện tử"

    class State(models.TextChoices):
        WAITING = "waiting", "chờ gửi"
        SENT = "sent", "đã gửi"
        FAILED = "failed", "không gửi được"

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="notices", verbose_name="cán bộ")
    channel = models.CharField("kênh", max_length=8, choices=Channel)
    dossier = models.ForeignKey(Dossier, models.PROTECT, null=True, related_name="+", verbose_name="hồ sơ")
    token = models.PositiveIntegerField("thẻ (0 = cả hồ sơ)", default=0)
    stage = models.CharField("lúc nhắc", max_length=16)
    due_at = models.DateTimeField("hạn")
    body = models.TextField("nội dung")
    state = models.CharField("trạng thái", max_length=8, choices=State)
    created_at = models.DateTimeField("lúc tạo")
    sent_at = models.DateTimeField("lúc gửi", null=True)
    read_at = models.DateTimeField("lúc đọc", null=True)
    failure = models.CharField("lỗi", max_length=300, blank=True, default="", db_default="")
    # The last id of those sent in one message, set before it is sent: who sends again sends the same under the same key.
    batch = models.BigIntegerField("lượt gửi", null=True)

    class Meta:
        verbose_name = "nhắc việc"
        verbose_name_plural = "nhắc việc"
        constraints = [
            models.UniqueConstraint(
                fields=["officer", "dossier", "token", "stage", "due_at", "channel"],
                name="officer_notice_once",
                nulls_distinct=False,
            )
        ]
        indexes = [
            models.Index(fields=["officer", "-id"], name="officer_inbox", condition=models.Q(channel="page")),
            models.Index(
                fields=["officer"], name="officer_unread", condition=models.Q(channel="page", read_at__isnull=True)
            ),
            models.Index(fields=["officer"], name="officer_waiting", condition=models.Q(state="waiting")),
        ]


class Digest(models.Model):
    """That the officers of an agency have been told in the morning of a day what lies before them."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name="cơ quan")
    day = models.DateField("ngày")
    made_at = models.DateTimeField("lúc lập")

    class Meta:
        verbose_name = "tin đầu ngày"
        verbose_name_plural = "tin đầu ngày"
        constraints = [models.UniqueConstraint(fields=["agency", "day"], name="digest_once")]


class LedgerPosition(models.Model):
    """How far a reader of the ledger in this room has come (`dossiers.feed`)."""

    reader = models.CharField("nơi đọc", max_length=40, primary_key=True)
    xid = models.BigIntegerField("giao dịch", default=0)
    entry = models.BigIntegerField("mục", default=0)

    class Meta:
        verbose_name = "vị trí đọc sổ cái"
        verbose_name_plural = "vị trí đọc sổ cái"
