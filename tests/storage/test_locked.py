"""Every function of the room meets a database that somebody else holds, once."""

import inspect
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, closing
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from bot.domain.errors import StorageBusy
from bot.domain.gates import EVERYTHING, GateReason, closed
from bot.domain.job import Card, Job, JobStatus, Route, StoredPicture
from bot.domain.preferences import MemberSettings, ServerSettings
from bot.domain.removal import Removal
from bot.domain.request import InputPicture
from bot.domain.rules import Difference
from storage import (
    aliases,
    audit,
    belongings,
    belt,
    cards,
    clock,
    easels,
    erasure,
    facts,
    gates,
    history,
    holdings,
    inputs,
    jobs,
    moves,
    picks,
    preferences,
    quotas,
    removals,
    results,
    retention,
    slots,
    turns,
)
from storage.database import Database, Transaction
from storage.retention import Kept
from tests.storage.ground import (
    ALIAS,
    ANA,
    DEADLINE,
    DONE,
    NOW,
    SERVER,
    TODAY,
    a_job_in,
    a_new_job,
    a_request,
    a_ticket,
)

Call = Callable[[Transaction, Job], Awaitable[object]]

CARD = Card(job_id=1, private=False, token=None, token_expires_at=None, file_limit_bytes=1)
PICTURE = StoredPicture(
    position=1, sha256="aa", mime="image/png", width_px=8, height_px=8, size_bytes=1
)
SOURCE = InputPicture(sha256="aa", mime="image/png", width_px=8, height_px=8, size_bytes=1)
WHOSE = quotas.Whose(guild_id=SERVER, user_id=ANA, alias=ALIAS, when=TODAY, owner=TODAY)
FROM_A_PICTURE = a_request(source=SOURCE)


def an_easel(job: Job) -> easels.Easel:
    return easels.Easel(
        name="name",
        request=FROM_A_PICTURE,
        requester=job.requester,
        file_limit_bytes=1,
        expires_at=DEADLINE,
    )


MODULES: tuple[ModuleType, ...] = tuple(
    import_module(f"storage.{name}")
    for name in (
        "audit",
        "aliases",
        "belongings",
        "belt",
        "removals",
        "cards",
        "clock",
        "easels",
        "erasure",
        "facts",
        "gates",
        "history",
        "holdings",
        "inputs",
        "jobs",
        "moves",
        "picks",
        "preferences",
        "quotas",
        "results",
        "retention",
        "slots",
        "turns",
    )
)
CALLS: dict[Callable[..., object], Call] = {
    audit.add: lambda tx, job: audit.add(
        tx, [Difference("model", None, "flux")], guild_id=SERVER, user_id=ANA, now=NOW
    ),
    audit.latest: lambda tx, job: audit.latest(tx, SERVER, limit=9),
    audit.last_of_each: lambda tx, job: audit.last_of_each(tx, SERVER),
    cards.insert_cards: lambda tx, job: cards.insert_cards(tx, [CARD]),
    cards.get: lambda tx, job: cards.get(tx, job.id),
    aliases.take_over: lambda tx, job: aliases.take_over(tx, ANA, ALIAS, guild_id=SERVER, limit=9),
    aliases.end_months: lambda tx, job: aliases.end_months(tx, now=NOW, limit=9),
    aliases.stale_totals: lambda tx, job: aliases.stale_totals(tx, now=NOW, keep=timedelta(days=9)),
    aliases.drop_totals: lambda tx, job: aliases.drop_totals(tx, [(SERVER, ANA, "2026-11-20")]),
    belongings.counted: lambda tx, job: belongings.counted(tx, ANA, guild_id=SERVER),
    belongings.servers: lambda tx, job: belongings.servers(tx, ANA),
    belongings.jobs_after: lambda tx, job: belongings.jobs_after(
        tx, ANA, guild_id=SERVER, after=0, limit=9
    ),
    belongings.jobs_before: lambda tx, job: belongings.jobs_before(
        tx, ANA, guild_id=SERVER, before=None, limit=9
    ),
    belongings.messages_of: lambda tx, job: belongings.messages_of(tx, [job.id]),
    belongings.entries_counted: lambda tx, job: belongings.entries_counted(
        tx, ANA, guild_id=SERVER
    ),
    belongings.entries_before: lambda tx, job: belongings.entries_before(
        tx, ANA, guild_id=SERVER, before=None, limit=9
    ),
    belongings.forget: lambda tx, job: belongings.forget(tx, ANA, guild_id=SERVER),
    removals.put: lambda tx, job: removals.put(tx, [Removal(token="t")], due_at=NOW),
    removals.next_due: lambda tx, job: removals.next_due(tx, now=NOW),
    removals.later: lambda tx, job: removals.later(tx, 1, due_at=NOW),
    removals.done: lambda tx, job: removals.done(tx, 1),
    cards.forget: lambda tx, job: cards.forget(tx, [job.id]),
    cards.placed: lambda tx, job: cards.placed(tx, {job.id: 1}),
    cards.begin_message: lambda tx, job: cards.begin_message(tx, job.id, now=NOW),
    clock.set_back: lambda tx, job: clock.set_back(tx, by=timedelta(hours=1)),
    easels.put: lambda tx, job: easels.put(tx, an_easel(job)),
    easels.get: lambda tx, job: easels.get(tx, "name"),
    easels.bind: lambda tx, job: easels.bind(tx, "name", browser="digest"),
    easels.used: lambda tx, job: easels.used(tx, "name", job_id=job.id),
    easels.clear: lambda tx, job: easels.clear(tx, before=NOW),
    erasure.purge: lambda tx, job: erasure.purge(tx, [job.id]),
    erasure.scrub: lambda tx, job: erasure.scrub(tx, [job.id]),
    facts.get: lambda tx, job: facts.get(tx, "key"),
    facts.put: lambda tx, job: facts.put(tx, "key", "value"),
    gates.all_closed: lambda tx, job: gates.all_closed(tx),
    gates.put: lambda tx, job: gates.put(tx, closed(GateReason.DOWN, now=NOW)),
    gates.open_gates: lambda tx, job: gates.open_gates(
        tx, scope=EVERYTHING, reasons=[GateReason.DOWN]
    ),
    history.page: lambda tx, job: history.page(tx, guild_id=SERVER, user_id=ANA, limit=5),
    holdings.needed: lambda tx, job: holdings.needed(tx, ["aa"]),
    inputs.put: lambda tx, job: inputs.put(tx, [replace(job, request=FROM_A_PICTURE)]),
    inputs.uploads: lambda tx, job: inputs.uploads(tx, job.id),
    inputs.uploaded: lambda tx, job: inputs.uploaded(
        tx, job.id, "source", inputs.Upload("https://vendor.example/1.png", NOW)
    ),
    jobs.insert_jobs: lambda tx, job: jobs.insert_jobs(tx, [a_new_job(source_key="new")]),
    jobs.ids_of_sources: lambda tx, job: jobs.ids_of_sources(tx, ["new"]),
    jobs.get: lambda tx, job: jobs.get(tx, job.id),
    belt.look: lambda tx, job: belt.look(tx, now=NOW, in_hand=(), full_channels=(), limit=9),
    jobs.jobs_of: lambda tx, job: jobs.jobs_of(tx, [job.id]),
    jobs.all_of: lambda tx, job: jobs.all_of(tx, JobStatus.SUBMITTING),
    jobs.in_line: lambda tx, job: jobs.in_line(tx),
    jobs.in_line_of_server: lambda tx, job: jobs.in_line_of_server(tx, SERVER),
    jobs.live_of_member: lambda tx, job: jobs.live_of_member(tx, guild_id=SERVER, user_id=ANA),
    jobs.counts: lambda tx, job: jobs.counts(tx),
    jobs.past_seconds: lambda tx, job: jobs.past_seconds(tx, "imagine:sdxl"),
    jobs.taken_seconds: lambda tx, job: jobs.taken_seconds(tx, "imagine:sdxl"),
    moves.release: lambda tx, job: moves.release(tx, [job.id], now=NOW),
    moves.submitting: lambda tx, job: moves.submitting(tx, job, now=NOW, deadline_at=DEADLINE),
    moves.back_to_line: lambda tx, job: moves.back_to_line(tx, job, due_at=NOW),
    moves.accepted: lambda tx, job: moves.accepted(tx, job, a_ticket(), check_at=NOW),
    moves.rang: lambda tx, job: moves.rang(tx, job.id, claim="r1", now=NOW, quiet=timedelta(2)),
    moves.adopted: lambda tx, job: moves.adopted(tx, job, a_ticket()),
    moves.unclaimed: lambda tx, job: moves.unclaimed(tx, job),
    moves.called: lambda tx, job: moves.called(tx, [job.id]),
    moves.judged: lambda tx, job: moves.judged(tx, job, DONE),
    moves.settled: lambda tx, job: moves.settled(tx, job, DONE, now=NOW),
    moves.withhold: lambda tx, job: moves.withhold(tx, job),
    moves.delivered: lambda tx, job: moves.delivered(
        tx, job, route=Route.REPLY, message_id=None, now=NOW
    ),
    moves.later: lambda tx, job: moves.later(tx, job, due_at=DEADLINE),
    picks.put: lambda tx, job: picks.put(
        tx, [SOURCE], guild_id=SERVER, user_id=ANA, expires_at=DEADLINE
    ),
    picks.get: lambda tx, job: picks.get(tx, 1, 1, guild_id=SERVER, user_id=ANA, now=NOW),
    picks.clear: lambda tx, job: picks.clear(tx, before=NOW),
    preferences.of_server: lambda tx, job: preferences.of_server(tx, SERVER),
    preferences.set_server: lambda tx, job: preferences.set_server(tx, SERVER, ServerSettings()),
    preferences.of_member: lambda tx, job: preferences.of_member(tx, guild_id=SERVER, user_id=ANA),
    preferences.set_member: lambda tx, job: preferences.set_member(
        tx, MemberSettings(), guild_id=SERVER, user_id=ANA
    ),
    preferences.of_servers: lambda tx, job: preferences.of_servers(tx, [SERVER]),
    preferences.of_members: lambda tx, job: preferences.of_members(tx, [(SERVER, ANA)]),
    preferences.role_limits_of: lambda tx, job: preferences.role_limits_of(tx, [SERVER]),
    preferences.role_limits: lambda tx, job: preferences.role_limits(tx, SERVER),
    preferences.set_role: lambda tx, job: preferences.set_role(tx, SERVER, 1, None),
    preferences.clear_role: lambda tx, job: preferences.clear_role(tx, SERVER, 1),
    quotas.add_to_sums: lambda tx, job: quotas.add_to_sums(
        tx,
        [
            {
                "guild_id": SERVER,
                "user_id": ANA,
                "period": "2026-01",
                "pictures": 1,
                "cost_micros": 1,
            }
        ],
    ),
    quotas.sums: lambda tx, job: quotas.sums(tx, [WHOSE]),
    quotas.reserve: lambda tx, job: quotas.reserve(
        tx, [quotas.Reservation(job=job, when=TODAY, owner=TODAY, cost_micros=1)], now=NOW
    ),
    quotas.close: lambda tx, job: quotas.close(tx, job.id, charged=1, cost_micros=1, now=NOW),
    results.put: lambda tx, job: results.put(tx, job.id, [PICTURE]),
    results.of_job: lambda tx, job: results.of_job(tx, job.id),
    results.of_jobs: lambda tx, job: results.of_jobs(tx, [job.id]),
    results.put_thumbnail: lambda tx, job: results.put_thumbnail(tx, job.id, "aa", flagged=False),
    retention.ended: lambda tx, job: retention.ended(tx, after=(NOW, 0), before=NOW, limit=9),
    retention.drop: lambda tx, job: retention.drop(tx, Kept.PICTURES, [job.id]),
    retention.left_of_erased: lambda tx, job: retention.left_of_erased(tx, after=0, limit=9),
    slots.under_way: lambda tx, job: slots.under_way(tx),
    slots.taken: lambda tx, job: slots.taken(tx),
    slots.take: lambda tx, job: slots.take(tx, [job.id], maximum=5, now=NOW),
    slots.free: lambda tx, job: slots.free(tx, job.id),
    slots.hold_until: lambda tx, job: slots.hold_until(tx, job.id, NOW),
    slots.free_expired: lambda tx, job: slots.free_expired(tx, now=NOW),
    turns.of_servers: lambda tx, job: turns.of_servers(tx, [SERVER]),
    turns.served: lambda tx, job: turns.served(tx, [(SERVER, ANA)]),
    turns.next_up: lambda tx, job: turns.next_up(
        tx, now=NOW, shut_works=(), resting=(), in_hand=(), each=5
    ),
}


def _name(function: Callable[..., object]) -> str:
    return f"{function.__module__.removeprefix('storage.')}.{function.__name__}"


async def _in(transaction: AbstractAsyncContextManager[Transaction], call: Call, job: Job) -> None:
    async with transaction as tx:
        await call(tx, job)


def _everything(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as file:
        return list(file.iterdump())


def test_every_function_is_in_the_table() -> None:
    found = {
        function
        for module in MODULES
        for name, function in inspect.getmembers(module, inspect.iscoroutinefunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }
    assert found == set(CALLS)
    rooms = {path.stem for path in Path(inspect.getfile(jobs)).parent.glob("*.py")}
    looked_at = {module.__name__.rpartition(".")[2] for module in MODULES}
    # These take no transaction.
    apart = {"__init__", "checkup", "database", "driver", "pictures", "tables"}
    apart |= {"threads", "turnstile"}
    assert rooms - looked_at == apart


@pytest.mark.parametrize(
    "call",
    CALLS.values(),
    ids=[f"{f.__module__}.{f.__name__}" for f in CALLS],
)
async def test_a_held_database_is_said_in_a_sentence_and_nothing_changes(
    database: Database, path: Path, call: Call
) -> None:
    job = await a_job_in(database, JobStatus.QUEUED)
    before = _everything(path)
    with closing(sqlite3.connect(path)) as other:
        # Not even readers get in. (Our idle connections would keep it from being locked so.)
        await database._engine.dispose()
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE facts SET value = value")
        for transaction in (database.transaction, database.reading):
            with pytest.raises(StorageBusy, match=r"^the database is busy$"):
                await _in(transaction(), call, job)
    assert _everything(path) == before
