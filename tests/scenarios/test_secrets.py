"""Marked secrets go through good and bad days, and turn up nowhere."""

import asyncio
from pathlib import Path

import pytest

from sandbox.modelslab import Mood
from tests.scenarios import books
from tests.scenarios.town import BOT_TOKEN, VENDOR_KEY, Town, a_town


async def a_full_day(town: Town) -> None:
    """Good and bad answers, vendor's texts that repeat the key, faults of Discord's, a crash."""
    vendor, discord = town.vendor, town.discord
    vendor.next(
        Mood.AT_ONCE,
        Mood.ERROR_200(message=f"the key {VENDOR_KEY} was used with https://x/?key={VENDOR_KEY}"),
        Mood.FAILED_LATER(message=f"key={VENDOR_KEY}"),
        Mood.HTML_502,
        Mood.FOREIGN_FETCH_RESULT,
    )
    for number in range(5):
        await town.ending(await town.asks(f"a fox, number {number}"))
    discord.faults.next("PATCH", r"^/webhooks/", status="reset")
    discord.faults.next("POST", "/callback$", status="reset")
    card = await town.pictures(await town.asks("a sixth fox"))
    details = await discord.click(town.ben, card, label="Details")
    await details.answered()
    vendor.hold()
    asked = await town.asks("a seventh fox")
    await town.is_painting(asked)
    await town.bot_crashes()
    discord.clock.advance(16 * 60)
    await town.bot_starts()
    vendor.release()
    await town.pictures(asked)
    vendor.next(Mood.BAD_KEY(message=f"Invalid API key {VENDOR_KEY}"))
    await town.asks("an eighth fox")
    await discord.until(lambda: discord.owner.dms)


@pytest.mark.parametrize("log_format", ["text", "json"])
async def test_no_secret_is_written_down_anywhere(tmp_path: Path, log_format: str) -> None:
    async with a_town(tmp_path, LOG_LEVEL="DEBUG", LOG_FORMAT=log_format) as town:
        await town.bot_starts(OWNER_IDS=str(town.discord.owner.id))
        await a_full_day(town)
        metrics = (await town.health("metrics"))[1] + (await town.health("readyz"))[1]
        files = await asyncio.to_thread(bytes_below, tmp_path)
        assert await town.bot_stops() == 0
        files |= await asyncio.to_thread(bytes_below, tmp_path)

        for secret in (VENDOR_KEY, BOT_TOKEN):
            assert secret not in metrics
            assert [name for name, data in files.items() if secret.encode() in data] == []
        assert books.leaks(town) == []
        for token in town.discord.interactions:
            assert token not in metrics
        # What people write is nobody's business but theirs.
        assert "a sixth fox" not in town.log
        assert town.vendor.stranger_calls == 0
        # The probe can see: the key did reach the vendor.
        assert town.vendor.accepted >= 4


def bytes_below(folder: Path) -> dict[str, bytes]:
    """Every file of the bot's: log, database, journal, pictures."""
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def test_commands_are_registered_once_and_again_when_they_changed(town: Town) -> None:
    assert town.discord.command_puts == 1
    await town.bot_stops()
    await town.bot_starts()
    await town.bot_crashes()
    await town.bot_starts()
    assert town.discord.command_puts == 1
    await town.bot_stops()
    with town.writing() as database:
        database.execute("UPDATE facts SET value = 'an older hash' WHERE key LIKE 'commands:%'")
    await town.bot_starts()
    await town.discord.until(lambda: town.discord.command_puts == 2)
    await town.pictures(await town.asks("a red fox"))
