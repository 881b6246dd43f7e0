"""Moments as whole minutes of Vietnamese wall time, the only number the kernel counts with.

A minute number is `days since 1970-01-01 × 1440 + minute of the day`, local to Asia/Ho_Chi_Minh. Seconds are dropped:
Mẫu 01 shows hours and minutes, so a dossier taken at 09:20:45 stands on its receipt, and in every count, as 09:20.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from motcua.law.errors import BadInput

# The zone has stood at UTC+7 since 1975; a fixed offset needs no time-zone database on the machine.
VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")

DAY_MINUTES = 1440
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_EPOCH = datetime(1970, 1, 1, tzinfo=VIETNAM)

WEEKDAY_NAMES = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")


def to_minutes(moment: datetime) -> int:
    """Local minute number of an aware moment, seconds dropped. A naive one is refused: its zone would be a guess."""
    if moment.tzinfo is not VIETNAM:
        if moment.tzinfo is None:
            raise BadInput(f"Thời điểm {moment.isoformat()} thiếu múi giờ.", moment=moment.isoformat())
        moment = moment.astimezone(VIETNAM)
    return (moment.toordinal() - EPOCH_ORDINAL) * DAY_MINUTES + moment.hour * 60 + moment.minute


def local_day(moment: datetime) -> date:
    """The day in Vietnam on which an aware moment falls."""
    return moment.astimezone(VIETNAM).date()


def from_minutes(minute: int) -> datetime:
    return _EPOCH + timedelta(minutes=minute)


def day_of_minute(minute: int) -> date:
    return date.fromordinal(minute // DAY_MINUTES + EPOCH_ORDINAL)


def parse_moment(text: str) -> datetime:
    """Read ISO 8601 (`2026-11-20T16:00`, `2026-11-20 16:00:00+07:00`, `…Z`); no zone: Asia/Ho_Chi_Minh, no time: 00:00.

    Raises BadInput for anything else: `20/11/2026` could be read two ways.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.replace(tzinfo=VIETNAM) if moment.tzinfo is None else moment.astimezone(VIETNAM)
    except (ValueError, OverflowError):
        raise BadInput(
            f"Không đọc được thời điểm “{text}”: cần dạng ISO 8601, ví dụ 2026-11-20T16:00.", value=text
        ) from None


def clock_text(minute_of_day: int) -> str:
    return f"{minute_of_day // 60:02d}:{minute_of_day % 60:02d}"


def date_text(day: date) -> str:
    return f"{WEEKDAY_NAMES[day.weekday()]}, {day:%d/%m/%Y}"


def moment_text(minute: int) -> str:
    """“16:00 thứ Sáu, 20/11/2026”."""
    return f"{clock_text(minute % DAY_MINUTES)} {date_text(day_of_minute(minute))}"


def duration_text(minutes: int) -> str:
    """“2 giờ 30 phút”; zero is “0 phút”."""
    hours, rest = divmod(minutes, 60)
    parts = ([f"{hours} giờ"] if hours else []) + ([f"{rest} phút"] if rest or not hours else [])
    return " ".join(parts)
