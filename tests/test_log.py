"""The log: one line an event, and no secret in any of them."""

import json
import logging
from collections.abc import Iterator
from typing import Literal

import pytest

from bot.log import configure

TOKEN = "marked/token+4711"
KEY = "marked-key-4712"
log = logging.getLogger("bot.engine.runner")


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def _fail() -> None:
    try:
        raise ConnectionError(f"GET https://vendor.example/?key={KEY}")
    except ConnectionError as error:
        raise RuntimeError(f"key {KEY} refused") from error


@pytest.mark.parametrize("fmt", ["text", "json"])
def test_no_secret_is_logged(
    fmt: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure("INFO", "json" if fmt == "json" else "text", secrets=[TOKEN, KEY, ""])

    log.info("vendor.asked body=%s", {"key": KEY})
    log.info("quoted in an address: marked%2Ftoken%2B4711")
    try:
        _fail()
    except RuntimeError:
        log.exception("step.failed job=%d token=%s", 17, TOKEN, stack_info=True)
    logging.getLogger("discord.http").error("Bot %s", TOKEN)

    written = capsys.readouterr().err
    for secret in (TOKEN, KEY, "marked%2Ftoken%2B4711"):
        assert secret not in written
    assert "step.failed job=17 token=[secret]" in written
    assert "key [secret] refused" in written
    assert "_fail" in written, "the trace is kept, without the secrets"


@pytest.mark.parametrize(
    "route", ["interactions/42/{}/callback?with=1", "webhooks/42/{}", "webhooks/42/{}/messages/7"]
)
@pytest.mark.parametrize("fmt", ["text", "json"])
def test_no_token_of_an_interaction_is_logged(
    capsys: pytest.CaptureFixture[str], route: str, fmt: Literal["text", "json"]
) -> None:
    """A connection that broke in the middle of an answer named the whole address in its error."""
    configure("INFO", fmt)
    token = "aW50ZXJhY3Rpb246MTU3.x-y_z"
    error = OSError(
        None, f"Can not write request body for http://host/api/v10/{route.format(token)}"
    )
    logging.getLogger("cogs.guard").warning("interaction.undone error=%r", error)
    said = capsys.readouterr().err
    assert "aW50" not in said
    assert "x-y_z" not in said
    assert route.format("[secret]") in said


def test_a_longer_secret_is_struck_out_whole(capsys: pytest.CaptureFixture[str]) -> None:
    configure("INFO", "text", secrets=[KEY, KEY + "-and-more"])

    log.info("asked with=%s", KEY + "-and-more")

    assert capsys.readouterr().err.endswith("asked with=[secret]\n")


def test_broken_arguments_are_one_line_without_them(capsys: pytest.CaptureFixture[str]) -> None:
    # pytest's own handlers raise on such a record.
    logging.getLogger().handlers.clear()
    configure("INFO", "text", secrets=[KEY])

    log.info("job.submitted job=%d", KEY)

    written = capsys.readouterr().err
    assert written.startswith("log.broken at=test_log.py:")
    assert KEY not in written


def test_text_is_one_line_even_when_the_message_is_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure("INFO", "text")

    log.warning("vendor.said message=%s", "no\n2026-01-01T00:00:00.000Z INFO forged\x1b[2J")

    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith(
        "Z WARNING bot.engine.runner vendor.said message="
        "no\\n2026-01-01T00:00:00.000Z INFO forged\\x1b[2J"
    )


def test_json_lines_hold_the_whole_event(capsys: pytest.CaptureFixture[str]) -> None:
    configure("INFO", "json")

    log.info('job.submitted job=%d model="%s"', 17, "flux")
    try:
        _fail()
    except RuntimeError:
        log.exception("step.failed job=17")

    first, second = map(json.loads, capsys.readouterr().err.splitlines())
    assert first.pop("at").endswith("Z")
    assert first == {
        "level": "INFO",
        "logger": "bot.engine.runner",
        "message": 'job.submitted job=17 model="flux"',
    }
    assert second["trace"].startswith("Traceback")


def test_libraries_speak_from_warning_on(capsys: pytest.CaptureFixture[str]) -> None:
    configure("DEBUG", "text")

    log.debug("ours is heard")
    for name in ("discord.gateway", "aiosqlite", "PIL.PngImagePlugin"):
        logging.getLogger(name).info("theirs is not")
    logging.getLogger("discord.gateway").warning("this is")

    assert [line.split(" ", 3)[3] for line in capsys.readouterr().err.splitlines()] == [
        "ours is heard",
        "this is",
    ]


def test_configuring_again_replaces_the_first_choice(capsys: pytest.CaptureFixture[str]) -> None:
    configure("INFO", "text")
    configure("WARNING", "text")

    log.info("too quiet")
    log.warning("once")

    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_lost_connection_to_discord_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure("INFO", "text", secrets=["s3cret-token"])
    try:
        raise ConnectionResetError("reset by s3cret-token")
    except ConnectionResetError:
        logging.getLogger("discord.shard").exception("Attempting a reconnect in %.2fs", 1.5)
    (line,) = capsys.readouterr().err.splitlines()
    assert "Attempting a reconnect in 1.50s (ConnectionResetError" in line
    assert "s3cret" not in line
