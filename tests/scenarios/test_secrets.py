"""Marked secrets go through good and bad days, and turn up nowhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.modelslab import Mood
from tests.scenarios import leaks
from tests.scenarios.browser import web_settings
from tests.scenarios.deeds import MASK, SIGNING_KEY
from tests.scenarios.tickets import made, started, ticket
from tests.scenarios.town import VENDOR_KEY, Town, a_town


async def a_full_day(town: Town) -> None:
    """Good and bad answers, vendor's texts that repeat the key, faults of Discord's, a crash."""
    vendor, discord = town.vendor, town.discord
    vendor.next(
        Mood.AT_ONCE,
        Mood.ERROR_200(message=f"the key {VENDOR_KEY} was used with https://x/?key={VENDOR_KEY}"),
        Mood.FAILED_LATER(message=f"key={VENDOR_KEY}"),
        Mood.HTML_502_BUT_ACCEPTED,
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


async def painted(town: Town) -> None:
    """A mask from the page, whose link, cookie and doorbell are secrets, too."""
    async with started(await ticket(town)) as browser:
        await made(town, await browser.submit(MASK))


@pytest.mark.parametrize(
    "settings",
    [
        {"LOG_FORMAT": "text", "SECRET_KEY": SIGNING_KEY},
        # The bot makes a key of its own.
        {"LOG_FORMAT": "json"},
    ],
    ids=["text", "json"],
)
async def test_no_secret_is_written_down_anywhere(tmp_path: Path, settings: dict[str, str]) -> None:
    async with a_town(tmp_path, LOG_LEVEL="DEBUG", **settings, **web_settings()) as town:
        await town.bot_starts(OWNER_IDS=str(town.discord.owner.id))
        await painted(town)
        await a_full_day(town)
        assert await leaks.found_anywhere(town) == []
        assert await town.bot_stops() == 0
        assert leaks.found(town) == []
        # What people write is nobody's business but theirs.
        assert "a sixth fox" not in town.log
        assert town.vendor.stranger_calls == 0
        # The probe can see: every secret was there to be told.
        assert town.vendor.accepted >= 5
        assert [secret.name for secret in leaks.secrets_of(town) if not secret.texts] == []


async def test_a_secret_is_found_wherever_it_is_told(tmp_path: Path) -> None:
    """Else zeros would mean nothing."""
    async with a_town(tmp_path, **web_settings()) as town:
        await town.bot_starts()
        await painted(town)
        await town.bot_stops()
        for secret in leaks.secrets_of(town):
            named = set()
            for place, name in (
                (leaks.Place.LOG, "bot.log"),
                (leaks.Place.DATABASE, "data/limner.db-wal"),
                (leaks.Place.FILE, "data/pictures/made"),
                (leaks.Place.FILE, "the names of its files"),
                (leaks.Place.POSTED, "#general"),
                (leaks.Place.VENDOR, "what the vendor was told"),
                (leaks.Place.PAGE, "/metrics"),
            ):
                if place not in secret.may_be_in:
                    named.add(f"{secret.name} in {name}")
            with told_everywhere(town, secret.texts[-1]) as metrics:
                assert set(leaks.found(town, pages={"metrics": metrics})) == named
        assert leaks.found(town) == []


@contextmanager
def told_everywhere(town: Town, text: str) -> Iterator[str]:
    """A bot that lets something out in every way, for a while; what it shows on a page."""
    bought, message = town.vendor.book[0], town.general.messages[-1]
    files = {
        "bot.log": f"{town.log}\nValueError: bad link {text}\n",
        "data/limner.db-wal": f"a row of {text}",
        "data/pictures/made": f"a picture with {text}",
        f"data/pictures/{text}": "",
    }
    before = {name: town.folder / name for name in files if (town.folder / name).exists()}
    kept = {path: path.read_bytes() for path in before.values()}
    for name, content in files.items():
        (town.folder / name).write_text(content)
    message.change(message.now.at, replace(message.now, content=f"it broke: {text}"))
    bought.body["prompt"] = text
    try:
        yield f'limner_faults{{why="{text}"}} 1'
    finally:
        for name in files:
            (town.folder / name).unlink()
        for path, data in kept.items():
            path.write_bytes(data)
        message.edits.pop()
        del bought.body["prompt"]


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
