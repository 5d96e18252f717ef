"""Turns: who was served last, so that the line is fair."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Integer,
    Select,
    Subquery,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.sqlite import insert

from bot.domain.job import JobStatus
from bot.domain.line import TURNS_BETWEEN, Turns, Waiting, next_turn
from storage.database import Transaction
from storage.jobs import LIVE, STATUS
from storage.tables import UtcTime, jobs, turns

_SERVER_ITSELF = 0

_LATEST = select(
    select(func.max(turns.c.turn)).scalar_subquery(),
    select(func.max(jobs.c.id)).scalar_subquery(),
)
_MORE = insert(turns)
_SERVED = _MORE.on_conflict_do_update(
    index_elements=["guild_id", "user_id"], set_={"turn": _MORE.excluded.turn}
)


def _among(name: str) -> Select[Any]:
    """The values of a list that is handed over as one."""
    values = func.json_each(bindparam(name, type_=JSON)).table_valued("value")
    return select(values.c.value)


_OF_SERVER, _OF_MEMBER = turns.alias(), turns.alias()


def _is_turn_of_server(rows: Subquery) -> ColumnElement[bool]:
    """Whether a row of `_OF_SERVER` is that of the server which these are of."""
    return and_(
        _OF_SERVER.c.guild_id == rows.c.guild_id,
        _OF_SERVER.c.user_id == literal_column(str(_SERVER_ITSELF)),
    )


_EACH = bindparam("each", type_=Integer)
_MAY_GO = and_(
    LIVE,
    jobs.c.status == STATUS[JobStatus.QUEUED],
    jobs.c.due_at <= bindparam("now", type_=UtcTime),
    jobs.c.work.not_in(_among("shut")),
    jobs.c.guild_id.not_in(_among("resting")),
    jobs.c.id.not_in(_among("in_hand")),
)
_CAME = (
    select(jobs.c.guild_id, func.min(jobs.c.id).label("first"))
    .where(_MAY_GO, jobs.c.returned.is_(False))
    .group_by(jobs.c.guild_id)
    .subquery()
)
# Each of them has one turn before any has another, so that no others come into question. A server
# stands where `bot.domain.line` says.
_FIRST_SERVERS = (
    select(_CAME.c.guild_id)
    .select_from(_CAME)
    .outerjoin(_OF_SERVER, _is_turn_of_server(_CAME))
    .order_by(
        func.max(
            _CAME.c.first * literal_column(str(TURNS_BETWEEN)),
            func.coalesce(_OF_SERVER.c.turn, literal_column("0")),
        )
    )
    .limit(_EACH)
)
_READY = (
    select(
        jobs.c.id,
        jobs.c.guild_id,
        jobs.c.user_id,
        jobs.c.work,
        jobs.c.returned,
        func.row_number()
        .over(
            partition_by=[jobs.c.guild_id, jobs.c.user_id],
            order_by=[jobs.c.returned.desc(), jobs.c.id],
        )
        .label("nth"),
    )
    .where(_MAY_GO, or_(jobs.c.returned, jobs.c.guild_id.in_(_FIRST_SERVERS)))
    .subquery()
)
_NEXT_UP = (
    select(
        *[column for column in _READY.c if column.name != "nth"],
        _OF_SERVER.c.turn,
        _OF_MEMBER.c.turn,
    )
    .select_from(_READY)
    .outerjoin(_OF_SERVER, _is_turn_of_server(_READY))
    .outerjoin(
        _OF_MEMBER,
        and_(
            _OF_MEMBER.c.guild_id == _READY.c.guild_id,
            _OF_MEMBER.c.user_id == _READY.c.user_id,
        ),
    )
    .where(_READY.c.nth <= _EACH)
)


async def of_servers(tx: Transaction, guild_ids: Iterable[int]) -> Turns:
    """The last turns of these servers and of their members."""
    rows = await tx.execute(select(turns).where(turns.c.guild_id.in_(set(guild_ids))))
    servers: dict[int, int] = {}
    members: dict[tuple[int, int], int] = {}
    for guild_id, user_id, turn in rows:
        if user_id == _SERVER_ITSELF:
            servers[guild_id] = turn
        else:
            members[guild_id, user_id] = turn
    return Turns(servers, members)


async def next_up(
    tx: Transaction,
    *,
    now: datetime,
    shut_works: Collection[str],
    resting: Collection[int],
    in_hand: Collection[int],
    each: int,
) -> tuple[list[Waiting], Turns]:
    """The jobs among which the first `each` in fair order are, and the turns of those they are of.

    Only what may be submitted by now, of no work that is shut and no server that rests, and
    nothing that is in hand. Of no more servers than that, and of none of their members more jobs:
    however long the line is, this is as long as the members of so many servers are many.
    """
    rows = await tx.execute(
        _NEXT_UP,
        {
            "now": now,
            "shut": list(shut_works),
            "resting": list(resting),
            "in_hand": list(in_hand),
            "each": each,
        },
    )
    waiting: list[Waiting] = []
    servers: dict[int, int] = {}
    members: dict[tuple[int, int], int] = {}
    for *job, of_server, of_member in rows:
        waiting.append(Waiting(*job))
        last = waiting[-1]
        if of_server is not None:
            servers[last.guild_id] = of_server
        if of_member is not None:
            members[last.guild_id, last.user_id] = of_member
    return waiting, Turns(servers, members)


async def served(tx: Transaction, whose: Sequence[tuple[int, int]]) -> None:
    """Give the next turns to these servers and members of them, by guild id and user id."""
    if not whose:
        return
    latest, newest = (await tx.execute(_LATEST)).one()
    first = next_turn(latest=latest or 0, newest_job_id=newest or 0)
    rows = [
        {"guild_id": guild_id, "user_id": who, "turn": turn}
        for turn, (guild_id, user_id) in enumerate(whose, first)
        for who in (_SERVER_ITSELF, user_id)
    ]
    await tx.execute(_SERVED, rows)
