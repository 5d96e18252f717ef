"""The quota ledger: reserve, settle, refund. Only ever appended to.

Its sums stand beside it and move in the same transaction: what is used is looked up in a few rows,
however long the past is.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Integer,
    String,
    bindparam,
    func,
    insert,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.dialects.sqlite import insert as insert_or_add

from bot.domain.job import Job, JobStatus
from bot.domain.limits import Period, Usage
from storage.database import Transaction
from storage.tables import UtcTime, jobs, ledger, totals

# The entry that closes a reservation, in its period: what was really used, less what was reserved.
_RESERVED = select(
    ledger.c.job_id,
    bindparam("as", type_=String),
    ledger.c.guild_id,
    ledger.c.user_id,
    ledger.c.day,
    ledger.c.month,
    ledger.c.utc_day,
    ledger.c.utc_month,
    bindparam("charged", type_=Integer) - ledger.c.pictures,
    bindparam("cost", type_=Integer) - ledger.c.cost_micros,
    bindparam("now", type_=UtcTime),
).where(
    ledger.c.job_id == bindparam("job", type_=Integer),
    ledger.c.entry == literal_column("'reserve'"),
)
_CLOSE = (
    insert(ledger)
    .from_select([column.name for column in ledger.c if column.name != "id"], _RESERVED)
    .returning(ledger)
)
_EVERYBODY = 0
_BOOKED = union_all(
    select(totals).where(
        totals.c.guild_id == bindparam("guild", type_=BigInteger),
        totals.c.user_id.in_(bindparam("users", expanding=True)),
        totals.c.period.in_(bindparam("periods", expanding=True)),
    ),
    select(totals).where(
        totals.c.guild_id == _EVERYBODY,
        totals.c.user_id == _EVERYBODY,
        totals.c.period.in_(bindparam("everybodys", expanding=True)),
    ),
)
_IN_LINE = (
    select(jobs.c.guild_id, jobs.c.user_id, func.count())
    .where(
        jobs.c.guild_id.in_(bindparam("guilds", expanding=True)),
        # SQLite sees by this term that the partial index serves.
        jobs.c.status != literal_column("'delivered'"),
        jobs.c.status.in_(
            [
                literal_column(f"'{status.value}'")
                for status in (JobStatus.QUEUED, JobStatus.SUBMITTING, JobStatus.WAITING)
            ]
        ),
    )
    .group_by(jobs.c.guild_id, jobs.c.user_id)
)


class Key(NamedTuple):
    """Names a sum: of a member, a server (user 0), or everybody (both 0), in a period."""

    guild_id: int
    user_id: int
    period: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """A member of a server at a moment. `alias` stands for them in entries that they had erased.

    `when` is the period in the server's time zone, `owner` the one in UTC.
    """

    guild_id: int
    user_id: int
    alias: int
    when: Period
    owner: Period

    @property
    def own(self) -> tuple[Key, ...]:
        """The sums that their own bookings move."""
        return _keys(
            self.guild_id,
            self.user_id,
            day=self.when.day,
            month=self.when.month,
            utc_day=self.owner.day,
            utc_month=self.owner.month,
        )

    @property
    def erased(self) -> tuple[Key, Key]:
        """What they used before they had it erased: of the day, and of the month."""
        day, month = self.when.day, self.when.month
        return Key(self.guild_id, self.alias, day), Key(self.guild_id, self.alias, month)


class Sums:
    """What is used or reserved, as it stands in one transaction: read once, and then reckoned."""

    def __init__(
        self,
        booked: Mapping[Key, tuple[int, int]],
        in_line: Mapping[tuple[int, int], int],
    ) -> None:
        self._pictures = Counter({key: pictures for key, (pictures, _) in booked.items()})
        self._micros = Counter({key: micros for key, (_, micros) in booked.items()})
        self._in_line = Counter(in_line)

    def usage(self, whose: Whose) -> Usage:
        """What a server and a member have used or reserved, and the owner has spent this month."""
        member_day, member_month, server_day, server_month, owner_day, owner_month = whose.own
        erased_day, erased_month = whose.erased
        return Usage(
            server_day=self._pictures[server_day],
            server_month=self._pictures[server_month],
            member_day=self._pictures[member_day] + self._pictures[erased_day],
            member_month=self._pictures[member_month] + self._pictures[erased_month],
            owner_day=self._pictures[owner_day],
            server_line=self._in_line[whose.guild_id, _EVERYBODY],
            member_line=self._in_line[whose.guild_id, whose.user_id],
            owner_budget=self._micros[owner_month] / 10_000,
        )

    def add(self, whose: Whose, *, pictures: int, cost_micros: int) -> None:
        """A job more in line, and what is reserved for it."""
        for key in whose.own:
            self._pictures[key] += pictures
            self._micros[key] += cost_micros
        for user_id in (_EVERYBODY, whose.user_id):
            self._in_line[whose.guild_id, user_id] += 1


async def sums(tx: Transaction, whose: Collection[Whose]) -> Sums:
    """Everything that bears on what these members may still have."""
    wanted = {key for each in whose for key in (*each.own, *each.erased)}
    booked: dict[Key, tuple[int, int]] = {}
    # One question for each server: SQLite finds triples by its index only one part at a time.
    for guild_id in {each.guild_id for each in whose}:
        booked |= await _booked(tx, guild_id, wanted)
    return Sums(booked, await _in_line(tx, {each.guild_id for each in whose}))


async def _booked(
    tx: Transaction, guild_id: int, wanted: Collection[Key]
) -> dict[Key, tuple[int, int]]:
    """Pictures and cost of a server's sums and its members', and of everybody's."""
    here = [key for key in wanted if key.guild_id == guild_id]
    rows = await tx.execute(
        _BOOKED,
        {
            "guild": guild_id,
            "users": {key.user_id for key in here},
            "periods": {key.period for key in here},
            "everybodys": [key.period for key in wanted if key.guild_id == _EVERYBODY],
        },
    )
    return {
        Key(row.guild_id, row.user_id, row.period): (row.pictures, row.cost_micros) for row in rows
    }


async def _in_line(tx: Transaction, guild_ids: Collection[int]) -> Counter[tuple[int, int]]:
    """How many unsettled jobs servers have, and members in them."""
    counts: Counter[tuple[int, int]] = Counter()
    for guild_id, user_id, count in await tx.execute(_IN_LINE, {"guilds": guild_ids}):
        counts[guild_id, user_id] += count
        counts[guild_id, _EVERYBODY] += count
    return counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """What a job may use, of whose account. `cost_micros` is an estimate."""

    job: Job
    when: Period
    owner: Period
    cost_micros: int


async def reserve(tx: Transaction, reservations: Iterable[Reservation], *, now: datetime) -> None:
    """Book what jobs may use, into the period of this moment."""
    entries = [
        {
            "job_id": each.job.id,
            "entry": "reserve",
            "guild_id": each.job.requester.guild_id,
            "user_id": each.job.requester.user_id,
            "day": each.when.day,
            "month": each.when.month,
            "utc_day": each.owner.day,
            "utc_month": each.owner.month,
            "pictures": each.job.request.pictures,
            "cost_micros": each.cost_micros,
            "booked_at": now,
        }
        for each in reservations
    ]
    await tx.execute(insert(ledger), entries)
    await _move_sums(tx, entries)


async def close(
    tx: Transaction, job_id: int, *, charged: int, cost_micros: int, now: datetime
) -> None:
    """Book what the job really used, into the period of its reservation."""
    closing = await tx.execute(
        _CLOSE,
        {
            "job": job_id,
            "as": "settle" if charged else "refund",
            "charged": charged,
            "cost": cost_micros,
            "now": now,
        },
    )
    await _move_sums(tx, [closing.one()._asdict()])


async def _move_sums(tx: Transaction, entries: Sequence[Mapping[str, Any]]) -> None:
    """Move every sum that new entries are part of."""
    pictures: Counter[Key] = Counter()
    micros: Counter[Key] = Counter()
    for entry in entries:
        days = {name: entry[name] for name in ("day", "month", "utc_day", "utc_month")}
        for key in _keys(entry["guild_id"], entry["user_id"], **days):
            pictures[key] += entry["pictures"]
            micros[key] += entry["cost_micros"]
    rows = [
        {**key._asdict(), "pictures": pictures[key], "cost_micros": micros[key]} for key in pictures
    ]
    await add_to_sums(tx, rows)


async def add_to_sums(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add to the sums that these rows of `totals` name, or begin them."""
    more = insert_or_add(totals)
    await tx.execute(
        more.on_conflict_do_update(
            index_elements=["guild_id", "user_id", "period"],
            set_={
                "pictures": totals.c.pictures + more.excluded.pictures,
                "cost_micros": totals.c.cost_micros + more.excluded.cost_micros,
            },
        ),
        rows,
    )


def _keys(
    guild_id: int, user_id: int, *, day: str, month: str, utc_day: str, utc_month: str
) -> tuple[Key, ...]:
    """The sums that an entry is part of: the member's, the server's, the owner's."""
    return (
        Key(guild_id, user_id, day),
        Key(guild_id, user_id, month),
        Key(guild_id, _EVERYBODY, day),
        Key(guild_id, _EVERYBODY, month),
        # No server's time zone moves the owner's periods.
        Key(guild_id, _EVERYBODY, f"utc:{utc_day}"),
        Key(_EVERYBODY, _EVERYBODY, f"utc:{utc_month}"),
    )
