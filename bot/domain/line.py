"""The line in front of the vendor: who is next, and how long it takes. Pure.

Round robin over servers, then over the members of a server, then age. A *turn* is the number of
the service that a server or a member had last (higher is later, 0 is never), so that a waiting
server cannot be starved: whoever was served longest ago goes first. A job that had to come back
from the vendor was at the head already, and goes before all others.
"""

import heapq
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Waiting:
    """A job in line. Ids grow with age: the smaller, the older."""

    job_id: int
    guild_id: int
    user_id: int
    work: str
    returned: bool = False


@dataclass(frozen=True, slots=True)
class Turns:
    """Last turns of servers by guild id, and of members by (guild id, user id)."""

    servers: Mapping[int, int]
    members: Mapping[tuple[int, int], int]

    @property
    def latest(self) -> int:
        """The highest turn that was given out."""
        return max((*self.servers.values(), *self.members.values()), default=0)


@dataclass(frozen=True, slots=True)
class Place:
    """A job's place: how many go before it, of those how many in its own server, and the wait."""

    ahead: int
    ahead_here: int
    wait_s: float


def fair_order(waiting: Iterable[Waiting], turns: Turns) -> Iterator[Waiting]:
    """The jobs in the order in which they will be served if nobody else comes."""
    fresh: dict[int, dict[int, deque[Waiting]]] = defaultdict(lambda: defaultdict(deque))
    returned: list[Waiting] = []
    for job in sorted(waiting, key=lambda job: job.job_id):
        if job.returned:
            returned.append(job)
        else:
            fresh[job.guild_id][job.user_id].append(job)
    yield from returned

    turn = turns.latest
    members = {
        guild: [
            (turns.members.get((guild, user), 0), jobs[0].job_id, user)
            for user, jobs in line.items()
        ]
        for guild, line in fresh.items()
    }
    servers = []
    for guild, heads in members.items():
        heapq.heapify(heads)
        oldest = min(jobs[0].job_id for jobs in fresh[guild].values())
        servers.append((turns.servers.get(guild, 0), oldest, guild))
    heapq.heapify(servers)
    while servers:
        _, _, guild = heapq.heappop(servers)
        heads = members[guild]
        _, _, user = heapq.heappop(heads)
        jobs = fresh[guild][user]
        yield jobs.popleft()
        turn += 1
        if jobs:
            heapq.heappush(heads, (turn, jobs[0].job_id, user))
        if heads:
            heapq.heappush(servers, (turn, heads[0][1], guild))


def places(
    waiting: Iterable[Waiting],
    turns: Turns,
    *,
    slots: int,
    busy: int,
    expected_s: Mapping[str, float],
) -> dict[int, Place]:
    """Every waiting job's place, if `slots` are served side by side and `busy` are taken now.

    `expected_s` is the usual time of each work in seconds. The wait is until the pictures are
    there: the work ahead, shared by the slots, and then the job's own time.
    """
    found: dict[int, Place] = {}
    here: dict[int, int] = defaultdict(int)
    usual = max(expected_s.values(), default=0.0)
    # Work under way is half done on average.
    work_ahead_s = busy * usual / 2
    free = max(0, slots - busy)
    for ahead, job in enumerate(fair_order(waiting, turns)):
        own_s = expected_s.get(job.work, usual)
        waits_s = 0.0 if ahead < free else work_ahead_s / max(1, slots)
        found[job.job_id] = Place(ahead, here[job.guild_id], waits_s + own_s)
        here[job.guild_id] += 1
        work_ahead_s += own_s
    return found
