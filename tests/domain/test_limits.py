"""Quotas on paper: which day a moment belongs to, and which rule says no first."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.limits import Limits, Usage, decide, left_today, period
from bot.domain.refusal import Rule


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


NOW = utc("2026-11-20T12:00")
HERE = period(NOW, "Asia/Tokyo")
OWNER = period(NOW, "UTC")
NONE = Limits()
UNUSED = Usage()


@pytest.mark.parametrize(
    ("now", "zone", "day", "month", "day_ends_at", "month_ends_at"),
    [
        (
            "2026-11-20T12:00",
            "UTC",
            "2026-11-20",
            "2026-11",
            "2026-11-21T00:00",
            "2026-12-01T00:00",
        ),
        # The last and the first moment of a day.
        (
            "2026-11-20T23:59:59.999999",
            "UTC",
            "2026-11-20",
            "2026-11",
            "2026-11-21T00:00",
            "2026-12-01T00:00",
        ),
        (
            "2026-11-21T00:00",
            "UTC",
            "2026-11-21",
            "2026-11",
            "2026-11-22T00:00",
            "2026-12-01T00:00",
        ),
        # Far east and far west of Greenwich, and zones off the full hour.
        (
            "2026-11-20T12:00",
            "Pacific/Kiritimati",
            "2026-11-21",
            "2026-11",
            "2026-11-21T10:00",
            "2026-11-30T10:00",
        ),
        (
            "2026-11-01T10:59",
            "Pacific/Pago_Pago",
            "2026-10-31",
            "2026-10",
            "2026-11-01T11:00",
            "2026-11-01T11:00",
        ),
        (
            "2026-11-20T18:14",
            "Asia/Kathmandu",
            "2026-11-20",
            "2026-11",
            "2026-11-20T18:15",
            "2026-11-30T18:15",
        ),
        # Month ends: 30, 31, 28 and 29 days.
        (
            "2026-01-31T12:00",
            "UTC",
            "2026-01-31",
            "2026-01",
            "2026-02-01T00:00",
            "2026-02-01T00:00",
        ),
        (
            "2026-02-28T12:00",
            "UTC",
            "2026-02-28",
            "2026-02",
            "2026-03-01T00:00",
            "2026-03-01T00:00",
        ),
        (
            "2028-02-28T12:00",
            "UTC",
            "2028-02-28",
            "2028-02",
            "2028-02-29T00:00",
            "2028-03-01T00:00",
        ),
        (
            "2028-02-29T12:00",
            "UTC",
            "2028-02-29",
            "2028-02",
            "2028-03-01T00:00",
            "2028-03-01T00:00",
        ),
        # The year's end, which comes at another moment in New York.
        (
            "2027-01-01T04:59",
            "America/New_York",
            "2026-12-31",
            "2026-12",
            "2027-01-01T05:00",
            "2027-01-01T05:00",
        ),
        (
            "2027-01-01T05:00",
            "America/New_York",
            "2027-01-01",
            "2027-01",
            "2027-01-02T05:00",
            "2027-02-01T05:00",
        ),
        # The day the clocks go forward has 23 hours, the day they go back 25.
        (
            "2026-03-29T00:30",
            "Europe/Berlin",
            "2026-03-29",
            "2026-03",
            "2026-03-29T22:00",
            "2026-03-31T22:00",
        ),
        (
            "2026-10-25T00:30",
            "Europe/Berlin",
            "2026-10-25",
            "2026-10",
            "2026-10-25T23:00",
            "2026-10-31T23:00",
        ),
        # Where the clocks go forward at midnight, the day ends when they do.
        (
            "2026-04-23T20:00",
            "Africa/Cairo",
            "2026-04-23",
            "2026-04",
            "2026-04-23T22:00",
            "2026-04-30T21:00",
        ),
    ],
)
def test_a_moment_belongs_to_a_day_and_a_month(
    now: str, zone: str, day: str, month: str, day_ends_at: str, month_ends_at: str
) -> None:
    found = period(utc(now), zone)
    assert (found.day, found.month) == (day, month)
    assert found.day_ends_at == utc(day_ends_at)
    assert found.month_ends_at == utc(month_ends_at)
    assert found.day_ends_at.utcoffset() == timedelta()


@given(
    # From 2024 to 2035.
    now=st.integers(1_704_067_200, 2_082_758_399).map(lambda s: datetime.fromtimestamp(s, UTC)),
    zone=st.sampled_from(
        [
            "UTC",
            "Europe/Berlin",
            "America/Havana",
            "America/Nuuk",
            "Africa/Cairo",
            "Asia/Beirut",
            "Asia/Kolkata",
            "Atlantic/Azores",
            "Australia/Lord_Howe",
            "Pacific/Apia",
            "Pacific/Chatham",
            "America/St_Johns",
            "Africa/Casablanca",
        ]
    ),
)
def test_a_period_ends_exactly_where_the_next_one_begins(now: datetime, zone: str) -> None:
    found = period(now, zone)
    assert now < found.day_ends_at <= found.month_ends_at
    last, first = found.day_ends_at - timedelta(microseconds=1), found.day_ends_at
    assert period(last, zone).day == found.day == f"{last.astimezone(ZoneInfo(zone)):%Y-%m-%d}"
    assert period(first, zone).day > found.day
    assert period(found.month_ends_at - timedelta(microseconds=1), zone).month == found.month
    assert period(found.month_ends_at, zone).month > found.month


ONE_RULE = [
    (Rule.MEMBER_LINE, Limits(member_line=3), Usage(member_line=2), Usage(member_line=3), None),
    (Rule.SERVER_LINE, Limits(server_line=3), Usage(server_line=2), Usage(server_line=3), None),
    (
        Rule.MEMBER_DAY,
        Limits(member_day=5),
        Usage(member_day=3),
        Usage(member_day=4),
        HERE.day_ends_at,
    ),
    (
        Rule.SERVER_DAY,
        Limits(server_day=5),
        Usage(server_day=3),
        Usage(server_day=4),
        HERE.day_ends_at,
    ),
    (
        Rule.OWNER_DAY,
        Limits(owner_day=5),
        # The server's own day says nothing about its day in UTC.
        Usage(owner_day=3, server_day=99),
        Usage(owner_day=4),
        OWNER.day_ends_at,
    ),
    (
        Rule.SERVER_MONTH,
        Limits(server_month=5),
        Usage(server_month=3),
        Usage(server_month=4),
        HERE.month_ends_at,
    ),
    (
        Rule.OWNER_BUDGET,
        Limits(owner_budget=100),
        Usage(owner_budget=98.5),
        Usage(owner_budget=98.6),
        OWNER.month_ends_at,
    ),
]


@pytest.mark.parametrize(("rule", "limits", "fits", "passes", "resets_at"), ONE_RULE)
def test_two_pictures_fit_up_to_each_limit_and_not_beyond(
    rule: Rule, limits: Limits, fits: Usage, passes: Usage, resets_at: datetime | None
) -> None:
    assert decide(2, cost_cents=1.5, limits=limits, usage=fits, when=HERE, owner=OWNER) is None
    no = decide(2, cost_cents=1.5, limits=limits, usage=passes, when=HERE, owner=OWNER)
    assert no is not None
    assert no.rule is rule
    assert no.resets_at == resets_at
    assert no.asked == (1 if rule.counts_jobs or rule is Rule.OWNER_BUDGET else 2)
    assert no.remaining == no.limit - no.used


def test_every_rule_has_a_line_in_the_table() -> None:
    assert {line[0] for line in ONE_RULE} == set(Rule)


def test_no_limit_never_says_no() -> None:
    full = Usage(
        server_day=10**9,
        server_month=10**9,
        member_day=10**9,
        server_line=10**9,
        member_line=10**9,
        owner_budget=1e9,
    )
    assert decide(4, cost_cents=1e9, limits=NONE, usage=full, when=HERE, owner=OWNER) is None
    assert left_today(NONE, full) is None


def test_a_limit_of_zero_lets_nothing_through() -> None:
    for _, limits, *_ in ONE_RULE:
        name = next(name for name in Limits.__slots__ if getattr(limits, name) is not None)
        shut = replace(NONE, **{name: 0})
        no = decide(1, cost_cents=0.4, limits=shut, usage=UNUSED, when=HERE, owner=OWNER)
        assert no is not None, name
        assert no.remaining == 0


def test_the_first_rule_that_is_passed_is_the_one_that_is_named() -> None:
    everything = Limits(
        server_day=0,
        server_month=0,
        member_day=0,
        server_line=0,
        member_line=0,
        owner_day=0,
        owner_budget=0,
    )
    named = []
    limits = everything
    while no := decide(1, cost_cents=1, limits=limits, usage=UNUSED, when=HERE, owner=OWNER):
        named.append(no.rule)
        limits = replace(limits, **{no.rule.value: None})
    assert named == [
        Rule.MEMBER_LINE,
        Rule.SERVER_LINE,
        Rule.MEMBER_DAY,
        Rule.SERVER_DAY,
        Rule.OWNER_DAY,
        Rule.SERVER_MONTH,
        Rule.OWNER_BUDGET,
    ]


@pytest.mark.parametrize(
    ("limits", "usage", "left"),
    [
        (Limits(server_day=10), Usage(server_day=4), 6),
        (Limits(server_day=10, member_day=5), Usage(server_day=4, member_day=4), 1),
        (Limits(server_day=10, owner_day=7), Usage(server_day=4, owner_day=4), 3),
        (Limits(server_day=10, owner_day=7), Usage(server_day=9, owner_day=4), 1),
        (Limits(server_day=10, server_month=100), Usage(server_day=4, server_month=99), 1),
        # A limit that was lowered below what is used already.
        (Limits(server_day=3), Usage(server_day=4), 0),
        # Lines and money are no pictures of today.
        (Limits(member_line=1, server_line=1, owner_budget=1), Usage(member_line=1), None),
    ],
)
def test_what_is_left_today_is_the_tightest_room(
    limits: Limits, usage: Usage, left: int | None
) -> None:
    assert left_today(limits, usage) == left


@given(
    limit=st.integers(0, 50),
    asks=st.lists(st.integers(1, 4), max_size=40),
)
def test_one_after_another_no_limit_is_ever_passed(limit: int, asks: list[int]) -> None:
    used = 0
    for pictures in asks:
        usage = Usage(server_day=used)
        limits = Limits(server_day=limit)
        no = decide(pictures, cost_cents=0, limits=limits, usage=usage, when=HERE, owner=OWNER)
        if no is None:
            used += pictures
        else:
            assert pictures > no.remaining
        assert used <= limit
