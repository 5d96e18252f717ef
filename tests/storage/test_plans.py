"""Hot questions are answered from an index, however many jobs there have been."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert, text

from bot.domain.job import JobStatus
from bot.domain.request import Kind
from storage import (
    aliases,
    belongings,
    belt,
    history,
    holdings,
    jobs,
    quotas,
    removals,
    retention,
    turns,
)
from storage.database import Database, Transaction
from storage.retention import Kept
from storage.tables import jobs as jobs_table
from storage.tables import ledger, totals
from tests.storage.ground import ALIAS, ANA, NOW, SERVER, TODAY, a_job, moved_to, usage_of

PAST_JOBS = 5_000


@pytest.fixture
async def old_house(database: Database) -> Database:
    """A house with a long past, a few live jobs, and statistics as SQLite likes to take them."""
    past: list[dict[str, Any]] = [
        {
            "source_key": f"past:{number}",
            "status": "delivered",
            "kind": "imagine",
            "work": ("imagine:sdxl", "imagine:flux")[number % 2],
            "user_id": number % 50,
            "guild_id": number % 10 + SERVER,
            "channel_id": 21,
            "age_restricted": False,
            "request": {},
            "seed": 1,
            "created_at": NOW - timedelta(minutes=number),
            "due_at": NOW - timedelta(minutes=number),
            "submitted_at": NOW,
            "settled_at": NOW,
            "delivered_at": NOW,
            "verdict": "pictures" if number % 3 else "failed",
        }
        for number in range(PAST_JOBS)
    ]
    booked = [
        {
            "job_id": number,
            "entry": "reserve",
            "guild_id": number % 10 + SERVER,
            "user_id": number % 50,
            "day": (NOW - timedelta(days=number % 60)).strftime("%Y-%m-%d"),
            "month": "2026-11",
            "utc_day": (NOW - timedelta(days=number % 60)).strftime("%Y-%m-%d"),
            "utc_month": "2026-11",
            "pictures": 1,
            "cost_micros": 4700,
            "booked_at": NOW,
        }
        for number in range(1, PAST_JOBS)
    ]
    summed = [
        {
            "guild_id": number % 10 + SERVER,
            "user_id": number // 10 % 50,
            "period": (NOW - timedelta(days=number // 500)).strftime("%Y-%m-%d"),
            "pictures": 1,
            "cost_micros": 4700,
        }
        for number in range(PAST_JOBS)
    ]
    async with database.transaction() as tx:
        await tx.execute(insert(jobs_table), past)
        await tx.execute(insert(ledger), booked)
        await tx.execute(insert(totals), summed)
        for status in JobStatus:
            await moved_to(tx, await a_job(tx), status)
    return database


@asynccontextmanager
async def plans_of(database: Database, seen: list[str]) -> AsyncIterator[Transaction]:
    """A transaction whose questions are explained as they are asked."""
    asked: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, sql: str, values: Any, *_: Any) -> None:
        asked.append((sql, values))

    engine = database._engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        async with database.transaction() as tx:
            yield tx
            event.remove(engine, "before_cursor_execute", note)
            for sql, values in asked:
                if sql.startswith(("SELECT", "UPDATE", "DELETE")) or "SELECT" in sql:
                    plan = await tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)
                    seen += [row.detail for row in plan]
    finally:
        if event.contains(engine, "before_cursor_execute", note):
            event.remove(engine, "before_cursor_execute", note)


Ask = Callable[[Transaction], Awaitable[object]]

QUESTIONS: dict[str, tuple[Ask, set[str]]] = {
    "usage": (
        lambda tx: usage_of(tx, guild_id=SERVER, user_id=ANA, alias=ALIAS, when=TODAY, owner=TODAY),
        {
            "jobs_of_server_now",
            "totals USING PRIMARY KEY (guild_id=? AND user_id=? AND period=?)",
        },
    ),
    "a look at the belt": (
        lambda tx: belt.look(tx, now=NOW, in_hand={1, 2}, full_channels={3}, limit=64),
        {"jobs_on_the_belt", "jobs_on_the_belt (status=? AND due_at<?)"},
    ),
    "orphans": (lambda tx: jobs.all_of(tx, JobStatus.SUBMITTING), {"jobs_on_the_belt"}),
    "in line": (lambda tx: jobs.in_line(tx), {"jobs_on_the_belt"}),
    "next up": (
        lambda tx: turns.next_up(
            tx, now=NOW, shut_works={"imagine:x"}, resting={9}, in_hand={1}, each=5
        ),
        {"jobs_on_the_belt (status=? AND due_at<?)"},
    ),
    "counts": (lambda tx: jobs.counts(tx), {"jobs_on_the_belt"}),
    "counts of a server": (
        lambda tx: jobs.counts(tx, guild_id=SERVER),
        {"jobs_of_server_now"},
    ),
    "my live jobs": (
        lambda tx: jobs.live_of_member(tx, guild_id=SERVER, user_id=ANA),
        {"jobs_of_server_now (guild_id=? AND status=? AND user_id=?)"},
    ),
    "past times": (lambda tx: jobs.past_seconds(tx, "imagine:sdxl"), {"jobs_times_of_work"}),
    "times taken": (lambda tx: jobs.taken_seconds(tx, "imagine:sdxl"), {"jobs_times_of_work"}),
    "left a server": (lambda tx: jobs.in_line_of_server(tx, SERVER), {"jobs_of_server_now"}),
    "by source": (lambda tx: jobs.ids_of_sources(tx, ["past:7"]), {"sqlite_autoindex_jobs"}),
    "close": (
        lambda tx: quotas.close(tx, PAST_JOBS + 1, charged=1, cost_micros=1, now=NOW),
        {"ledger_reserved_once"},
    ),
    "a page of the past": (
        lambda tx: history.page(
            tx, guild_id=SERVER, user_id=ANA, limit=5, before=PAST_JOBS, public_only=False
        ),
        {"jobs_of_member"},
    ),
    "a newer page, searched": (
        lambda tx: history.page(
            tx,
            guild_id=SERVER,
            user_id=ANA,
            limit=5,
            after=1,
            kind=Kind.IMAGINE,
            search="a red fox",
        ),
        {"jobs_of_member"},
    ),
    "turns": (lambda tx: turns.served(tx, [(SERVER, ANA)]), {"ix_turns_turn"}),
    "needed pictures": (
        lambda tx: holdings.needed(tx, ["aa", "bb"]),
        {"ix_pictures_sha256", "ix_inputs_sha256"},
    ),
    "what has ended": (
        lambda tx: retention.ended(
            tx, after=(NOW - timedelta(days=1), 0), before=NOW + timedelta(days=1), limit=9
        ),
        {"jobs_by_end (delivered_at>? AND delivered_at<?)"},
    ),
    "left of erased": (
        lambda tx: retention.left_of_erased(tx, after=0, limit=9),
        {"jobs_erased"},
    ),
    "drop old pictures": (
        lambda tx: retention.drop(tx, Kept.PICTURES, [1, 2]),
        {"sqlite_autoindex_pictures"},
    ),
    "all of a member": (
        lambda tx: belongings.jobs_after(tx, ANA, guild_id=SERVER, after=3, limit=9),
        {"jobs_of_member (user_id=? AND guild_id=? AND rowid>?)"},
    ),
    "a page to export": (
        lambda tx: belongings.jobs_before(tx, ANA, guild_id=SERVER, before=9, limit=9),
        {"jobs_of_member (user_id=? AND guild_id=? AND rowid<?)"},
    ),
    "how much of a member": (
        lambda tx: belongings.counted(tx, ANA, guild_id=None),
        {"jobs_of_member", "sqlite_autoindex_pictures"},
    ),
    "where a member was": (lambda tx: belongings.servers(tx, ANA), {"jobs_of_member"}),
    "entries to export": (
        lambda tx: belongings.entries_before(tx, ANA, guild_id=SERVER, before=9, limit=9),
        {"ledger_of_member (user_id=? AND guild_id=? AND rowid<?)"},
    ),
    "months that are over": (
        lambda tx: aliases.end_months(tx, now=NOW, limit=9),
        {"ledger_of_member (user_id<?)", "ledger_closed_once"},
    ),
    "the next message to delete": (
        lambda tx: removals.next_due(tx, now=NOW),
        {"ix_removals_due_at"},
    ),
}


# A few rows at most, or what another step of the plan has found.
SHORT = (
    "SCAN slots",
    "SCAN gates",
    "SCAN CONSTANT ROW",
    "SCAN removals USING INDEX ix_removals_due_at",
    "SCAN anon_",
    "SCAN (subquery",
)


@pytest.mark.parametrize("analysed", [False, True])
@pytest.mark.parametrize("name", QUESTIONS)
async def test_a_hot_question_searches_an_index(
    old_house: Database, name: str, analysed: bool
) -> None:
    if analysed:
        async with old_house.transaction() as tx:
            await tx.execute(text("ANALYZE"))
    ask, wanted = QUESTIONS[name]
    seen: list[str] = []
    async with plans_of(old_house, seen) as tx:
        await ask(tx)
    assert seen
    scans = [
        step
        for step in seen
        # Walking along an index of the live jobs is no walk through the past.
        if step.startswith("SCAN")
        and "jobs_on_the_belt" not in step
        and "jobs_of_server_now" not in step
        and "jobs_erased" not in step
        and not step.startswith(SHORT)
    ]
    assert scans == []
    # Of each member's jobs in line the oldest are sought: the live ones, and not the past.
    if name != "next up":
        assert not [step for step in seen if "TEMP B-TREE FOR ORDER" in step]
    for index in wanted:
        assert any(index in step for step in seen), (index, seen)
