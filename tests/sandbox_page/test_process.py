"""`python -m sandbox` as a process: what it prints, what it keeps, and how it leaves."""

import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parents[2]
PNG = b"\x89PNG\r\n\x1a\n"
PATIENCE_S = 40.0

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the sandbox puts what is to be gone in the end."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    return scratch


@contextmanager
def running(*options: str) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """A sandbox, the address that it printed, and the lines under it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert "http://" in first, process.communicate()[1]
        lines = [process.stdout.readline() for _ in range(2)]
        yield process, first.split()[-1], "".join(lines)
    finally:
        process.kill()
        process.communicate()


def ended(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sandbox", *options], cwd=ROOT, capture_output=True, text=True
    )


def delivered(folder: Path, *, jobs: int) -> list[tuple[int, int]]:
    """Server and asker of each job, once so many are delivered."""
    ends_at = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends_at:
        with sqlite3.connect(folder / "limner.db") as database:
            rows = database.execute(
                "SELECT guild_id, user_id FROM jobs WHERE status = 'delivered'"
            ).fetchall()
        if len(rows) == jobs:
            return rows
        time.sleep(0.1)
    raise AssertionError(f"not {jobs} jobs within {PATIENCE_S:g} s")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_one_address_and_leaves_nothing_behind(
    how: signal.Signals, scratch: Path
) -> None:
    with running() as (process, url, help_lines):
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/#[\w-]{30,}", url)
        with urlopen(url) as page:
            assert b"<!doctype html>" in page.read()
        assert list(scratch.iterdir())

        asked_at = time.monotonic()
        process.send_signal(how)
        more, complaints = process.communicate(timeout=PATIENCE_S)
        took_s = time.monotonic() - asked_at

    assert process.returncode == 0
    assert (more, complaints) == ("", "")
    assert "Open it in a browser" in help_lines
    assert "Ctrl-C" in help_lines
    assert "http" not in help_lines
    assert list(scratch.iterdir()) == []
    assert took_s < 10


def test_what_is_kept_goes_on_the_next_time(tmp_path: Path, scratch: Path) -> None:
    kept = tmp_path / "deep" / "kept"

    with running("--keep", str(kept), "--latency", "0.1") as (first, _, help_lines):
        ana = delivered(kept, jobs=1)
        first.send_signal(signal.SIGINT)
        first.communicate(timeout=PATIENCE_S)
    with running("--keep", str(kept), "--latency", "0.1"):
        both = delivered(kept, jobs=2)

    assert f"{kept} stays" in help_lines
    assert both == ana * 2, "the same server and the same Ana"
    # Each with its thumbnail.
    assert len([path for path in (kept / "pictures").rglob("*") if path.is_file()]) == 4
    assert list(scratch.iterdir()) == []


@pytest.mark.usefixtures("scratch")
def test_a_folder_and_a_port_are_for_one_sandbox_at_a_time(tmp_path: Path) -> None:
    with running("--keep", str(tmp_path / "kept")) as (_, url, _):
        port = urlsplit(url).port
        same_port = ended("--port", str(port))
        same_folder = ended("--keep", str(tmp_path / "kept"))

    for refused in (same_port, same_folder):
        assert refused.returncode == 2
        assert refused.stdout == ""
        assert re.fullmatch(r"sandbox: .+\n", refused.stderr)
    assert str(port) in same_port.stderr


def test_the_port_can_be_chosen() -> None:
    with running() as (_, url, _):
        port = urlsplit(url).port
    with running("--port", str(port)) as (_, url, _):
        assert urlsplit(url).port == port


def test_say_tells_the_story_and_saves_the_picture(tmp_path: Path, scratch: Path) -> None:
    told = ended("--say", "a red fox", "--out", str(tmp_path), "--latency", "0.5")

    assert (told.returncode, told.stderr) == (0, "")
    assert "ana: /imagine prompt: a red fox" in told.stdout
    assert "Limner: a red fox — @ana" in told.stdout
    assert "1 picture, 199 left today" in told.stdout
    assert "<@" not in told.stdout
    assert "<t:" not in told.stdout
    picture = tmp_path / "limner-try.png"
    assert str(picture) in told.stdout.splitlines()[-1]
    assert picture.read_bytes().startswith(PNG)
    assert list(scratch.iterdir()) == []


def test_say_gives_no_trace_for_what_discord_would_not_send(tmp_path: Path) -> None:
    told = ended("--say", "", "--out", str(tmp_path))

    assert told.returncode == 2
    assert re.fullmatch(r"sandbox: Discord would not send that: .+\n", told.stderr)
    assert list(tmp_path.iterdir()) == []


def test_help_says_what_the_page_cannot_show() -> None:
    helped = " ".join(ended("--help").stdout.split())

    assert "message menus" in helped
    assert "one channel" in helped
