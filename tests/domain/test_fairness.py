"""Fair on paper: whatever happens, nobody is starved, and nobody is owed anything.

What is held here, for a job that may be submitted all the while:

- A server is passed by no server that joined the line after it, and once at most by each that was
  there before. So is a member by the members of the same server. A member's jobs go by age.
- So a job waits for less than (own + 1) x (members + 1) x (servers + 1) turns: `own` jobs of its
  asker were ahead of it when it came, and of others in line there were at most so many at once.
- A job that had its turn and comes back has no other, and goes before all that had none yet.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count, islice
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from bot.domain.line import Line, Turns, Waiting, fair_order, next_turn, places

CROWDED, ALONE = 1, 2
WORKS = ("imagine:sdxl", "imagine:flux")
SERVERS, MEMBERS = st.integers(1, 6), st.integers(1, 4)


@dataclass
class Hall:
    """The line, the slots and the books, as the engine keeps them."""

    slots: int
    waiting: dict[int, Waiting] = field(default_factory=dict)
    seated: list[Waiting] = field(default_factory=list)
    served: list[Waiting] = field(default_factory=list)
    servers: dict[int, int] = field(default_factory=dict)
    members: dict[tuple[int, int], int] = field(default_factory=dict)
    paused: set[int] = field(default_factory=set)
    shut: set[str] = field(default_factory=set)
    newest: int = 0
    latest: int = 0

    @property
    def turns(self) -> Turns:
        return Turns(dict(self.servers), dict(self.members))

    def may_go(self, job: Waiting) -> bool:
        return job.guild_id not in self.paused and job.work not in self.shut

    def ready(self) -> list[Waiting]:
        return [job for job in self.waiting.values() if self.may_go(job)]

    def arrives(self, guild: int, user: int, work: str = WORKS[0]) -> Waiting:
        self.newest += 1
        self.waiting[self.newest] = job = Waiting(self.newest, guild, user, work)
        return job

    def leaves(self, job: Waiting) -> None:
        del self.waiting[job.job_id]

    def fills_up(self) -> None:
        """The free slots are given to those whose turn it is."""
        free = max(0, self.slots - len(self.seated))
        for job in islice(fair_order(self.ready(), self.turns), free):
            self.takes_a_slot(job)

    def takes_a_slot(self, job: Waiting) -> None:
        self.leaves(job)
        self.seated.append(replace(job, returned=True))
        if not job.returned:
            self.served.append(job)
            self.latest = next_turn(latest=self.latest, newest_job_id=self.newest)
            self.servers[job.guild_id] = self.members[job.guild_id, job.user_id] = self.latest

    def comes_back(self, job: Waiting) -> None:
        """The vendor did not take it, or the process died before it was asked."""
        self.seated.remove(job)
        self.waiting[job.job_id] = job

    def serves_until(self, job: Waiting, ended: Callable[[], int]) -> list[Waiting]:
        """Who is served from now on until this job is; `ended` says how many end each time."""
        before = len(self.served)
        while job.job_id in self.waiting:
            del self.seated[: ended()]
            self.fills_up()
        return self.served[before : self.served.index(job)]


@dataclass
class Ahead:
    """Who may still go before a job, and what its wait is bounded by."""

    servers: set[int]
    members: set[int]
    own: int
    turns: int = 0
    servers_most: int = 0
    members_most: int = 0

    @property
    def bound(self) -> int:
        return (self.own + 1) * (self.members_most + 1) * (self.servers_most + 1)


@dataclass
class WatchedHall(Hall):
    """A hall in which every job's rights are held at each turn."""

    ahead: dict[int, Ahead] = field(default_factory=dict)

    def arrives(self, guild: int, user: int, work: str = WORKS[0]) -> Waiting:
        job = super().arrives(guild, user, work)
        own = [one for one in self._fresh() if (one.guild_id, one.user_id) == (guild, user)]
        self.ahead[job.job_id] = Ahead(self._servers(job), self._members(job), len(own) - 1)
        for one in self._fresh():
            ahead = self.ahead[one.job_id]
            ahead.servers_most = max(ahead.servers_most, len(self._servers(one)))
            ahead.members_most = max(ahead.members_most, len(self._members(one)))
        return job

    def leaves(self, job: Waiting) -> None:
        """Who has nothing left in line stands nowhere in it."""
        super().leaves(job)
        self.ahead.pop(job.job_id, None)
        for one in self._fresh():
            ahead = self.ahead[one.job_id]
            ahead.servers &= self._servers(one)
            ahead.members &= self._members(one)

    def takes_a_slot(self, job: Waiting) -> None:
        returned = [one.job_id for one in self.ready() if one.returned]
        assert job.job_id == min(returned, default=job.job_id)
        if not job.returned:
            ahead = self.ahead[job.job_id]
            assert ahead.turns < ahead.bound, ahead
            for one in self._fresh():
                if one is not job:
                    self._passes(job, one)
        turns = self.turns
        super().takes_a_slot(job)
        assert (self.turns == turns) is job.returned, "a turn each, and no other"

    def _passes(self, first: Waiting, job: Waiting) -> None:
        ahead, minds = self.ahead[job.job_id], self.may_go(job)
        ahead.turns += minds
        if first.guild_id != job.guild_id:
            assert not minds or first.guild_id in ahead.servers, "by a server it was before"
            ahead.servers.discard(first.guild_id)
            return
        ahead.servers = self._servers(job)
        if first.user_id != job.user_id:
            assert not minds or first.user_id in ahead.members, "by a member it was before"
            ahead.members.discard(first.user_id)
            return
        assert not minds or first.job_id < job.job_id, "by a younger job of its asker"
        ahead.members = self._members(job)

    def _fresh(self) -> list[Waiting]:
        return [one for one in self.waiting.values() if not one.returned]

    def _servers(self, job: Waiting) -> set[int]:
        """The other servers with anything in line."""
        return {one.guild_id for one in self._fresh()} - {job.guild_id}

    def _members(self, job: Waiting) -> set[int]:
        """The other members of its server with anything in line."""
        here = (one.user_id for one in self._fresh() if one.guild_id == job.guild_id)
        return set(here) - {job.user_id}


class AnyDay(RuleBasedStateMachine):
    """Whatever may happen to a line; the promises are held in the hall."""

    hall: WatchedHall
    strangers: Iterator[int]

    @initialize(slots=st.integers(1, 20))
    def opens(self, slots: int) -> None:
        self.hall = WatchedHall(slots)
        self.strangers = count(1000)

    @rule(guild=SERVERS, user=MEMBERS, work=st.sampled_from(WORKS), jobs=st.integers(1, 8))
    def a_member_asks(self, guild: int, user: int, work: str, jobs: int) -> None:
        for _ in range(jobs):
            self.hall.arrives(guild, user, work)

    @rule(user=MEMBERS)
    def a_server_comes_that_was_never_here(self, user: int) -> None:
        self.hall.arrives(next(self.strangers), user)

    @rule(guild=SERVERS)
    def a_member_comes_who_was_never_here(self, guild: int) -> None:
        self.hall.arrives(guild, next(self.strangers))

    @rule()
    def free_slots_are_given_away(self) -> None:
        self.hall.fills_up()

    @precondition(lambda self: self.hall.seated)
    @rule(jobs=st.integers(1, 20), dice=st.randoms(use_true_random=False))
    def jobs_end_and_others_begin(self, jobs: int, dice: Random) -> None:
        for _ in range(min(jobs, len(self.hall.seated))):
            self.hall.seated.remove(_one_of(self.hall.seated, dice))
        self.hall.fills_up()

    @precondition(lambda self: self.hall.seated)
    @rule(dice=st.randoms(use_true_random=False))
    def a_job_comes_back(self, dice: Random) -> None:
        self.hall.comes_back(_one_of(self.hall.seated, dice))

    @precondition(lambda self: self.hall.waiting)
    @rule(dice=st.randoms(use_true_random=False))
    def a_job_is_cancelled(self, dice: Random) -> None:
        self.hall.leaves(_one_of(self.hall.waiting.values(), dice))

    @rule(guild=SERVERS)
    def a_server_is_paused_or_resumed(self, guild: int) -> None:
        self.hall.paused ^= {guild}

    @rule(work=st.sampled_from(WORKS))
    def a_model_is_shut_or_opened(self, work: str) -> None:
        self.hall.shut ^= {work}

    @rule(jobs=st.integers(1, 10**6))
    def a_month_goes_by_elsewhere(self, jobs: int) -> None:
        """Others that are of no interest came and were served."""
        hall = self.hall
        hall.newest += jobs
        hall.latest = next_turn(latest=hall.latest, newest_job_id=hall.newest)

    @rule()
    def what_is_foretold_comes_true(self) -> None:
        """If nobody else comes: served one by one, in just that order and from those places."""
        hall = self.hall
        ready, turns = hall.ready(), hall.turns
        foretold = [job.job_id for job in fair_order(ready, turns)]
        placed = places(ready, turns, slots=hall.slots, under_way_s=[], paces={})
        here: Counter[int] = Counter()
        latest = hall.latest
        for ahead, number in enumerate(foretold):
            head = next(fair_order(ready, turns))
            assert head.job_id == number
            assert (placed[number].ahead, placed[number].ahead_here) == (ahead, here[head.guild_id])
            here[head.guild_id] += 1
            ready.remove(head)
            if not head.returned:
                latest = next_turn(latest=latest, newest_job_id=hall.newest)
                who = (head.guild_id, head.user_id)
                turns = Turns(
                    {**turns.servers, head.guild_id: latest}, {**turns.members, who: latest}
                )
        assert not ready


def _one_of(jobs: Iterable[Waiting], dice: Random) -> Waiting:
    return dice.choice(sorted(jobs, key=lambda job: job.job_id))


TestAnyDay = AnyDay.TestCase
TestAnyDay.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)

HISTORY = st.lists(st.tuples(SERVERS, MEMBERS, st.integers(0, 3)), max_size=30)


def a_hall_with_a_past(slots: int, history: Iterable[tuple[int, int, int]]) -> Hall:
    """Who came, in what order, and how many jobs ended after each arrival."""
    hall = Hall(slots)
    for guild, user, ended in history:
        hall.arrives(guild, user)
        del hall.seated[:ended]
        hall.fills_up()
    return hall


@given(
    slots=st.integers(1, 20), history=HISTORY, crowd=st.sampled_from([1, 30, 500]), data=st.data()
)
@settings(deadline=None, max_examples=50)
def test_five_hundred_jobs_of_one_server_delay_another_by_one_turn(
    slots: int, history: list[tuple[int, int, int]], crowd: int, data: st.DataObject
) -> None:
    hall = a_hall_with_a_past(slots, history)
    for number in range(crowd):
        hall.arrives(CROWDED, number % 7)
    hall.fills_up()
    mine = hall.arrives(data.draw(st.sampled_from([ALONE, 77])), 99)
    hall.arrives(CROWDED, 99)
    passed_by = hall.serves_until(mine, lambda: data.draw(st.integers(1, slots)))
    assert [job.guild_id for job in passed_by].count(CROWDED) <= 1


@given(
    slots=st.integers(1, 20), history=HISTORY, crowd=st.sampled_from([1, 30, 500]), data=st.data()
)
@settings(deadline=None, max_examples=50)
def test_five_hundred_jobs_of_one_member_delay_another_by_one_turn(
    slots: int, history: list[tuple[int, int, int]], crowd: int, data: st.DataObject
) -> None:
    hall = a_hall_with_a_past(slots, history)
    for _ in range(crowd):
        hall.arrives(CROWDED, 1)
    hall.fills_up()
    mine = hall.arrives(CROWDED, data.draw(st.sampled_from([2, 77])))
    hall.arrives(CROWDED, 1)
    passed_by = hall.serves_until(mine, lambda: data.draw(st.integers(1, slots)))
    assert [(job.guild_id, job.user_id) for job in passed_by].count((CROWDED, 1)) <= 1


@pytest.mark.parametrize("slots", [1, 5, 20])
def test_a_stream_of_new_servers_starves_nobody(slots: int) -> None:
    """By last service alone each of them went first, as none had had any: for ever."""
    hall = Hall(slots)
    for _ in range(slots):
        hall.arrives(ALONE, 1)
    hall.fills_up()
    mine = hall.arrives(ALONE, 1)
    strangers = count(1000)

    def one_comes_as_one_goes() -> int:
        hall.arrives(next(strangers), 1)
        return 1

    assert hall.serves_until(mine, one_comes_as_one_goes) == []


def test_a_stream_of_new_members_starves_nobody() -> None:
    hall = Hall(1)
    hall.arrives(ALONE, 1)
    hall.fills_up()
    mine = hall.arrives(ALONE, 1)
    strangers = count(1000)

    def one_comes_as_one_goes() -> int:
        hall.arrives(ALONE, next(strangers))
        return 1

    assert hall.serves_until(mine, one_comes_as_one_goes) == []


TIMES = st.integers(0, 99) | st.integers(0, 300 * 2**20)


@given(
    turns=st.builds(Turns, servers=st.dictionaries(SERVERS, TIMES), members=st.just({})),
    lines=st.lists(SERVERS, min_size=2, max_size=200),
)
def test_nothing_is_owed_for_having_been_away(turns: Turns, lines: list[int]) -> None:
    """However long ago their last turns are: as long as both wait, they are served in turns."""
    waiting = [Waiting(number, guild, 1, WORKS[0]) for number, guild in enumerate(lines, 1)]
    left, had = Counter(lines), Counter[int]()
    for job in fair_order(waiting, turns):
        had[job.guild_id] += 1
        left[job.guild_id] -= 1
        still = [guild for guild, jobs in left.items() if jobs]
        assert max((had[g] for g in still), default=0) - min((had[g] for g in still), default=0) < 2


@given(data=st.data(), history=HISTORY)
def test_joining_a_line_is_the_same_as_drawing_it_up_anew(
    data: st.DataObject, history: list[tuple[int, int, int]]
) -> None:
    """What the figures are taken with, where drawing it up for each job would take hours."""
    hall = a_hall_with_a_past(2, history)
    line = Line(hall.ready(), hall.turns)
    for guild, user, served in data.draw(HISTORY):
        line.join(hall.arrives(guild, user))
        for _ in range(served):
            expected = next(fair_order(hall.ready(), hall.turns), None)
            assert line.next() == expected
            if expected is not None:
                hall.takes_a_slot(expected)
