"""The line on paper: round robin over servers, then members, then age; nobody starves."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.line import Place, Turns, Waiting, fair_order, next_turn, places
from bot.domain.schedule import USUAL_S, Pace

A, B, C = 1, 2, 3
NOBODY_YET = Turns({}, {})
#: A turn that was given out when all jobs of these tests had joined.
NOW = next_turn(latest=0, newest_job_id=1000)


def line(*who: tuple[int, int], returned: tuple[int, ...] = ()) -> list[Waiting]:
    """Jobs 1, 2, ... of these servers and members."""
    return [
        Waiting(number, guild, user, "sdxl", returned=number in returned)
        for number, (guild, user) in enumerate(who, 1)
    ]


@pytest.mark.parametrize(
    ("waiting", "turns", "order"),
    [
        ([], NOBODY_YET, []),
        # Age alone, for one member.
        (line((A, 1), (A, 1), (A, 1)), NOBODY_YET, [1, 2, 3]),
        # Servers take turns, however many jobs one has.
        (line((A, 1), (A, 1), (A, 1), (B, 1), (B, 1)), NOBODY_YET, [1, 4, 2, 5, 3]),
        # So do the members of a server.
        (line((A, 1), (A, 1), (A, 1), (A, 2)), NOBODY_YET, [1, 4, 2, 3]),
        # First by server, then by member.
        (line((A, 1), (A, 1), (A, 2), (B, 9), (B, 9)), NOBODY_YET, [1, 4, 3, 5, 2]),
        # Who was served since the others joined goes behind them, in the order of the turns.
        (line((A, 1), (B, 1)), Turns({A: NOW}, {}), [2, 1]),
        (line((A, 1), (B, 1), (C, 1)), Turns({A: NOW + 1, B: NOW}, {}), [3, 2, 1]),
        (line((A, 1), (A, 2)), Turns({A: NOW}, {(A, 1): NOW}), [2, 1]),
        # What was before somebody joined is nothing that is owed: neither long ago, nor never.
        (line((A, 1), (B, 1)), Turns({A: 7, B: 3}, {}), [1, 2]),
        (line((A, 1), (B, 1)), Turns({A: 1}, {(A, 1): 1}), [1, 2]),
        (line((A, 1), (A, 2)), Turns({A: 7}, {(A, 1): 7, (A, 2): 3}), [1, 2]),
        # The same member in another server is somebody else.
        (line((A, 1), (B, 1), (A, 2)), Turns({}, {(B, 1): NOW}), [1, 2, 3]),
        # A job that came back goes before all, the older one first.
        (line((A, 1), (B, 1), (C, 1), returned=(2, 3)), Turns({B: 9, C: 8}, {}), [2, 3, 1]),
    ],
)
def test_the_order_of_the_line(waiting: list[Waiting], turns: Turns, order: list[int]) -> None:
    assert [job.job_id for job in fair_order(waiting, turns)] == order
    # What the caller's order was does not matter.
    assert [job.job_id for job in fair_order(reversed(waiting), turns)] == order


jobs = st.builds(
    Waiting,
    job_id=st.integers(1, 500),
    guild_id=st.integers(1, 5),
    user_id=st.integers(1, 4),
    work=st.sampled_from(["imagine:sdxl", "imagine:flux"]),
    returned=st.booleans(),
)
lines = st.lists(jobs, max_size=60, unique_by=lambda job: job.job_id)
#: From before the first job joined until after the last one did.
times = st.integers(1, 99) | st.integers(1, NOW + 99)
turns = st.builds(
    Turns,
    servers=st.dictionaries(st.integers(1, 5), times),
    members=st.dictionaries(st.tuples(st.integers(1, 5), st.integers(1, 4)), times),
)


@given(waiting=lines, turns=turns)
def test_nobody_is_lost_and_nobody_is_served_twice(waiting: list[Waiting], turns: Turns) -> None:
    assert Counter(fair_order(waiting, turns)) == Counter(waiting)


@given(waiting=lines, turns=turns)
def test_returned_jobs_go_first_and_by_age(waiting: list[Waiting], turns: Turns) -> None:
    order = list(fair_order(waiting, turns))
    back = [job.job_id for job in order if job.returned]
    assert [job.job_id for job in order[: len(back)]] == sorted(back)


@given(waiting=lines, turns=turns)
def test_a_member_is_served_by_age(waiting: list[Waiting], turns: Turns) -> None:
    seen: dict[tuple[int, int], int] = {}
    for job in fair_order([replace(job, returned=False) for job in waiting], turns):
        assert seen.get((job.guild_id, job.user_id), 0) < job.job_id
        seen[job.guild_id, job.user_id] = job.job_id


@given(waiting=lines, turns=turns)
def test_no_server_is_served_twice_while_another_waits(
    waiting: list[Waiting], turns: Turns
) -> None:
    order = [
        job.guild_id for job in fair_order([replace(j, returned=False) for j in waiting], turns)
    ]
    for again, guild in enumerate(order):
        if guild in order[:again]:
            before = again - 1 - order[:again][::-1].index(guild)
            between = set(order[before + 1 : again])
            assert set(order[again + 1 :]) - {guild} <= between


@given(waiting=lines, turns=turns, guild=st.sampled_from([A, B, C]))
def test_one_server_alone_stands_as_it_stands_among_all(
    waiting: list[Waiting], turns: Turns, guild: int
) -> None:
    among_all = [job for job in fair_order(waiting, turns) if job.guild_id == guild]
    alone = fair_order([job for job in waiting if job.guild_id == guild], turns)
    assert list(alone) == among_all


SDXL = {"sdxl": Pace(10, 10)}


def test_a_place_counts_those_ahead_in_all_and_here() -> None:
    waiting = line((A, 1), (A, 1), (B, 1), (A, 2))
    found = places(waiting, NOBODY_YET, slots=1, under_way_s=[5], paces=SDXL)
    assert {job: (place.ahead, place.ahead_here) for job, place in found.items()} == {
        1: (0, 0),
        3: (1, 0),
        4: (2, 1),
        2: (3, 2),
    }


@pytest.mark.parametrize(
    ("slots", "under_way_s", "waits_s"),
    [
        # Nobody is served: the job's own time.
        (1, [], [10, 20, 30]),
        # One is half done.
        (1, [5], [15, 25, 35]),
        # Side by side.
        (2, [], [10, 10, 20]),
        (2, [9, 1], [11, 19, 21]),
        (3, [], [10, 10, 10]),
        # A lost answer: its slot is held, and the others go on.
        (2, [660], [10, 20, 30]),
        (1, [660], [670, 680, 690]),
        # More are taken than there are: the owner has lowered the number.
        (1, [5, 1, 9], [19, 29, 39]),
    ],
)
def test_the_wait_is_until_a_slot_is_free_and_the_jobs_own_time(
    slots: int, under_way_s: list[float], waits_s: list[float]
) -> None:
    waiting = line((A, 1), (A, 1), (A, 1))
    found = places(waiting, NOBODY_YET, slots=slots, under_way_s=under_way_s, paces=SDXL)
    assert [found[job.job_id].wait_s for job in waiting] == waits_s


def test_each_model_takes_its_own_time_and_an_unknown_one_a_guess() -> None:
    waiting = [Waiting(1, A, 1, "slow"), Waiting(2, A, 1, "fast"), Waiting(3, A, 1, "unheard")]
    paces = {"slow": Pace(60, 60), "fast": Pace(3, 3)}
    found = places(waiting, NOBODY_YET, slots=1, under_way_s=[], paces=paces)
    assert found == {1: Place(0, 0, 60), 2: Place(1, 1, 63), 3: Place(2, 2, 63 + USUAL_S)}


def test_the_few_that_take_very_long_count_for_those_behind_them() -> None:
    """By the usual time alone, a line of a thousand was promised a quarter too soon."""
    waiting = line(*[(A, 1)] * 100)
    found = places(waiting, NOBODY_YET, slots=1, under_way_s=[], paces={"sdxl": Pace(2, 3)})
    assert found[1].wait_s == 2
    assert found[100].wait_s == 99 * 3 + 2


@given(
    waiting=lines,
    turns=turns,
    slots=st.integers(1, 15),
    under_way_s=st.lists(st.floats(0, 900), max_size=15),
)
def test_everybody_has_a_place_and_no_wait_is_negative(
    waiting: list[Waiting], turns: Turns, slots: int, under_way_s: list[float]
) -> None:
    paces = {"imagine:sdxl": Pace(4, 4), "imagine:flux": Pace(9, 9)}
    found = places(waiting, turns, slots=slots, under_way_s=under_way_s, paces=paces)
    assert sorted(place.ahead for place in found.values()) == list(range(len(waiting)))
    assert all(place.wait_s >= 4 for place in found.values())
    assert all(place.ahead_here <= place.ahead for place in found.values())
