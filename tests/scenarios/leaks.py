"""The one judge of where a secret can be read that must not be there. Changes nothing.

Looks through every byte that the bot keeps, names of files included, its log with all traces,
everything ever posted, and what the vendor was told.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.wire.components import walk

if TYPE_CHECKING:
    from tests.scenarios.town import Town
    from tests.wire.messages import MessageState

PAGES = ("metrics", "healthz", "readyz")
_LINK = 5


class Place(Enum):
    """Where something can be read."""

    LOG = "log"
    DATABASE = "database"
    FILE = "file"  # of the bot's, beside log and database: pictures, and the names of them all
    POSTED = "message"
    WHISPERED = "private message"
    VENDOR = "vendor"
    PAGE = "page"


@dataclass(frozen=True)
class Secret:
    """Texts of one kind, and the only places where they may be read."""

    name: str
    texts: tuple[str, ...]
    may_be_in: tuple[Place, ...] = ()

    def is_in(self, data: bytes) -> bool:
        # Thousands of tokens that begin alike are looked for one by one only where one may be.
        if not self.texts or self._beginning not in data:
            return False
        return any(text.encode() in data for text in self.texts)

    @cached_property
    def _beginning(self) -> bytes:
        """How all of them begin."""
        first, last = min(self.texts), max(self.texts)
        unlike = (place for place, sign in enumerate(first) if not last.startswith(sign, place))
        return first[: next(unlike, len(first))].encode()


def secrets_of(town: "Town") -> list[Secret]:
    """Everything that this town's bot was trusted with, or has made, and must not tell."""
    given = town.settings.get("SECRET_KEY")
    return [
        Secret("Discord's token", (town.discord.token,)),
        Secret("the vendor's key", (town.vendor.key,)),
        # One that the bot made itself has no other home.
        Secret("the signing key", (given,))
        if given
        else Secret("the signing key", _made_key(town), (Place.DATABASE,)),
        # Cards are edited by them, after a restart, too.
        Secret("an interaction's token", tuple(town.discord.interactions), (Place.DATABASE,)),
        # The vendor must know where to ring, and rings there.
        Secret("a doorbell's ticket", _bells(town), (Place.VENDOR,)),
        # Whoever asked for the mask page gets its link.
        Secret("a mask page's ticket", _mask_tickets(town), (Place.WHISPERED,)),
    ]


def found(town: "Town", *, pages: Mapping[str, str] | None = None) -> list[str]:
    """What can be read where it must not be, without telling it; `pages` as `town.health` has."""
    secrets = secrets_of(town)
    return [
        f"{secret.name} in {name}"
        for place, name, data in (*_places(town), *_served(pages or {}))
        for secret in secrets
        if place not in secret.may_be_in and secret.is_in(data)
    ]


async def found_anywhere(town: "Town") -> list[str]:
    """The same, with the pages that a running bot serves."""
    return found(town, pages={page: (await town.health(page))[1] for page in PAGES})


def _places(town: "Town") -> Iterator[tuple[Place, str, bytes]]:
    yield from _files(town)
    for channel in town.discord.world.channels.values():
        for message in channel.history:
            for state in message.edits:
                place = Place.WHISPERED if message.ephemeral else Place.POSTED
                yield place, f"#{channel.name}", _said(state)
    for job in town.vendor.book:
        yield Place.VENDOR, "what the vendor was told", repr(job.body).encode()


def _files(town: "Town") -> Iterator[tuple[Place, str, bytes]]:
    names = []
    for path in town.folder.rglob("*"):
        name = str(path.relative_to(town.folder))
        names.append(name)
        # What a running bot keeps comes and goes.
        with suppress(FileNotFoundError, IsADirectoryError):
            yield _kind(town, name), name, path.read_bytes()
    yield Place.FILE, "the names of its files", "\n".join(names).encode()


def _kind(town: "Town", name: str) -> Place:
    if name == "bot.log":
        return Place.LOG
    # With its journal and its lock.
    return Place.DATABASE if name.startswith(f"data/{town.database.name}") else Place.FILE


def _said(state: "MessageState") -> bytes:
    files = [
        part
        for file in state.files
        for part in (file.filename.encode(), (file.description or "").encode(), file.bytes)
    ]
    return b"\n".join([f"{state.text} {state.components} {state.embeds}".encode(), *files])


def _served(pages: Mapping[str, str]) -> Iterator[tuple[Place, str, bytes]]:
    for name, text in pages.items():
        yield Place.PAGE, f"/{name}", text.encode()


def _made_key(town: "Town") -> tuple[str, ...]:
    if not town.database.exists():
        return ()
    with closing(sqlite3.connect(f"file:{town.database}?mode=ro", uri=True, timeout=5)) as database:
        try:
            rows = database.execute("SELECT value FROM facts WHERE key = 'secret_key'").fetchall()
        except sqlite3.OperationalError:
            # Killed before it had any tables.
            return ()
    return tuple(str(value) for (value,) in rows)


def _bells(town: "Town") -> tuple[str, ...]:
    return tuple(_last(job.webhook) for job in town.vendor.book if job.webhook)


def _mask_tickets(town: "Town") -> tuple[str, ...]:
    home = town.settings.get("PUBLIC_URL")
    return tuple(
        _last(str(part["url"]))
        for channel in town.discord.world.channels.values()
        for message in channel.history
        for state in message.edits
        for _, part in walk(state.components)
        if home and part.get("style") == _LINK and str(part.get("url", "")).startswith(home)
    )


def _last(url: str) -> str:
    return urlsplit(url).path.rpartition("/")[2]
