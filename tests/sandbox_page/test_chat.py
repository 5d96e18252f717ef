"""The chat that the sandbox's bot is in, without a browser."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.engine.runner import Runner
from sandbox.__main__ import sandbox
from sandbox.transcript import counted_down, newest

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
UNIX = int(NOON.timestamp())


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"about <t:{UNIX + 3}:R> · job 1", "about in 3 s · job 1"),
        (f"<t:{UNIX}:R>", "now"),
        (f"<t:{UNIX - 59}>", "59 s ago"),
        (f"<t:{UNIX + 150}:R>", "in 2 min"),
        ("<t:soon:R> stays", "<t:soon:R> stays"),
    ],
)
def test_moments_are_counted_down_as_discord_does(text: str, shown: str) -> None:
    assert counted_down(text, NOON) == shown


async def test_the_bot_is_called_limner_and_ana_is_named_in_what_it_says(tmp_path: Path) -> None:
    async with sandbox(tmp_path, latency_s=0.0) as (_, chat):
        await chat.imagine("a red fox")

        assert newest(chat).startswith("Limner: a red fox — @ana\n")


async def test_the_clock_stays_beside_the_real_one_while_people_act(tmp_path: Path) -> None:
    async with sandbox(tmp_path, latency_s=0.0) as (_, chat):
        for number in range(12):
            await chat.announce(f"hello {number}")
            await asyncio.sleep(0.1)

        assert abs((datetime.now(UTC) - chat.env.now()).total_seconds()) < 1.0


async def test_everything_ends_where_the_runner_dies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(_: Runner) -> float:
        raise RuntimeError("the belt tore")

    monkeypatch.setattr(Runner, "_turn", breaks)

    with pytest.raises(RuntimeError, match="the belt tore"):
        async with sandbox(tmp_path, latency_s=0.0):
            await asyncio.sleep(30)
