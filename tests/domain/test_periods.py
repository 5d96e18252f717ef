"""Periods on paper: which day and month a moment belongs to, and when they end, wherever it is."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.limits import Limits, Usage, decide, period
from bot.domain.refusal import Rule
from bot.domain.zones import zones

#: A moment and the end of its day and month in UTC; between them what clocks and calendars say.
#: Of the years that are over: no government changes those any more.
TABLE = """
# Zones off the full hour, and the far ends of the map.
2024-11-20T18:14    Asia/Kathmandu       23:59 2024-11-20 2024-11-20T18:15 2024-11-30T18:15
2024-11-20T18:15    Asia/Kathmandu       00:00 2024-11-21 2024-11-21T18:15 2024-11-30T18:15
2024-11-20T12:00    Pacific/Kiritimati   02:00 2024-11-21 2024-11-21T10:00 2024-11-30T10:00
2024-12-31T09:59    Pacific/Kiritimati   23:59 2024-12-31 2024-12-31T10:00 2024-12-31T10:00
2024-12-31T10:00    Pacific/Kiritimati   00:00 2025-01-01 2025-01-01T10:00 2025-01-31T10:00
2024-11-01T10:59    Pacific/Pago_Pago    23:59 2024-10-31 2024-11-01T11:00 2024-11-01T11:00
2024-12-31T10:29    Pacific/Marquesas    00:59 2024-12-31 2025-01-01T09:30 2025-01-01T09:30
2024-11-20T20:29    Asia/Tehran          23:59 2024-11-20 2024-11-20T20:30 2024-11-30T20:30
2024-11-20T20:30    Asia/Tehran          00:00 2024-11-21 2024-11-21T20:30 2024-11-30T20:30

# Month ends, with and without a leap day, and the year's end at another moment.
2024-01-31T12:00    UTC                  12:00 2024-01-31 2024-02-01T00:00 2024-02-01T00:00
2024-11-20T23:59:59 UTC                  23:59 2024-11-20 2024-11-21T00:00 2024-12-01T00:00
2024-11-21T00:00    UTC                  00:00 2024-11-21 2024-11-22T00:00 2024-12-01T00:00
2023-02-28T12:00    UTC                  12:00 2023-02-28 2023-03-01T00:00 2023-03-01T00:00
2024-02-28T23:59    UTC                  23:59 2024-02-28 2024-02-29T00:00 2024-03-01T00:00
2024-02-29T00:00    UTC                  00:00 2024-02-29 2024-03-01T00:00 2024-03-01T00:00
2024-02-29T10:59    Pacific/Pago_Pago    23:59 2024-02-28 2024-02-29T11:00 2024-03-01T11:00
2024-02-29T11:00    Pacific/Pago_Pago    00:00 2024-02-29 2024-03-01T11:00 2024-03-01T11:00
2025-01-01T04:59    America/New_York     23:59 2024-12-31 2025-01-01T05:00 2025-01-01T05:00
2025-01-01T05:00    America/New_York     00:00 2025-01-01 2025-01-02T05:00 2025-02-01T05:00

# Days of 23 and of 25 hours.
2024-03-30T23:00    Europe/Berlin        00:00 2024-03-31 2024-03-31T22:00 2024-03-31T22:00
2024-03-31T00:59    Europe/Berlin        01:59 2024-03-31 2024-03-31T22:00 2024-03-31T22:00
2024-03-31T01:00    Europe/Berlin        03:00 2024-03-31 2024-03-31T22:00 2024-03-31T22:00
2024-10-26T22:00    Europe/Berlin        00:00 2024-10-27 2024-10-27T23:00 2024-10-31T23:00
2024-10-27T00:30    Europe/Berlin        02:30 2024-10-27 2024-10-27T23:00 2024-10-31T23:00
2024-10-27T01:30    Europe/Berlin        02:30 2024-10-27 2024-10-27T23:00 2024-10-31T23:00
2024-03-10T03:30    America/St_Johns     00:00 2024-03-10 2024-03-11T02:30 2024-04-01T02:30
2024-11-03T02:30    America/St_Johns     00:00 2024-11-03 2024-11-04T03:30 2024-12-01T03:30

# Half an hour of summer: days of 23 and a half and of 24 and a half hours.
2024-10-05T13:30    Australia/Lord_Howe  00:00 2024-10-06 2024-10-06T13:00 2024-10-31T13:00
2024-10-05T15:30    Australia/Lord_Howe  02:30 2024-10-06 2024-10-06T13:00 2024-10-31T13:00
2024-04-06T13:00    Australia/Lord_Howe  00:00 2024-04-07 2024-04-07T13:30 2024-04-30T13:30
2024-04-06T15:00    Australia/Lord_Howe  01:30 2024-04-07 2024-04-07T13:30 2024-04-30T13:30

# Clocks that go back for a month of fasting, and forward again.
2024-03-09T23:00    Africa/Casablanca    00:00 2024-03-10 2024-03-11T00:00 2024-04-01T00:00
2024-03-10T01:59    Africa/Casablanca    02:59 2024-03-10 2024-03-11T00:00 2024-04-01T00:00
2024-03-10T02:00    Africa/Casablanca    02:00 2024-03-10 2024-03-11T00:00 2024-04-01T00:00
2024-04-13T23:59    Africa/El_Aaiun      23:59 2024-04-13 2024-04-14T00:00 2024-04-30T23:00
2024-04-14T00:00    Africa/El_Aaiun      00:00 2024-04-14 2024-04-14T23:00 2024-04-30T23:00

# Summer begins at midnight: 00:00 does not exist, and the day begins at 01:00.
2024-03-10T04:59    America/Havana       23:59 2024-03-09 2024-03-10T05:00 2024-04-01T04:00
2024-03-10T05:00    America/Havana       01:00 2024-03-10 2024-03-11T04:00 2024-04-01T04:00
2022-03-26T21:59    Asia/Beirut          23:59 2022-03-26 2022-03-26T22:00 2022-03-31T21:00
2022-03-26T22:00    Asia/Beirut          01:00 2022-03-27 2022-03-27T21:00 2022-03-31T21:00
2022-09-11T03:59    America/Santiago     23:59 2022-09-10 2022-09-11T04:00 2022-10-01T03:00
2022-09-11T04:00    America/Santiago     01:00 2022-09-11 2022-09-12T03:00 2022-10-01T03:00
2022-03-21T20:29    Asia/Tehran          23:59 2022-03-21 2022-03-21T20:30 2022-03-31T19:30
2022-03-21T20:30    Asia/Tehran          01:00 2022-03-22 2022-03-22T19:30 2022-03-31T19:30
# The same, and the month begins with it.
2023-09-30T12:00    America/Asuncion     08:00 2023-09-30 2023-10-01T04:00 2023-10-01T04:00
2023-10-01T04:00    America/Asuncion     01:00 2023-10-01 2023-10-02T03:00 2023-11-01T03:00

# Summer ends at midnight: the last hour comes twice, and belongs to the old day both times.
2022-10-29T20:30    Asia/Beirut          23:30 2022-10-29 2022-10-29T22:00 2022-10-31T22:00
2022-10-29T21:30    Asia/Beirut          23:30 2022-10-29 2022-10-29T22:00 2022-10-31T22:00
2022-10-29T22:00    Asia/Beirut          00:00 2022-10-30 2022-10-30T22:00 2022-10-31T22:00
2024-03-24T02:30    America/Asuncion     23:30 2024-03-23 2024-03-24T04:00 2024-04-01T04:00
2024-03-24T03:30    America/Asuncion     23:30 2024-03-23 2024-03-24T04:00 2024-04-01T04:00
2022-09-21T19:29    Asia/Tehran          23:59 2022-09-21 2022-09-21T20:30 2022-09-30T20:30
2022-09-21T19:30    Asia/Tehran          23:00 2022-09-21 2022-09-21T20:30 2022-09-30T20:30

# It ends at one: midnight comes twice, and the day begins with the first.
2024-11-03T03:59    America/Havana       23:59 2024-11-02 2024-11-03T04:00 2024-12-01T05:00
2024-11-03T04:00    America/Havana       00:00 2024-11-03 2024-11-04T05:00 2024-12-01T05:00
2024-11-03T05:00    America/Havana       00:00 2024-11-03 2024-11-04T05:00 2024-12-01T05:00

# It ended a minute past midnight: the new day had begun, was over, and began again.
2010-11-07T02:29    America/St_Johns     23:59 2010-11-06 2010-11-07T02:30 2010-12-01T03:30
2010-11-07T02:30    America/St_Johns     00:00 2010-11-07 2010-11-08T03:30 2010-12-01T03:30
2010-11-07T02:31    America/St_Johns     23:01 2010-11-06 2010-11-07T03:30 2010-12-01T03:30
2010-11-07T03:30    America/St_Johns     00:00 2010-11-07 2010-11-08T03:30 2010-12-01T03:30

# A date that never was: the clocks jumped over it, once at the year's end.
2011-12-30T09:59:59 Pacific/Apia         23:59 2011-12-29 2011-12-30T10:00 2011-12-31T10:00
2011-12-30T10:00    Pacific/Apia         00:00 2011-12-31 2011-12-31T10:00 2011-12-31T10:00
2011-12-31T10:00    Pacific/Apia         00:00 2012-01-01 2012-01-01T10:00 2012-01-31T10:00
1994-12-31T09:59    Pacific/Kiritimati   23:59 1994-12-30 1994-12-31T10:00 1994-12-31T10:00
1994-12-31T10:00    Pacific/Kiritimati   00:00 1995-01-01 1995-01-01T10:00 1995-01-31T10:00

# A country that moved for good, there and back.
2015-08-14T14:59    Asia/Pyongyang       23:59 2015-08-14 2015-08-14T15:30 2015-08-31T15:30
2015-08-14T15:00    Asia/Pyongyang       23:30 2015-08-14 2015-08-14T15:30 2015-08-31T15:30
2018-05-04T14:59    Asia/Pyongyang       23:29 2018-05-04 2018-05-04T15:00 2018-05-31T15:00
2018-05-04T15:00    Asia/Pyongyang       00:00 2018-05-05 2018-05-05T15:00 2018-05-31T15:00
"""
ROWS = [line.split() for line in TABLE.splitlines() if line and not line.startswith("#")]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(("moment", "zone", "clock", "day", "day_ends_at", "month_ends_at"), ROWS)
def test_a_moment_belongs_to_a_day_and_a_month(
    moment: str, zone: str, clock: str, day: str, day_ends_at: str, month_ends_at: str
) -> None:
    assert f"{utc(moment).astimezone(ZoneInfo(zone)):%H:%M}" == clock
    found = period(utc(moment), zone)
    assert (found.day, found.month) == (day, day[:7])
    assert found.day_ends_at == utc(day_ends_at)
    assert found.month_ends_at == utc(month_ends_at)
    assert found.day_ends_at.utcoffset() == found.month_ends_at.utcoffset() == timedelta()


@pytest.mark.parametrize(
    ("zone", "begins", "hours"),
    [
        ("Europe/Berlin", "2024-03-30T23:00", 23),
        ("Europe/Berlin", "2024-10-26T22:00", 25),
        ("Australia/Lord_Howe", "2024-10-05T13:30", 23.5),
        ("Australia/Lord_Howe", "2024-04-06T13:00", 24.5),
        ("America/Havana", "2024-03-10T05:00", 23),
        ("America/Havana", "2024-11-03T04:00", 25),
        ("Asia/Beirut", "2022-10-28T21:00", 25),
        # The day before a date that never was is as long as any other.
        ("Pacific/Apia", "2011-12-29T10:00", 24),
    ],
)
def test_a_day_is_as_long_as_the_clocks_make_it(zone: str, begins: str, hours: float) -> None:
    begun = utc(begins)
    assert period(begun - timedelta(microseconds=1), zone).day_ends_at == begun
    assert period(begun, zone).day_ends_at - begun == timedelta(hours=hours)


def _near_midnight(day: date, minutes: int, fold: int, zone: str) -> datetime:
    midnight = datetime.combine(day, time(fold=fold), ZoneInfo(zone)).astimezone(UTC)
    return midnight + timedelta(minutes=minutes)


def _sunday(year: int, month: int, week: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * week)


# Where periods end, which is where they can go wrong; since 1970, as far as zone files reach.
NEAR_MIDNIGHT = st.tuples(
    st.one_of(
        st.dates(date(1970, 1, 2), date(2100, 1, 1)),
        # Sundays of the months in which most clocks are changed.
        st.builds(
            _sunday,
            st.integers(1970, 2099),
            st.sampled_from([3, 4, 9, 10, 11]),
            st.integers(0, 4),
        ),
    ),
    st.integers(-180, 180),
    st.sampled_from([0, 1]),
    st.sampled_from(zones()),
)


@settings(max_examples=400)
@given(moment=NEAR_MIDNIGHT, between=st.floats(0, 1, exclude_max=True))
@example(moment=(date(2010, 11, 7), 1, 0, "America/St_Johns"), between=0.5)
@example(moment=(date(2010, 11, 7), 0, 0, "America/St_Johns"), between=0.001)
@example(moment=(date(2010, 3, 5), 0, 0, "Antarctica/Casey"), between=0.5)
@example(moment=(date(2011, 12, 30), -1, 0, "Pacific/Apia"), between=0.5)
def test_a_period_ends_exactly_where_the_next_one_begins(
    moment: tuple[date, int, int, str], between: float
) -> None:
    now, zone = _near_midnight(*moment), moment[-1]
    found = period(now, zone)
    assert found.day == f"{now.astimezone(ZoneInfo(zone)):%Y-%m-%d}"
    assert now < found.day_ends_at <= found.month_ends_at
    last = found.day_ends_at - timedelta(microseconds=1)
    assert period(last, zone).day == found.day
    assert period(found.day_ends_at, zone).day > found.day
    # Nothing later comes in between.
    meanwhile = now + between * (found.day_ends_at - now)
    assert period(min(meanwhile, last), zone).day <= found.day
    last = found.month_ends_at - timedelta(microseconds=1)
    assert period(last, zone).month == found.month
    assert period(found.month_ends_at, zone).month > found.month


@pytest.mark.parametrize(
    ("before", "after", "day_before", "day_after"),
    [
        # At noon in Greenwich it is the 20th nearly everywhere, but not in the far east.
        ("UTC", "America/New_York", "2024-11-20", "2024-11-20"),
        ("UTC", "Pacific/Kiritimati", "2024-11-20", "2024-11-21"),
        ("Pacific/Kiritimati", "Pacific/Pago_Pago", "2024-11-21", "2024-11-20"),
    ],
)
def test_another_time_zone_may_be_another_day_but_never_another_one_of_the_owner(
    before: str, after: str, day_before: str, day_after: str
) -> None:
    """What is booked stays in the day it was booked into; the owner's ceiling knows UTC alone."""
    now = utc("2024-11-20T12:00")
    owner = period(now, "UTC")
    limits = Limits(server_day=5, owner_day=5)
    used_up = Usage(server_day=5, owner_day=5)
    when = period(now, before)
    assert when.day == day_before
    no = decide(1, cost_cents=0, limits=limits, usage=used_up, when=when, owner=owner)
    assert no is not None
    assert (no.rule, no.resets_at) == (Rule.SERVER_DAY, when.day_ends_at)
    # Moved, the server finds in its new day what was booked into that one: here nothing.
    when = period(now, after)
    assert when.day == day_after
    unused = Usage(server_day=0, owner_day=5)
    no = decide(1, cost_cents=0, limits=limits, usage=unused, when=when, owner=owner)
    assert no is not None
    assert (no.rule, no.resets_at) == (Rule.OWNER_DAY, utc("2024-11-21T00:00"))
