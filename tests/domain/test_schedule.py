"""Polls and tries on paper: bounded, growing, and calm after a thousand tries."""

import math
import random
import statistics
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import schedule

seconds = st.floats(0, 1e6)


@given(eta_s=st.none() | seconds, past_s=st.lists(seconds, max_size=20))
def test_the_first_poll_is_neither_at_once_nor_late(
    eta_s: float | None, past_s: list[float]
) -> None:
    low, high = schedule.FIRST_POLL_S
    assert low <= schedule.first_poll_s(eta_s, past_s) <= high


@pytest.mark.parametrize(
    ("eta_s", "past_s", "wait_s"),
    [
        (None, [], 2.0),
        (6.0, [], 6.0),
        (300.0, [], 15.0),
        (0.0, [], 0.5),
        # Three times tell nothing yet; four do, and more than the vendor's word.
        (6.0, [2.0, 2.0, 2.0], 6.0),
        (6.0, [2.0, 2.0, 2.0, 2.0], 2.0),
        (None, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], 2.5),
    ],
)
def test_the_first_poll_follows_the_past_then_the_vendors_word(
    eta_s: float | None, past_s: list[float], wait_s: float
) -> None:
    assert schedule.first_poll_s(eta_s, past_s) == wait_s


def test_a_bell_is_waited_for_before_anybody_asks() -> None:
    past_s = [2.0, 2.0, 3.0, 4.0, 5.0]
    assert schedule.first_poll_s(None, past_s, bell=True) > max(past_s)
    assert schedule.first_poll_s(None, [], bell=True) == schedule.FIRST_POLL_S[1]
    assert schedule.next_poll_s(10.0, bell=True) == pytest.approx(3 * schedule.next_poll_s(10.0))


def test_a_pace_is_the_usual_time_of_late_and_the_mean_of_a_longer_past() -> None:
    latest, before = [2.0] * 15 + [50.0] * 5, [4.0] * 80
    assert schedule.pace([*latest, *before]) == schedule.Pace(usual_s=2.0, mean_s=6.0)
    assert schedule.pace([]) == schedule.Pace(schedule.USUAL_S, schedule.USUAL_S)


@pytest.mark.parametrize(
    ("past_s", "elapsed_s", "left_s"),
    [
        ([2.0, 4.0, 12.0], 0, 6),
        ([2.0, 4.0, 12.0], 3, 5),
        ([2.0, 4.0, 12.0], 11, 1),
        # Later than ever.
        ([2.0, 4.0, 12.0], 20, 8),
        ([], 0, schedule.USUAL_S),
        ([], 3, schedule.USUAL_S - 3),
        ([], 100, 100 - schedule.USUAL_S),
    ],
)
def test_what_has_taken_long_takes_longer(
    past_s: list[float], elapsed_s: float, left_s: float
) -> None:
    assert schedule.left_s(past_s, elapsed_s) == pytest.approx(left_s)


def test_polls_grow_apart_up_to_a_bound() -> None:
    waits_s = [schedule.next_poll_s(elapsed_s) for elapsed_s in range(600)]
    assert (waits_s[0], waits_s[-1]) == schedule.POLL_S
    assert all(one <= two for one, two in pairwise(waits_s))
    assert schedule.next_poll_s(10.0) == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("bell", "least_s", "most_s"),
    [(False, 1.4, 2.4), (True, 3.0, 8.0)],
    ids=["polling", "a bell that never rings"],
)
def test_the_first_look_comes_back_after_a_slow_day(
    least_s: float, most_s: float, *, bell: bool
) -> None:
    """Nothing is found before it: taken at its word, it could only come later, up to its bound."""
    dice = random.Random(7)
    past_s, firsts_s = [20.0] * 20, []
    for _ in range(400):
        needs_s, looks = dice.lognormvariate(math.log(2.5), 0.4), 0
        elapsed_s = schedule.first_poll_s(None, past_s, bell=bell)
        firsts_s.append(elapsed_s)
        while elapsed_s < needs_s:
            elapsed_s += schedule.next_poll_s(elapsed_s, bell=bell)
            looks += 1
        past_s = [*past_s[1:], schedule.taken_s(elapsed_s, looks=looks, bell=bell)]
    assert firsts_s[0] == schedule.FIRST_POLL_S[1]
    assert least_s < statistics.mean(firsts_s[-200:]) < most_s


def test_what_a_later_look_finds_was_done_since_the_look_before() -> None:
    assert schedule.taken_s(10.0, looks=3) == 9.0
    assert schedule.taken_s(10.0, looks=0) == 7.5


def test_tries_grow_apart_up_to_a_bound() -> None:
    waits_s = [schedule.retry_s(tries) for tries in range(1, 60)]
    assert waits_s[:4] == [0.5, 1.0, 2.0, 4.0]
    assert all(one <= two for one, two in pairwise(waits_s))
    assert waits_s[-1] == schedule.RETRY_MAX_S


@pytest.mark.parametrize("tries", [1024, 1025, 1440, 3000, 10**6])
def test_a_day_of_trying_every_minute_does_not_break_the_sum(tries: int) -> None:
    """2.0 ** 1024 is more than a float holds: a long outage would have ended in OverflowError."""
    assert schedule.retry_s(tries) == schedule.RETRY_MAX_S


def test_downloads_are_tried_for_about_a_minute() -> None:
    tries = range(1, schedule.DOWNLOAD_TRIES)
    assert 30 < sum(schedule.retry_s(number) for number in tries) < 120


def test_the_usual_time_is_the_median_and_a_guess_where_nothing_is_known() -> None:
    assert schedule.expected_s([]) == schedule.USUAL_S
    assert schedule.expected_s([1.0, 50.0, 3.0]) == 3.0
