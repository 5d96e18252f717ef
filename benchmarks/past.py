"""A long past, written straight into a database file: rows as the bot would have left them."""

import hashlib
import json
import random
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.domain.request import Aspect, ImageRequest, Kind
from bot.domain.search import folded

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
JOBS_OF_ONE = 50
MEMBERS_OF_SERVER = 20
BUSY_MEMBERS_JOBS = 20_000
BATCH = 20_000

_EVERY = timedelta(seconds=60)
_PHRASES = (
    "a red fox",
    "an old wooden boat",
    "a glass tower at night",
    "a misty mountain garden",
    "a stone bridge over a river",
    "a sunlit city of paper",
    "a knight with a lantern",
    "a clockwork robot",
    "a blue whale above the clouds",
    "in the style of an etching",
    "as a watercolour",
    "photo, shallow depth of field",
)


def member(number: int) -> tuple[int, int]:
    """The id of a member, and of the server that they are in."""
    return 10_000_000 + number, 1_000 + number // MEMBERS_OF_SERVER


BUSY = (9_999_999, 999)


def _requests(draw: random.Random) -> list[tuple[ImageRequest, str, str]]:
    """Some requests as people make them, with their JSON and the words that a search compares."""
    made = []
    for _ in range(997):
        request = ImageRequest(
            kind=draw.choice((Kind.IMAGINE, Kind.IMAGINE, Kind.IMAGINE, Kind.REMIX)),
            prompt=", ".join(draw.choices(_PHRASES, k=draw.randint(1, 9))),
            model=draw.choice(("flux", "sdxl", "realtime")),
            negative="blurry, text" if draw.random() < 0.3 else "",
            aspect=draw.choice(list(Aspect)),
            seed=draw.randrange(2**32) if draw.random() < 0.2 else None,
            private=draw.random() < 0.1,
        )
        made.append((request, json.dumps(asdict(request)), folded(request.prompt)))
    return made


def _whose(count: int, draw: random.Random) -> Iterator[tuple[int, int]]:
    """Who asked for each job, one after the other, members mixed as they come in life."""
    busy = BUSY_MEMBERS_JOBS if count > BUSY_MEMBERS_JOBS else 0
    order = [number % (count // JOBS_OF_ONE) for number in range(count)]
    draw.shuffle(order)
    for position, number in enumerate(order):
        yield member(number)
        if busy and position % (count // busy) == 0:
            yield BUSY


def write(path: Path, count: int, digests: Sequence[str]) -> None:
    """The rows of so many delivered jobs, the newest an hour ago. `digests` are of thumbnails."""
    draw = random.Random(count)
    requests = _requests(draw)
    sums: Counter[tuple[int, int, str]] = Counter()
    with closing(sqlite3.connect(path)) as file:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-400000"):
            file.execute(f"PRAGMA {pragma}")
        begins = NOW - timedelta(hours=1) - _EVERY * count
        batch: dict[str, list[tuple[Any, ...]]] = {table: [] for table in _INSERTS}
        for number, (user_id, guild_id) in enumerate(_whose(count, draw), 1):
            at = begins + _EVERY * number
            _job(batch, sums, number, user_id, guild_id, draw.choice(requests), at)
            if number % 25:
                batch["thumbnails"].append((number, digests[number % len(digests)]))
            if number % BATCH == 0:
                _flush(file, batch)
        _flush(file, batch)
        file.executemany(
            "INSERT INTO totals (guild_id, user_id, period, pictures, cost_micros) "
            "VALUES (?, ?, ?, ?, ?)",
            [(*key, pictures, pictures * 4700) for key, pictures in sums.items()],
        )
        file.commit()


_INSERTS = {
    "jobs": (
        "INSERT INTO jobs (id, source_key, status, kind, work, user_id, guild_id, channel_id, "
        "age_restricted, request, words, seed, created_at, due_at, submitted_at, deadline_at, "
        "ticket, verdict, outcome, settled_at, route, message_id, delivered_at) VALUES "
        "(?, ?, 'delivered', ?, ?, ?, ?, 21, 0, ?, ?, 7, ?, ?, ?, ?, ?, ?, ?, ?, 'reply', ?, ?)"
    ),
    "cards": (
        "INSERT INTO cards (job_id, private, token, token_expires_at, file_limit_bytes, "
        "message_id) VALUES (?, ?, ?, ?, 10485760, ?)"
    ),
    "thumbnails": "INSERT INTO thumbnails (job_id, sha256, flagged) VALUES (?, ?, 0)",
    "ledger": (
        "INSERT INTO ledger (job_id, entry, guild_id, user_id, day, month, utc_day, utc_month, "
        "pictures, cost_micros, booked_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    ),
}


def _job(
    batch: dict[str, list[tuple[Any, ...]]],
    sums: Counter[tuple[int, int, str]],
    number: int,
    user_id: int,
    guild_id: int,
    asked: tuple[ImageRequest, str, str],
    at: datetime,
) -> None:
    """A job's rows, as they stand when it is long done; one of 25 has failed."""
    request, text, words = asked
    ms, message_id = int(at.timestamp() * 1000), 10**18 + number
    failed = number % 25 == 0
    outcome = {"verdict": "failed", "detail": "The service said no.", "received": 0, "flagged": 0}
    if not failed:
        outcome = {"verdict": "pictures", "detail": "", "received": request.count, "flagged": 0}
    ticket: dict[str, Any] = {
        "family": "v7/images",
        "remote_id": None,
        "fetch_url": None,
        "links": [],
    }
    batch["jobs"].append(
        (
            number,
            f"interaction:{10**18 + number}",
            request.kind.value,
            request.work,
            user_id,
            guild_id,
            text,
            words,
            ms,
            ms,
            ms + 400,
            ms + 600_400,
            json.dumps({**ticket, "flagged": False}),
            outcome["verdict"],
            json.dumps(outcome),
            ms + 4_000,
            message_id,
            ms + 4_500,
        )
    )
    token = hashlib.sha512(str(number).encode()).hexdigest()
    batch["cards"].append((number, request.private, token, ms + 900_000, message_id))
    day, month = f"{at:%Y-%m-%d}", f"{at:%Y-%m}"
    used = -request.count if failed else 0
    for entry, pictures in (
        ("reserve", request.count),
        ("refund" if failed else "settle", used),
    ):
        cost_micros = pictures * 4700
        whose = (guild_id, user_id, day, month, day, month)
        batch["ledger"].append((number, entry, *whose, pictures, cost_micros, ms))
        for key in (
            (guild_id, user_id, day),
            (guild_id, user_id, month),
            (guild_id, 0, day),
            (guild_id, 0, month),
            (guild_id, 0, f"utc:{day}"),
            (0, 0, f"utc:{month}"),
        ):
            sums[key] += pictures


def _flush(file: sqlite3.Connection, batch: dict[str, list[tuple[Any, ...]]]) -> None:
    for table, rows in batch.items():
        file.executemany(_INSERTS[table], rows)
        rows.clear()
    file.commit()
