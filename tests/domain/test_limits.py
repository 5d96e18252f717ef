"""Quotas on paper: which rule says no first, what is left, and whose limit is whose."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.limits import Limits, Usage, decide, left_today, member_day_of, period
from bot.domain.refusal import OverLimit, Rule


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


NOW = utc("2026-11-20T12:00")
HERE = period(NOW, "Asia/Tokyo")
OWNER = period(NOW, "UTC")
NONE = Limits()
UNUSED = Usage()


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


def test_what_takes_no_picture_passes_no_limit_of_pictures() -> None:
    """A description was refused, with "this would take 0", where a limit had been lowered."""
    limits = Limits(server_day=5, server_month=5, member_day=5, owner_day=5, member_line=2)
    used = Usage(server_day=9, server_month=9, member_day=9, owner_day=9)
    assert decide(0, cost_cents=1, limits=limits, usage=used, when=HERE, owner=OWNER) is None
    waiting = replace(used, member_line=2)
    no = decide(0, cost_cents=1, limits=limits, usage=waiting, when=HERE, owner=OWNER)
    assert no is not None
    assert no.rule is Rule.MEMBER_LINE


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


ROOM = st.none() | st.integers(0, 5)


@given(
    pictures=st.integers(0, 4),
    day=ROOM,
    month=ROOM,
    member=ROOM,
    budget=ROOM,
    line=st.sampled_from([None, None, 0, 1]),
)
def test_what_is_said_to_fit_instead_fits_and_not_one_more(
    pictures: int,
    day: int | None,
    month: int | None,
    member: int | None,
    budget: int | None,
    line: int | None,
) -> None:
    limits = Limits(
        server_day=day,
        server_month=month,
        member_day=member,
        owner_budget=budget,
        member_line=line,
    )

    def asked(count: int) -> OverLimit | None:
        cost = max(1, count) * 0.8
        return decide(count, cost_cents=cost, limits=limits, usage=UNUSED, when=HERE, owner=OWNER)

    no = asked(pictures)
    if no is None:
        return
    assert 0 <= no.fits <= max(0, pictures - 1)
    assert no.fits == 0 or asked(no.fits) is None
    assert asked(no.fits + 1) is not None
    if no.rule.counts_jobs:
        assert no.fits == 0


ARTIST, PATRON, GUEST, STAFF = 1, 2, 3, 4


@pytest.mark.parametrize(
    ("general", "by_role", "role_ids", "limit"),
    [
        # Without a role that counts it is the general limit, if there is one.
        (10, {}, (), 10),
        (10, {}, (ARTIST,), 10),
        (10, {PATRON: 50}, (ARTIST, GUEST), 10),
        (None, {PATRON: 50}, (ARTIST,), None),
        # One role counts instead of the general limit: higher, lower, or nothing at all.
        (10, {PATRON: 50}, (PATRON,), 50),
        (10, {GUEST: 3}, (GUEST,), 3),
        (10, {GUEST: 0}, (GUEST,), 0),
        (None, {GUEST: 3}, (GUEST,), 3),
        # Of several the most generous, in whatever order Discord names them.
        (10, {GUEST: 3, PATRON: 50}, (GUEST, PATRON), 50),
        (10, {GUEST: 3, PATRON: 50}, (PATRON, GUEST), 50),
        (10, {GUEST: 0, ARTIST: 5}, (ARTIST, GUEST, 99), 5),
        # An exempt role beats every number, the general limit too.
        (10, {STAFF: None}, (STAFF,), None),
        (10, {STAFF: None, GUEST: 0}, (GUEST, STAFF), None),
        (0, {STAFF: None, PATRON: 50}, (STAFF, PATRON), None),
        # Somebody else's exemption is nobody else's.
        (10, {STAFF: None, GUEST: 3}, (GUEST,), 3),
    ],
)
def test_the_most_generous_role_counts(
    general: int | None,
    by_role: dict[int, int | None],
    role_ids: tuple[int, ...],
    limit: int | None,
) -> None:
    assert member_day_of(general, by_role, role_ids) == limit


@given(
    general=st.none() | st.integers(0, 9),
    by_role=st.dictionaries(st.integers(1, 5), st.none() | st.integers(0, 9)),
    role_ids=st.lists(st.integers(1, 6), unique=True),
    another=st.integers(1, 5),
)
def test_one_more_role_that_counts_never_takes_away_from_those_that_do(
    general: int | None, by_role: dict[int, int | None], role_ids: list[int], another: int
) -> None:
    if not set(role_ids) & set(by_role):
        # The first one replaces the general limit, and may well be lower.
        return
    before = member_day_of(general, by_role, role_ids)
    after = member_day_of(general, by_role, [*role_ids, another])
    assert after is None or (before is not None and after >= before)
