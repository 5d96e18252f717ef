"""Many members of many servers who ask at a pace, and what became of everything they asked for.

Judged in one go from the tables, the channels and the vendor's book, whatever the bot believes.
"""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.scenarios.auditor import Auditor
from tests.scenarios.far_vendor import Sold
from tests.scenarios.town import Row, Town
from tests.wire.interactions import ACK_DEADLINE_S, Interaction
from tests.wire.messages import Message
from tests.wire.world import Channel, Guild, User

#: Nobody is refused but by the one limit that is set.
SETTINGS = {
    "DEFAULT_SERVER_DAY": "1000000",
    "DEFAULT_SERVER_LINE": "10000",
    "DEFAULT_MEMBER_LINE": "10000",
}
_MANAGE_GUILD = 1 << 5
_DISCORD_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
_OVER_LIMIT = "daily limit"
_LOOKS_EVERY_S = 0.25


@dataclass
class Crowd:
    """Members, each of one server, and what they have asked for so far.

    One server has a limit a day, so that refusals can be counted, too.
    """

    town: Town
    homes: Mapping[User, Sequence[Channel]]
    limited: Guild
    server_day: int
    dice: random.Random
    asked: list[Interaction] = field(default_factory=list)
    #: How much later than planned somebody asked, at worst: then the crowd itself is too slow.
    late_s: float = 0.0

    @classmethod
    def gather(
        cls, town: Town, *, servers: int, channels: int, members: int, server_day: int, seed: int
    ) -> "Crowd":
        """Found the servers before the bot starts. Channels and members are spread over them."""
        world = town.discord.world
        guilds = [world.add_guild(f"server {number}", owner=town.ana) for number in range(servers)]
        for number in range(channels):
            world.add_channel(guilds[number % servers], f"channel-{number}")
        people = [world.add_user(f"member {number}") for number in range(members)]
        homes = {who: guilds[number % servers].channels for number, who in enumerate(people)}
        return cls(town, homes, guilds[0], server_day, random.Random(seed))

    async def sets_the_limit(self) -> None:
        """A manager of the limited server gives it its limit; the bot runs."""
        manager = self.town.discord.user("manager", permissions=_MANAGE_GUILD)
        used = await self.town.discord.slash(
            manager, self.limited.channels[0], "limner quota", server_day=self.server_day
        )
        assert f"→ {self.server_day}" in (await self.town.told(used)).content

    async def asks(self, count: int, *, within_s: float) -> None:
        """So many requests by anybody, evenly spread over the time."""
        loop = asyncio.get_running_loop()
        begins_at, people = loop.time(), list(self.homes)
        for number in range(count):
            wait_s = begins_at + number * within_s / count - loop.time()
            self.late_s = max(self.late_s, -wait_s) if within_s else 0.0
            await asyncio.sleep(max(0.0, wait_s))
            who = self.dice.choice(people)
            where = self.dice.choice(self.homes[who])
            prompt = f"a fox, number {len(self.asked)}"
            self.asked.append(await self.town.asks(prompt, who=who, where=where))

    async def is_served(self, *, timeout_s: float) -> bool:
        """Wait until everybody has an answer and nothing is on the belt; False where it is late."""
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + timeout_s
        while loop.time() < give_up_at:
            if not self.on_the_belt() and all(map(self._has_its_answer, self.asked)):
                return True
            await asyncio.sleep(_LOOKS_EVERY_S)
        return False

    def _has_its_answer(self, asked: Interaction) -> bool:
        """Or has waited in vain as long as Discord does."""
        waited_s = self.town.discord.clock.seconds() - asked.created_s
        return asked.is_acked or waited_s > ACK_DEADLINE_S

    def on_the_belt(self) -> int:
        """How many jobs are on their way."""
        (row,) = self.town.rows("SELECT count(*) AS jobs FROM jobs WHERE status != 'delivered'")
        return int(row["jobs"])

    def fates(self, sold: Collection[Sold]) -> "Fates":
        """What became of every request, now that everything should be over."""
        jobs = {job["source_key"]: job for job in self.town.jobs()}
        carried = self.town.all_carriers()
        fates = Fates()
        for one in self.asked:
            job = jobs.pop(f"interaction:{one.id}", None)
            fates.judge(one, job, [] if job is None else carried[job["id"]])
        fates.lost += [f"nobody has asked for {job}" for job in jobs.values()]
        self._judge_sales(fates, sold)
        self._judge_books(fates)
        return fates

    def _judge_sales(self, fates: "Fates", sold: Collection[Sold]) -> None:
        known = {str(job["id"]) for job in self.town.jobs()}
        times = Counter(sale.track_id for sale in sold)
        fates.bought_twice += [f"job {number}" for number, count in times.items() if count > 1]
        fates.bought_twice += [f"no job {number}" for number in times if number not in known]

    def _judge_books(self, fates: "Fates") -> None:
        """Sums, ledger and channels say the same, and the limited server is at its limit."""
        auditor = Auditor(self.town.database, server_day={self.limited.id: self.server_day})
        auditor.look()
        fates.drift += auditor.found
        if self.town.booked() != fates.pictures:
            fates.drift.append(f"{self.town.booked()} booked, {fates.pictures} stand in channels")
        wanted = sum(one.channel.guild is self.limited for one in self.asked)
        due = min(wanted, self.server_day)
        if (used := self.used_of_the_limit()) != due and not fates.unanswered:
            fates.drift.append(f"the limited server has {used}, and should have {due}")

    def used_of_the_limit(self) -> int:
        """What the limited server's ledger says."""
        (row,) = self.town.rows(
            "SELECT coalesce(sum(pictures), 0) AS used FROM ledger WHERE guild_id = ?",
            self.limited.id,
        )
        return int(row["used"])


@dataclass
class Fates:
    """Counts, and the stories of what should not be."""

    asked: int = 0
    accepted: int = 0
    refused: int = 0
    #: Discord has shown "The application did not respond", and nothing was charged.
    unanswered: int = 0
    delivered: int = 0
    pictures: int = 0
    endings: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    bought_twice: list[str] = field(default_factory=list)
    drift: list[str] = field(default_factory=list)

    @property
    def stories(self) -> list[str]:
        return [*self.lost, *self.doubled, *self.bought_twice, *self.drift]

    def judge(self, asked: Interaction, job: Row | None, carriers: Sequence[Message]) -> None:
        """One request, its job if it has one, and the messages that carry its pictures."""
        self.asked += 1
        if job is None:
            self._judge_jobless(asked)
            return
        self.pictures += sum(len(message.attachments) for message in carriers)
        if not asked.is_acked:
            self.unanswered += 1
            if job["verdict"] != "cancelled" or carriers:
                self.lost.append(f"never answered, and not taken back: {job}")
            return
        self.accepted += 1
        self.endings[f"{job['verdict']} by {job['route']}"] += 1
        if job["status"] != "delivered":
            self.lost.append(f"not over: {job}")
            return
        self.delivered += 1
        self._judge_pictures(job, carriers)

    def _judge_jobless(self, asked: Interaction) -> None:
        if not asked.is_acked:
            self.unanswered += 1
        elif asked.ephemeral and _OVER_LIMIT in asked.replies[0].content:
            self.refused += 1
        else:
            self.lost.append(f"no job: {[message.content for message in asked.replies]}")

    def _judge_pictures(self, job: Row, carriers: Sequence[Message]) -> None:
        received = json.loads(job["outcome"])["received"]
        if len(carriers) > 1:
            self.doubled.append(f"in {len(carriers)} messages: {job}")
        if sum(len(message.attachments) for message in carriers[:1]) != max(1, received):
            self.lost.append(f"without its pictures: {job}")


@dataclass(frozen=True)
class Times:
    """In seconds: to the first answer, to the picture, and from its being ready to its standing."""

    answers_s: list[float]
    waits_s: list[float]
    lags_s: list[float]


def times_of(asked: Iterable[Interaction], jobs: Iterable[Row], sold: Iterable[Sold]) -> Times:
    """How long these requests took."""
    ready_at = {sale.track_id: sale.ready_at for sale in sold}
    numbers = {job["source_key"]: str(job["id"]) for job in jobs}
    times = Times([], [], [])
    for one in asked:
        if one.acked_after_s is not None:
            times.answers_s.append(one.acked_after_s)
        stood_at = _stood_at(one)
        number = numbers.get(f"interaction:{one.id}")
        if stood_at is not None and number is not None:
            times.waits_s.append((stood_at - _asked_at(one)).total_seconds())
            times.lags_s.append((stood_at - ready_at[number]).total_seconds())
    return times


def _asked_at(asked: Interaction) -> datetime:
    return _DISCORD_EPOCH + timedelta(milliseconds=asked.id >> 22)


def _stood_at(asked: Interaction) -> datetime | None:
    """When the first pictures stood on the card."""
    if asked.message is None:
        return None
    return next((state.at for state in asked.message.edits if state.files), None)
