"""Looks at the database from outside. Makes, migrates and writes nothing, and keeps no lock."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from alembic.script import ScriptDirectory
from filelock import FileLock, Timeout

from bot.domain.checkup import Finding, note, ok, sick, unseen
from bot.domain.job import VendorTicket
from storage.database import APPLICATION_ID, MIGRATIONS
from storage.pictures import FOLDER

TOPIC = "database"
# A thousand pictures of 1024 px, and as little as half of that is no room to work in.
ROOM_WANTED_BYTES = 2 * 1024**3
ROOM_NEEDED_BYTES = 500 * 1024**2
BUSY_TIMEOUT_S = 2.0


@dataclass(frozen=True, slots=True)
class OldTicket:
    """A job of the past by its name at the vendor."""

    ticket: VendorTicket
    settled_at: datetime


def look(path: Path) -> list[Finding]:
    """Identity and schema of the file, who uses it, and whether its folder has room. Blocks."""
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    return [_file(path), _folder(path, folder), room(shutil.disk_usage(folder).free)]


def room(free_bytes: int) -> Finding:
    """Whether the disk can take pictures for a while."""
    free = f"{free_bytes / 1024**3:.1f} GiB free"
    if free_bytes >= ROOM_WANTED_BYTES:
        return ok("disk", free)
    advice = "Make room, or let KEEP_PICTURES_DAYS keep pictures for fewer days."
    if free_bytes >= ROOM_NEEDED_BYTES:
        return note("disk", f"only {free}", advice)
    return sick("disk", f"only {free}: pictures will soon find no place", advice)


def oldest_ticket(path: Path) -> OldTicket | None:
    """The longest-settled job that has a name at the vendor; None where none is to be had."""
    query = (
        "SELECT family, remote_id, settled_at FROM jobs WHERE verdict = 'pictures' "
        "AND family IS NOT NULL AND remote_id IS NOT NULL AND settled_at IS NOT NULL "
        "ORDER BY id LIMIT 1"
    )
    with suppress(sqlite3.Error), closing(_read_only(path)) as database:
        for family, remote_id, settled_ms in database.execute(query):
            settled_at = datetime.fromtimestamp(settled_ms / 1000, UTC)
            return OldTicket(VendorTicket(family=family, remote_id=remote_id), settled_at)
    return None


def told_path(path: Path) -> str:
    """`path` as it may be shown to anybody: from here, or from home, without a user's name."""
    absolute = path.absolute()
    if absolute.is_relative_to(Path.cwd()):
        return str(absolute.relative_to(Path.cwd()))
    with suppress(RuntimeError):
        if absolute.is_relative_to(Path.home()):
            return f"~/{absolute.relative_to(Path.home())}"
    return str(absolute)


def _file(path: Path) -> Finding:
    name = path.name
    if not os.path.lexists(path):
        return ok(TOPIC, f"no {name} yet; the first start makes it")
    if not path.is_file():
        return sick(
            TOPIC, f"{told_path(path)} is not a file", "Let DATABASE_URL name a file in a folder."
        )
    if not os.access(path, os.R_OK | os.W_OK):
        return sick(
            TOPIC,
            f"{name} may not be read and written by this user",
            f"Give it to the user who runs the bot: sudo chown $(id -u) {told_path(path)}*",
        )
    try:
        with closing(_read_only(path)) as database:
            fault = _identity(database, name)
            return fault or _users(path, _schema(database))
    except sqlite3.DatabaseError as error:
        return _unreadable(name, error)


def _unreadable(name: str, error: sqlite3.DatabaseError) -> Finding:
    if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
        return note(TOPIC, f"{name} is busy just now", "Look again in a minute.")
    return sick(
        TOPIC,
        f"{name} is not a database of Limner, or is broken ({error})",
        "Let DATABASE_URL name another file, or put a backup in this one's place.",
    )


def _identity(database: sqlite3.Connection, name: str) -> Finding | None:
    """What forbids to use the file; None where nothing does."""
    (identity,) = database.execute("PRAGMA application_id").fetchone()
    (tables,) = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if identity != APPLICATION_ID and (identity or tables):
        return sick(
            TOPIC,
            f"{name} is not a database of Limner",
            "Let DATABASE_URL name another file; a new one is made at the first start.",
        )
    newer = _revisions(database) - set(_known())
    if newer:
        return sick(
            TOPIC,
            f"{name} was written by a newer Limner (schema {', '.join(sorted(newer))})",
            "Run that version again, or restore the backup from before it.",
        )
    return None


def _schema(database: sqlite3.Connection) -> str:
    found = _revisions(database)
    if not found:
        return "still empty"
    revision, newest = max(found), next(_known())
    if revision == newest:
        return f"ours, schema {revision}"
    return f"ours, schema {revision}, which the next start brings to {newest}"


def _users(path: Path, schema: str) -> Finding:
    """Who has the file. The lock is had for no longer than it takes to see that it was free."""
    lock = path.with_name(path.name + ".lock")
    if lock.exists():
        try:
            with FileLock(lock, thread_local=False).acquire(timeout=0):
                pass
        except Timeout:
            return ok(TOPIC, f"{schema}; in use by a running Limner")
        except OSError:
            return unseen(TOPIC, f"{schema}; whether a Limner runs on it cannot be seen from here")
    return ok(TOPIC, f"{schema}; no Limner is running on it")


def _folder(path: Path, folder: Path) -> Finding:
    """Whether files can really be made, there and for pictures; nameless ones, which leave nothing
    behind."""
    wanted = path.absolute().parent
    pictures = wanted / FOLDER
    places = {folder: wanted} | ({pictures: pictures} if os.path.lexists(pictures) else {})
    for place, asked in places.items():
        try:
            with tempfile.TemporaryFile(dir=place) as scratch:
                scratch.write(b"x")
                scratch.flush()
        except OSError as error:
            return sick(
                "folder",
                f"nothing can be written into {told_path(place)} ({error.strerror})",
                f"Make it a folder that the user who runs the bot may write: {told_path(asked)}",
            )
    if folder != wanted:
        return ok("folder", f"{told_path(wanted)} can be made")
    return ok("folder", f"{told_path(wanted)} can be written")


def _revisions(database: sqlite3.Connection) -> set[str]:
    kept = "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
    if database.execute(kept).fetchone() is None:
        return set()
    return {revision for (revision,) in database.execute("SELECT version_num FROM alembic_version")}


def _known() -> Iterator[str]:
    """Every schema that this version knows, the newest first."""
    return (script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions())


def _read_only(path: Path) -> sqlite3.Connection:
    # A plain read-only connection would make the log's two files beside a file that is at rest.
    at_rest = not path.with_name(path.name + "-wal").exists()
    how = "immutable=1" if at_rest else "mode=ro"
    uri = f"{path.absolute().as_uri()}?{how}"
    return sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_S)
