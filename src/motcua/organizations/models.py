"""Where the work is done: administrative units, agencies, desks, officers and their roles, each with its dates."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, Value


class AdminUnit(models.Model):
    """A province, (former) district or commune, valid from–to. Codes are those of the statistics office."""

    class Kind(models.TextChoices):
        PROVINCE = "province", "tỉnh"
        DISTRICT = "district", "huyện"
        COMMUNE = "commune", "xã"

    kind = models.CharField("loại", max_length=10, choices=Kind)
    code = models.CharField("mã", max_length=5)
    name = models.CharField("tên", max_length=120)
    name_key = models.CharField("khóa tìm", max_length=120)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children", verbose_name="đơn vị cha")
    valid_from = models.DateField("hiệu lực từ")
    valid_to = models.DateField("hết hiệu lực (ngày đầu tiên không còn)", null=True)

    class Meta:
        verbose_name = "đơn vị hành chính"
        verbose_name_plural = "đơn vị hành chính"
        constraints = [models.UniqueConstraint(fields=["kind", "code", "valid_from"], name="adminunit_once")]

    def __str__(self) -> str:
        return self.name


class UnitSuccession(models.Model):
    """Which unit became (part of) which on a day: the map from the units before to those after."""

    predecessor = models.ForeignKey(AdminUnit, models.PROTECT, related_name="successions")
    successor = models.ForeignKey(AdminUnit, models.PROTECT, related_name="predecessions")
    whole = models.BooleanField("nhập toàn bộ")
    on = models.DateField("ngày")
    note = models.CharField("ghi chú", max_length=300, blank=True)

    class Meta:
        verbose_name = "kế thừa đơn vị"
        verbose_name_plural = "kế thừa đơn vị"
        constraints = [models.UniqueConstraint(fields=["predecessor", "successor", "on"], name="succession_once")]


class WorkCalendar(models.Model):
    """Working time as data (`law.worktime.calendar_from`); agencies point at one and inherit.

    A row is never changed: a dossier stays on the one it was received under. Another text makes the next row of the name.
    """

    name = models.CharField("tên", max_length=120)
    data = models.JSONField("dữ liệu", default=dict)
    current = models.BooleanField("đang dùng", default=True)

    class Meta:
        verbose_name = "lịch làm việc"
        verbose_name_plural = "lịch làm việc"
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=Q(current=True), name="workcalendar_one_current")
        ]

    def __str__(self) -> str:
        return self.name


class Agency(models.Model):
    """A body that is competent for procedures. `path` is the chain of ids, "/1/7/": a subtree is a prefix."""

    class Level(models.TextChoices):
        MINISTRY = "ministry", "Bộ, ngành"
        PROVINCE = "province", "Cấp tỉnh"
        DISTRICT = "district", "Cấp huyện"
        COMMUNE = "commune", "Cấp xã"
        VERTICAL = "vertical", "Ngành dọc"

        @classmethod
        def place(cls, level: str) -> int:
            """In order from above to below; what other systems did not tell stands last."""
            return cls.values.index(level) if level in cls.values else len(cls.values)

    code = models.CharField("mã định danh", max_length=35, unique=True)
    name = models.CharField("tên", max_length=200)
    level = models.CharField("cấp", max_length=10, choices=Level)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children", verbose_name="cơ quan cha")
    path = models.CharField("đường dẫn", max_length=120, db_index=True)
    admin_unit = models.ForeignKey(AdminUnit, models.PROTECT, null=True, verbose_name="địa bàn")
    calendar = models.ForeignKey(
        WorkCalendar, models.PROTECT, null=True, verbose_name="lịch tính hạn (trống = theo cấp trên)"
    )
    due_policy = models.CharField("cách tính hạn (trống = theo cấp trên)", max_length=12, blank=True)
    # Kept by organizations.services for the whole subtree, so that a move of a dossier reads one row, not a chain.
    effective_calendar = models.ForeignKey(
        WorkCalendar, models.PROTECT, null=True, related_name="+", verbose_name="lịch đang dùng"
    )
    effective_policy = models.CharField("cách tính hạn đang dùng", max_length=12, default="keep_time")
    imported = models.BooleanField("tạo khi nhập dữ liệu", default=False)
    # Its officers work elsewhere; what we know of its part comes as answers of that system.
    own_system = models.BooleanField("làm việc trên hệ thống riêng", default=False)
    valid_from = models.DateField("hiệu lực từ")
    valid_to = models.DateField("hết hiệu lực", null=True)

    class Meta:
        verbose_name = "cơ quan"
        verbose_name_plural = "cơ quan"

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """A room (phòng) of an agency that works on dossiers."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="units", verbose_name="cơ quan")
    code = models.CharField("mã", max_length=40, unique=True)
    name = models.CharField("tên", max_length=200)

    class Meta:
        verbose_name = "phòng"
        verbose_name_plural = "phòng"

    def __str__(self) -> str:
        return self.name


class Desk(models.Model):
    """A one-stop desk (Bộ phận Một cửa, TTPVHCC, or a site of a vertical agency)."""

    code = models.CharField("mã", max_length=40, unique=True)
    name = models.CharField("tên", max_length=200)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="desks", verbose_name="cơ quan chủ quản")
    admin_unit = models.ForeignKey(AdminUnit, models.PROTECT, null=True, verbose_name="địa bàn nơi đặt")
    agencies = models.ManyToManyField(Agency, related_name="served_by_desks", verbose_name="tiếp nhận cho")
    reception_calendar = models.ForeignKey(WorkCalendar, models.PROTECT, null=True, verbose_name="lịch tiếp nhận")
    address = models.CharField("địa chỉ", max_length=300, blank=True)
    phone = models.CharField("điện thoại", max_length=40, blank=True)

    class Meta:
        verbose_name = "bộ phận một cửa"
        verbose_name_plural = "bộ phận một cửa"

    def __str__(self) -> str:
        return self.name


class Officer(models.Model):
    """A post in an agency held by a user."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="officers", verbose_name="tài khoản"
    )
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="officers", verbose_name="cơ quan")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="officers", verbose_name="phòng")
    desk = models.ForeignKey(Desk, models.PROTECT, null=True, related_name="officers", verbose_name="bộ phận một cửa")
    full_name = models.CharField("họ và tên", max_length=200)
    title = models.CharField("chức danh", max_length=120, blank=True)
    # Where the officer wants to be reminded besides the page; empty = on the page only.
    phone = models.CharField("điện thoại công vụ", max_length=15, blank=True, default="", db_default="")
    email = models.EmailField("thư điện tử công vụ", blank=True, default="", db_default="")
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến trước ngày", null=True)

    class Meta:
        verbose_name = "cán bộ"
        verbose_name_plural = "cán bộ"

    def __str__(self) -> str:
        return self.full_name


class Role(models.TextChoices):
    COUNTER_OFFICER = "counter_officer", "Cán bộ tiếp nhận"
    CASHIER = "cashier", "Thu ngân"
    CASE_OFFICER = "case_officer", "Cán bộ thụ lý"
    UNIT_HEAD = "unit_head", "Trưởng phòng"
    DESK_HEAD = "desk_head", "Phụ trách bộ phận một cửa"
    SIGNER = "signer", "Người ký"
    POSTAL_WORKER = "postal_worker", "Nhân viên bưu chính"
    LEADER = "leader", "Lãnh đạo"
    REFORM_OFFICER = "reform_officer", "Cán bộ cải cách hành chính"
    INSPECTOR = "inspector", "Thanh tra, kiểm tra"
    ADMINISTRATOR = "administrator", "Quản trị"


# Roles that carry dossiers: these pass to a substitute and may be delegated. Keeping accounts, inspecting and reforming
# are given by appointment only.
PASSED_ON = frozenset(
    {
        Role.COUNTER_OFFICER, Role.CASHIER, Role.CASE_OFFICER, Role.UNIT_HEAD, Role.DESK_HEAD, Role.SIGNER, Role.LEADER,
    }
)  # fmt: skip


class RoleAssignment(models.Model):
    """A role of an officer over a subtree of agencies, between two dates. A delegation names who gave it.

    `sectors` limits a delegation to procedures of these sectors (their ids: sectors stand in a room above); empty = all.
    A delegation ends by itself on `valid_to`; one ended early has its `valid_to` moved, and the event says why.
    """

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="assignments", verbose_name="cán bộ")
    role = models.CharField("vai trò", max_length=20, choices=Role)
    scope = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name="phạm vi")
    delegated_by = models.ForeignKey(
        Officer, models.PROTECT, null=True, related_name="delegations", verbose_name="ủy quyền bởi"
    )
    sectors = ArrayField(
        models.BigIntegerField(), verbose_name="lĩnh vực (trống = mọi lĩnh vực)", default=list, db_default=Value("{}")
    )
    document = models.CharField("văn bản ủy quyền", max_length=200, blank=True, default="", db_default="")
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến trước ngày", null=True)

    class Meta:
        verbose_name = "phân vai"
        verbose_name_plural = "phân vai"
        constraints = [
            # Two delegations of one role may begin on one day, for different sectors or from different officers.
            models.UniqueConstraint(
                fields=["officer", "role", "scope", "valid_from"],
                condition=Q(delegated_by__isnull=True),
                name="assignment_once",
            ),
            models.CheckConstraint(
                name="assignment_not_to_oneself",
                condition=Q(delegated_by__isnull=True) | ~Q(delegated_by=F("officer")),
            ),
            models.CheckConstraint(
                name="delegation_ends", condition=Q(delegated_by__isnull=True) | Q(valid_to__isnull=False)
            ),
        ]


class Absence(models.Model):
    """An officer is away between two moments; the substitute, if any, has his powers meanwhile.

    `to_at` is what was planned, `until` when it ends or ended: the two differ where it was ended early.
    """

    class Kind(models.TextChoices):
        LEAVE = "leave", "Nghỉ phép"
        SICK = "sick", "Nghỉ ốm"
        MISSION = "mission", "Đi công tác"
        TRAINING = "training", "Đi học, tập huấn"
        MATERNITY = "maternity", "Nghỉ thai sản"
        OTHER = "other", "Nghỉ việc riêng"

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="absences", verbose_name="người vắng")
    kind = models.CharField("loại", max_length=12, choices=Kind)
    from_at = models.DateTimeField("từ lúc")
    to_at = models.DateTimeField("đến lúc (dự kiến)")
    until = models.DateTimeField("hết lúc")
    substitute = models.ForeignKey(
        Officer, models.PROTECT, null=True, related_name="standing_in", verbose_name="người làm thay"
    )
    note = models.CharField("ghi chú", max_length=300, blank=True)

    class Meta:
        verbose_name = "vắng mặt"
        verbose_name_plural = "vắng mặt"
        constraints = [
            models.CheckConstraint(name="absence_forward", condition=Q(to_at__gt=F("from_at"))),
            models.CheckConstraint(name="absence_not_beyond_plan", condition=Q(until__lte=F("to_at"))),
            models.CheckConstraint(
                name="absence_substitute_another",
                condition=Q(substitute__isnull=True) | ~Q(substitute=F("officer")),
            ),
        ]
        indexes = [
            models.Index(fields=["officer", "until"], name="absence_of_officer"),
            models.Index(fields=["substitute", "until"], name="absence_substitute"),
        ]


class StandInEvent(models.Model):
    """Who decided what about an absence or a delegation, and when; only ever added to."""

    class Kind(models.TextChoices):
        RECORDED = "recorded", "Ghi nhận"
        SUBSTITUTE = "substitute", "Đổi người làm thay"
        ENDED = "ended", "Kết thúc sớm"

    absence = models.ForeignKey(Absence, models.PROTECT, null=True, related_name="events", verbose_name="vắng mặt")
    delegation = models.ForeignKey(
        RoleAssignment, models.PROTECT, null=True, related_name="events", verbose_name="ủy quyền"
    )
    kind = models.CharField("việc", max_length=12, choices=Kind)
    at = models.DateTimeField("lúc")
    by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+", verbose_name="người quyết định")
    substitute = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+", verbose_name="người làm thay")
    reason = models.CharField("lý do", max_length=300, blank=True)

    class Meta:
        verbose_name = "quyết định về vắng mặt, ủy quyền"
        verbose_name_plural = "quyết định về vắng mặt, ủy quyền"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="stand_in_event_of_one",
                condition=Q(absence__isnull=True, delegation__isnull=False)
                | Q(absence__isnull=False, delegation__isnull=True),
            )
        ]
