"""Picture files beside the database, named by their content. Knows bytes, not jobs."""

import asyncio
import contextlib
import hashlib
import os
import re
import tempfile
import time
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from bot.domain.errors import StorageError, StorageUnusable
from storage.threads import apart

#: Its name, in the folder of the database.
FOLDER = "pictures"
_DIGEST = re.compile(r"[0-9a-f]{64}")
_UNFINISHED = ".new-"


class PictureFiles:
    """A folder of files, each named by the SHA-256 of what is in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def require_writable(self) -> None:
        """Return if pictures can be kept: what cannot be is bought in vain.

        Raises StorageUnusable with one sentence.
        """
        await asyncio.to_thread(self._require_writable)

    async def put(self, data: bytes) -> str:
        """Keep the bytes, safe on the disk when this returns; their SHA-256 in hex."""
        return await asyncio.to_thread(self._put, data)

    async def get(self, sha256: str) -> bytes:
        """The bytes kept under this digest. Raises StorageError if they are gone or damaged."""
        return await asyncio.to_thread(self._get, sha256)

    async def remove(self, sha256: str) -> None:
        """Forget the bytes; nothing happens where there are none."""
        try:
            await apart(self._path(sha256).unlink, missing_ok=True)
        except OSError as error:
            raise StorageError(f"a picture could not be removed: {error.strerror}") from error

    async def missing(self, digests: Iterable[str]) -> set[str]:
        """Those under which nothing is kept (any more).

        Asked in the transaction that names them, it stays true: `Leftovers` removes in its own.
        """
        return await apart(self._missing, list(digests))

    async def older_than(self, age: timedelta) -> list[str]:
        """The digests of all files that were last kept longer ago than that."""
        return await asyncio.to_thread(self._older_than, time.time() - age.total_seconds())

    async def clear_unfinished(self, age: timedelta) -> int:
        """Remove what was still being written when a process died, that long ago; how many."""
        return await asyncio.to_thread(self._clear_unfinished, time.time() - age.total_seconds())

    def _require_writable(self) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=self._folder).close()
        except OSError as error:
            raise StorageUnusable(
                f"the folder {self._folder.name} cannot be written: {error.strerror}"
            ) from error

    def _clear_unfinished(self, moment_s: float) -> int:
        halves = self._older(f"{_UNFINISHED}*", moment_s)
        try:
            for path in halves:
                path.unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(f"a picture could not be removed: {error.strerror}") from error
        return len(halves)

    def _older_than(self, moment_s: float) -> list[str]:
        found = self._older("*", moment_s)
        return [path.name for path in found if _DIGEST.fullmatch(path.name)]

    def _older(self, names: str, moment_s: float) -> list[Path]:
        """The files of such names that were written before then."""
        try:
            return [path for path in self._folder.glob(f"??/{names}") if _is_older(path, moment_s)]
        except OSError as error:
            raise StorageError(f"the pictures could not be listed: {error.strerror}") from error

    def _missing(self, digests: Iterable[str]) -> set[str]:
        return {sha256 for sha256 in digests if not self._path(sha256).exists()}

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256

    def _put(self, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        path = self._path(sha256)
        try:
            with contextlib.suppress(FileNotFoundError):
                # Kept anew: whoever sweeps up what nobody names must not take it now.
                os.utime(path)
                return sha256
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=_UNFINISHED)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                Path(name).replace(path)
                _sync_folder(path.parent)
            except OSError:
                with contextlib.suppress(OSError):
                    Path(name).unlink()
                raise
        except OSError as error:
            raise StorageError(f"a picture could not be kept: {error.strerror}") from error
        return sha256

    def _get(self, sha256: str) -> bytes:
        try:
            data = self._path(sha256).read_bytes()
        except OSError as error:
            raise StorageError(f"a picture could not be read: {error.strerror}") from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise StorageError("a picture is damaged on the disk")
        return data


def _is_older(path: Path, moment_s: float) -> bool:
    """Whether a file was written before then; one that has gone since it was listed was not."""
    try:
        return path.stat().st_mtime < moment_s
    except FileNotFoundError:
        return False
    except OSError as error:
        raise StorageError(f"a picture could not be looked at: {error.strerror}") from error


def _sync_folder(folder: Path) -> None:
    # The name is only safe when the folder is.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
