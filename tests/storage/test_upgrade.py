"""A file of the first version, with a past and live jobs, learns what the second one keeps."""

import json
import sqlite3
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.domain.job import JobStatus
from bot.domain.limits import period
from bot.domain.request import InputPicture, Kind
from bot.domain.search import folded
from storage import easels, jobs, quotas
from storage.database import Database
from tests.storage.ground import ALIAS, a_new_job, a_request, an_empty_file, url_of, usage_of
from tests.storage.sums import DRIFT

HOME, OTHER, ANA, BOB = 11, 12, 101, 102
LIVE_JOB = 7
# More than are brought up to date at once.
MANY_JOBS = 2_100
PROMPTS = {
    1: "A red  FOX",
    2: "Straße im Füchs-Licht",
    3: "ﬁne ｗｏｒｄｓ\n and\tlines",
    4: "",
    LIVE_JOB: "STILL under way",
}


def ms(moment: str) -> int:
    return int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp() * 1000)


def entry(
    job: int, kind: str, where: tuple[int, int], local_day: str, utc_month: str, booked: str,
    pictures: int, cost: int,
) -> tuple[Any, ...]:  # fmt: skip
    """A row as the first version wrote it: the owner's month is all that it knew in UTC."""
    return (
        job, kind, *where, local_day, local_day[:7], utc_month, pictures, cost, ms(booked)
    )  # fmt: skip


# OTHER lives in Kiritimati, fourteen hours ahead.
LEDGER = [
    entry(1, "reserve", (HOME, ANA), "2026-10-31", "2026-10", "2026-10-31T23:59", 4, 400),
    # Ended after midnight, and a month later: it belongs to October and to the 31st.
    entry(1, "settle", (HOME, ANA), "2026-10-31", "2026-10", "2026-11-01T00:01", -1, -100),
    entry(2, "reserve", (HOME, BOB), "2026-11-01", "2026-11", "2026-11-01T00:00", 2, 200),
    entry(2, "refund", (HOME, BOB), "2026-11-01", "2026-11", "2026-11-01T00:05", -2, -200),
    # Noon in Greenwich on the 31st of October is November there.
    entry(3, "reserve", (OTHER, ANA), "2026-11-01", "2026-10", "2026-10-31T12:00", 3, 300),
    entry(3, "settle", (OTHER, ANA), "2026-11-01", "2026-10", "2026-10-31T12:01", 0, 0),
    entry(4, "reserve", (HOME, ANA), "2026-11-20", "2026-11", "2026-11-20T08:00", 1, 100),
    # Refunded, though it cost.
    entry(4, "refund", (HOME, ANA), "2026-11-20", "2026-11", "2026-11-20T08:01", -1, 0),
    entry(LIVE_JOB, "reserve", (HOME, ANA), "2026-11-20", "2026-11", "2026-11-20T11:00", 4, 400),
]
TOTALS = {
    (HOME, ANA, "2026-10-31"): (3, 300),
    (HOME, ANA, "2026-10"): (3, 300),
    (HOME, 0, "2026-10-31"): (3, 300),
    (HOME, 0, "2026-10"): (3, 300),
    (HOME, 0, "utc:2026-10-31"): (3, 300),
    (HOME, BOB, "2026-11-01"): (0, 0),
    (HOME, BOB, "2026-11"): (0, 0),
    (HOME, 0, "2026-11-01"): (0, 0),
    (HOME, 0, "utc:2026-11-01"): (0, 0),
    (OTHER, ANA, "2026-11-01"): (3, 300),
    (OTHER, ANA, "2026-11"): (3, 300),
    (OTHER, 0, "2026-11-01"): (3, 300),
    (OTHER, 0, "2026-11"): (3, 300),
    (OTHER, 0, "utc:2026-10-31"): (3, 300),
    (HOME, ANA, "2026-11-20"): (4, 500),
    (HOME, ANA, "2026-11"): (4, 500),
    (HOME, 0, "2026-11-20"): (4, 500),
    (HOME, 0, "2026-11"): (4, 500),
    (HOME, 0, "utc:2026-11-20"): (4, 500),
    (0, 0, "utc:2026-10"): (6, 600),
    (0, 0, "utc:2026-11"): (4, 500),
}


def a_job_row(number: int) -> tuple[Any, ...]:
    live = number == LIVE_JOB
    prompt = PROMPTS.get(number, f"fox number {number}")
    request = asdict(a_request(prompt=prompt, count=4 if live else 1))
    return (
        number,
        f"interaction:{number}",
        "queued" if live else "delivered",
        "imagine",
        "imagine:sdxl",
        ANA,
        HOME,
        21,
        0,
        json.dumps(request),
        7,
        ms("2026-11-20T11:00"),
        ms("2026-11-20T11:00"),
        None if live else "pictures",
        None if live else json.dumps({"verdict": "pictures", "received": 1}),
        None if live else ms("2026-11-20T11:05"),
        None if live else "reply",
        None if live else ms("2026-11-20T11:06"),
    )


@pytest.fixture
def old_file(path: Path) -> Path:
    """A file as the first version left it: its own schema, and rows in its own columns."""
    an_empty_file(path, revision="0001")
    with closing(sqlite3.connect(path)) as file, file:
        file.executemany(
            "INSERT INTO jobs (id, source_key, status, kind, work, user_id, guild_id, channel_id,"
            " age_restricted, request, seed, created_at, due_at, verdict, outcome, settled_at,"
            f" route, delivered_at) VALUES ({', '.join('?' * 18)})",
            [a_job_row(number) for number in [*range(1, MANY_JOBS), MANY_JOBS + 50]],
        )
        # The newest number was given away and must not be given again.
        file.execute("DELETE FROM jobs WHERE id = ?", [MANY_JOBS + 50])
        file.executemany(
            "INSERT INTO ledger (job_id, entry, guild_id, user_id, day, month, utc_month, pictures,"
            " cost_micros, booked_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            LEDGER,
        )
        source = InputPicture(sha256="aa", mime="image/png", width_px=8, height_px=8, size_bytes=8)
        request = a_request(kind=Kind.INPAINT, prompt="a mill", source=source)
        file.execute(
            "INSERT INTO easels (name, user_id, guild_id, channel_id, age_restricted, request,"
            " source_sha256, file_limit_bytes, expires_at)"
            " VALUES ('ticket', ?, ?, 21, 0, ?, 'aa', 10000000, ?)",
            (ANA, HOME, json.dumps(asdict(request)), ms("2026-11-20T12:00")),
        )
        file.execute("INSERT INTO server_settings (guild_id, server_day) VALUES (?, 50)", [HOME])
    return path


def rows(path: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as file:
        return file.execute(query).fetchall()


async def test_the_ledger_keeps_its_entries_and_learns_the_owners_day(old_file: Path) -> None:
    columns = (
        "id, job_id, entry, guild_id, user_id, day, month, utc_month, pictures, cost_micros,"
        " booked_at"
    )
    before = rows(old_file, f"SELECT {columns} FROM ledger ORDER BY id")
    await (await Database.open(url_of(old_file))).close()
    assert rows(old_file, f"SELECT {columns} FROM ledger ORDER BY id") == before
    # Of the reservation, also where the end came after midnight.
    assert rows(old_file, "SELECT job_id, utc_day FROM ledger ORDER BY id") == [
        (1, "2026-10-31"),
        (1, "2026-10-31"),
        (2, "2026-11-01"),
        (2, "2026-11-01"),
        (3, "2026-10-31"),
        (3, "2026-10-31"),
        (4, "2026-11-20"),
        (4, "2026-11-20"),
        (LIVE_JOB, "2026-11-20"),
    ]
    assert rows(old_file, "PRAGMA foreign_key_check") == []
    assert rows(old_file, "SELECT name FROM sqlite_master WHERE name LIKE '%before%'") == []


async def test_the_totals_are_drawn_from_the_ledger(old_file: Path) -> None:
    await (await Database.open(url_of(old_file))).close()
    drawn = rows(old_file, "SELECT guild_id, user_id, period, pictures, cost_micros FROM totals")
    assert {tuple(row[:3]): tuple(row[3:]) for row in drawn} == TOTALS
    assert rows(old_file, DRIFT) == []


async def test_every_prompt_can_be_searched_for(old_file: Path) -> None:
    await (await Database.open(url_of(old_file))).close()
    words = dict(rows(old_file, "SELECT id, words FROM jobs"))
    assert len(words) == MANY_JOBS - 1
    for number, found in words.items():
        assert found == folded(PROMPTS.get(number, f"fox number {number}"))
    assert words[2] == "strasse im füchs-licht"
    assert words[3] == "fine words and lines"


async def test_a_job_that_was_under_way_goes_on_where_it_was_booked(old_file: Path) -> None:
    database = await Database.open(url_of(old_file))
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    when = period(noon, "UTC")
    try:
        async with database.transaction() as tx:
            job = await jobs.get(tx, LIVE_JOB)
            assert job is not None
            assert (job.status, job.withheld, job.erased) == (JobStatus.QUEUED, False, False)
            assert (job.requester.role_ids, job.requester.parent_ids) == ((), ())
            before = await usage_of(
                tx, guild_id=HOME, user_id=ANA, alias=ALIAS, when=when, owner=when
            )
            assert (before.server_day, before.member_day, before.owner_day) == (4, 4, 4)
            assert (before.server_month, before.server_line) == (4, 1)
            await quotas.close(tx, LIVE_JOB, charged=1, cost_micros=100, now=noon)
            after = await usage_of(
                tx, guild_id=HOME, user_id=ANA, alias=ALIAS, when=when, owner=when
            )
            assert (after.server_day, after.member_day, after.owner_day) == (1, 1, 1)
            assert not (await tx.execute(text(DRIFT))).all()
            (new,) = await jobs.insert_jobs(tx, [a_new_job(created_at=noon)])
            assert new.id > MANY_JOBS + 50
    finally:
        await database.close()


async def test_a_ticket_of_the_mask_page_still_opens(old_file: Path) -> None:
    database = await Database.open(url_of(old_file))
    try:
        async with database.reading() as tx:
            easel = await easels.get(tx, "ticket")
        assert easel is not None
        assert easel.request.prompt == "a mill"
        assert easel.requester.role_ids == ()
    finally:
        await database.close()
