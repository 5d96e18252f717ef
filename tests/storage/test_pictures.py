"""The picture folder: named by content, whole or not there, and honest about damage."""

import asyncio
import errno
import hashlib
import os
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.errors import StorageError, StorageUnusable
from storage.pictures import PictureFiles

FOX = b"not really a picture of a fox"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "pictures"


@pytest.fixture
def files(folder: Path) -> PictureFiles:
    return PictureFiles(folder)


def everything_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_what_was_put_is_got_by_its_digest(files: PictureFiles, folder: Path) -> None:
    sha256 = await files.put(FOX)
    assert sha256 == hashlib.sha256(FOX).hexdigest()
    assert await files.get(sha256) == FOX
    assert everything_in(folder) == [folder / sha256[:2] / sha256]


async def test_the_same_picture_is_kept_once(files: PictureFiles, folder: Path) -> None:
    digests = await asyncio.gather(*(files.put(FOX) for _ in range(20)))
    assert len(set(digests)) == 1
    assert len(everything_in(folder)) == 1


async def test_a_picture_outlives_the_process(files: PictureFiles, folder: Path) -> None:
    sha256 = await files.put(FOX)
    assert await PictureFiles(folder).get(sha256) == FOX


async def test_a_removed_picture_is_gone_and_may_be_removed_again(
    files: PictureFiles, folder: Path
) -> None:
    sha256 = await files.put(FOX)
    for _ in range(2):
        await files.remove(sha256)
    assert everything_in(folder) == []
    with pytest.raises(StorageError, match=r"^a picture could not be read: No such file"):
        await files.get(sha256)


async def test_a_damaged_picture_is_never_handed_out(files: PictureFiles, folder: Path) -> None:
    sha256 = await files.put(FOX)
    (folder / sha256[:2] / sha256).write_bytes(FOX[:-1])
    with pytest.raises(StorageError, match=r"^a picture is damaged on the disk$"):
        await files.get(sha256)


async def test_a_full_disk_leaves_neither_the_picture_nor_half_of_it(
    files: PictureFiles, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(StorageError, match=r"^a picture could not be kept: No space left"):
            await files.put(FOX)
    assert everything_in(folder) == []
    # And there is room again.
    assert await files.get(await files.put(FOX)) == FOX


class Killed(BaseException):
    """The process is gone; nobody tidies up."""


async def test_half_a_picture_of_a_killed_process_goes_after_a_while(
    files: PictureFiles, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_: int) -> None:
        raise Killed

    kept = await files.put(b"a whole one")
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", killed)
        with pytest.raises(Killed):
            await files.put(FOX)
    [half] = [path for path in everything_in(folder) if path.name != kept]
    # It may be one that is being written just now.
    assert await files.clear_unfinished(timedelta(hours=1)) == 0
    for path in everything_in(folder):
        os.utime(path, (time.time() - 7200,) * 2)
    assert await files.older_than(timedelta(hours=1)) == [kept]
    assert await files.clear_unfinished(timedelta(hours=1)) == 1
    assert not half.exists()
    assert await files.get(kept) == b"a whole one"


async def test_a_file_that_goes_while_all_are_looked_through_is_passed_over(
    files: PictureFiles, folder: Path
) -> None:
    """The clean-up, and with it the whole bot, used to end when somebody deleted a result."""
    kept = await files.put(FOX)
    os.utime(folder / kept[:2] / kept, (time.time() - 7200,) * 2)
    for name in (f"{kept[:2]}{'0' * 62}", ".new-half"):
        # Listed, and not there when it is asked how old it is.
        (folder / kept[:2] / name).symlink_to(folder / "nowhere")

    assert await files.older_than(timedelta(hours=1)) == [kept]
    assert await files.clear_unfinished(timedelta(hours=1)) == 0


async def test_a_folder_that_cannot_be_made_is_said(files: PictureFiles, folder: Path) -> None:
    folder.write_text("a file in the folder's place")
    with pytest.raises(StorageError, match=r"^a picture could not be kept: "):
        await files.put(FOX)


async def test_a_picture_that_cannot_be_removed_is_said(files: PictureFiles, folder: Path) -> None:
    """The system's own error used to come through."""
    sha256 = await files.put(FOX)
    path = folder / sha256[:2] / sha256
    path.unlink()
    path.mkdir()
    with pytest.raises(StorageError, match=r"^a picture could not be removed: "):
        await files.remove(sha256)


async def test_what_a_transaction_asks_waits_for_nobodys_name_lookup(files: PictureFiles) -> None:
    """With the network away, lookups took every thread: who waited there held up all writers."""
    sha256, over = await files.put(FOX), threading.Event()
    lookups = [asyncio.create_task(asyncio.to_thread(over.wait, 5)) for _ in range(40)]
    await asyncio.sleep(0)
    try:
        async with asyncio.timeout(1):
            assert await files.missing([sha256, "0" * 64]) == {"0" * 64}
            await files.remove(sha256)
            assert await files.missing([sha256]) == {sha256}
    finally:
        over.set()
        await asyncio.gather(*lookups)


async def test_a_folder_that_cannot_be_listed_is_said(
    files: PictureFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clean-up knew no such error, and took the whole bot with it."""
    await files.put(FOX)

    def broken(*_: object) -> object:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(Path, "glob", broken)
    for look in (files.older_than, files.clear_unfinished):
        with pytest.raises(StorageError, match=r"^the pictures could not be listed: Input/output"):
            await look(timedelta())


async def test_a_folder_that_takes_no_files_is_known_before_any_is_bought(tmp_path: Path) -> None:
    await PictureFiles(tmp_path / "data" / "pictures").require_writable()
    assert list((tmp_path / "data" / "pictures").iterdir()) == []

    (tmp_path / "taken").write_text("a file, where a folder should be")
    with pytest.raises(StorageUnusable, match=r"^the folder taken cannot be written: File exists$"):
        await PictureFiles(tmp_path / "taken").require_writable()
