"""Vietnamese lunar dates from the motions of sun and moon (UTC+7), an independent check of the stored ones.

After the published method of Hồ Ngọc Đức, itself after Jean Meeus, Astronomical Algorithms: a month begins on the day of
the new moon, month 11 holds the winter solstice, of 13 months between two solstices the first without a major term is leap.
"""

from __future__ import annotations

from datetime import date
from math import pi, radians, sin

_ZONE = 7 / 24
_SYNODIC = 29.530588853
_JULIAN_OFFSET = 1721425
"""Julian day number of a date, less its ordinal."""


def solar_date(day: int, month: int, year: int) -> date:
    """The Gregorian date of a day in an ordinary (not leap) lunar month of months 1–10."""
    before, after = _month_eleven(year - 1), _month_eleven(year)
    k = int(0.5 + (before - 2415021.076998695) / _SYNODIC)
    offset = (month - 11) % 12
    if after - before > 365:
        leap = _leap_offset(before)
        if offset >= leap:
            offset += 1
    return date.fromordinal(_new_moon_day(k + offset) + day - 1 - _JULIAN_OFFSET)


def _new_moon(k: int) -> float:
    t = k / 1236.85
    t2, t3 = t * t, t * t * t
    mean = 2415020.75933 + 29.53058868 * k + 0.0001178 * t2 - 0.000000155 * t3
    mean += 0.00033 * sin(radians(166.56 + 132.87 * t - 0.009173 * t2))
    sun = radians(359.2242 + 29.10535608 * k - 0.0000333 * t2 - 0.00000347 * t3)
    moon = radians(306.0253 + 385.81691806 * k + 0.0107306 * t2 + 0.00001236 * t3)
    node = radians(21.2964 + 390.67050646 * k - 0.0016528 * t2 - 0.00000239 * t3)
    change = (0.1734 - 0.000393 * t) * sin(sun) + 0.0021 * sin(2 * sun)
    change += -0.4068 * sin(moon) + 0.0161 * sin(2 * moon) - 0.0004 * sin(3 * moon)
    change += 0.0104 * sin(2 * node) - 0.0051 * sin(sun + moon) - 0.0074 * sin(sun - moon)
    change += 0.0004 * sin(2 * node + sun) - 0.0004 * sin(2 * node - sun) - 0.0006 * sin(2 * node + moon)
    change += 0.0010 * sin(2 * node - moon) + 0.0005 * sin(2 * moon + sun)
    return mean + change - (-0.000278 + 0.000265 * t + 0.000262 * t2)


def _new_moon_day(k: int) -> int:
    return int(_new_moon(k) + 0.5 + _ZONE)


def _solar_term(day: int) -> int:
    """Which twelfth of the ecliptic (0–11) the sun is in at the beginning of a local day."""
    t = (day - 0.5 - _ZONE - 2451545.0) / 36525
    t2 = t * t
    anomaly = radians(357.52910 + 35999.05030 * t - 0.0001559 * t2 - 0.00000048 * t * t2)
    longitude = 280.46645 + 36000.76983 * t + 0.0003032 * t2
    longitude += (1.914600 - 0.004817 * t - 0.000014 * t2) * sin(anomaly)
    longitude += (0.019993 - 0.000101 * t) * sin(2 * anomaly) + 0.000290 * sin(3 * anomaly)
    return int(radians(longitude) % (2 * pi) / pi * 6)


def _month_eleven(year: int) -> int:
    k = int((date(year, 12, 31).toordinal() + _JULIAN_OFFSET - 2415021) / _SYNODIC)
    day = _new_moon_day(k)
    return _new_moon_day(k - 1) if _solar_term(day) >= 9 else day


def _leap_offset(month_eleven: int) -> int:
    k = int((month_eleven - 2415021.076998695) / _SYNODIC + 0.5)
    offset, arc, last = 1, _solar_term(_new_moon_day(k + 1)), -1
    while arc != last and offset < 14:
        last, offset = arc, offset + 1
        arc = _solar_term(_new_moon_day(k + offset))
    return offset - 1
