"""SIGTERM and SIGINT: no new work, a goodbye within ten seconds, and every job resumes."""

import asyncio
import signal
import time

import pytest

from sandbox.modelslab import Mood
from tests.scenarios.town import Town
from tests.wire.interactions import Interaction

LONGEST_S = 10.0
BOTH = pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])


async def stopped(town: Town, how: signal.Signals) -> None:
    """Stop the bot as it should stop."""
    began = time.monotonic()
    assert await town.bot_stops(how) == 0, town.log
    assert time.monotonic() - began < LONGEST_S
    assert "bot.stopped" in town.log


@BOTH
async def test_an_idle_bot_stops_at_once(town: Town, how: signal.Signals) -> None:
    await stopped(town, how)


@BOTH
async def test_a_job_at_the_vendor_is_left_to_be_resumed(town: Town, how: signal.Signals) -> None:
    town.vendor.hold()
    asked = await town.asks("a red fox")
    card = await town.is_painting(asked)
    await stopped(town, how)
    assert town.job(asked)["status"] == "waiting"
    await town.bot_starts()
    town.vendor.release()
    await town.pictures(asked)
    assert town.carriers(town.job(asked)["id"]) == [card]
    assert (town.vendor.posts, town.booked()) == (1, 1)


async def test_jobs_in_line_stay_in_line(town: Town) -> None:
    await town.bot_stops()
    await town.bot_starts(MODELSLAB_MAX_QUEUED="1")
    town.vendor.hold()
    asked = await town.lines_up(3)
    await town.is_painting(asked[0])
    await stopped(town, signal.SIGTERM)
    assert [job["status"] for job in town.jobs()] == ["waiting", "queued", "queued"]
    await town.bot_starts()
    town.vendor.release()
    for one in asked:
        await town.pictures(one)
    assert town.vendor.posts == 3


async def test_a_submission_in_flight_does_not_hold_up_the_stop(town: Town) -> None:
    """Nor does it make us forget that nobody knows what came of it."""
    town.vendor.next(Mood.HANGS)
    asked = await town.asks("a red fox")
    await town.vendor.until(lambda vendor: vendor.accepted == 1)
    await stopped(town, signal.SIGTERM)
    assert town.job(asked)["status"] == "submitting"
    await town.bot_starts()
    card = await town.ending(asked)
    assert "could not be confirmed" in card.content
    assert town.entries(asked) == [("reserve", 1), ("refund", -1)]
    assert town.vendor.posts == 1


async def test_who_asks_while_the_bot_stops_is_told_so(town: Town) -> None:
    town.vendor.next(Mood.HANGS)
    await town.asks("a red fox")
    await town.vendor.until(lambda vendor: vendor.accepted == 1)
    stopping = asyncio.create_task(town.bot_stops(signal.SIGTERM))
    # The submission that hangs keeps the bot for some seconds more; it has heard the signal.
    await asyncio.sleep(0.5)
    late = await town.asks("a late fox", who=town.ben)
    words = await town.refused(late)
    assert "Limner is being restarted" in words
    assert "Nothing was charged." in words
    assert await stopping == 0
    assert len(town.jobs()) == 1


async def test_nobody_is_cut_off_in_the_middle_of_a_burst(town: Town) -> None:
    """Who was just being answered lost the way to Discord, and left a trace in the log."""
    burst = [asyncio.create_task(asks_anything(town, number)) for number in range(60)]
    await (await burst[0]).acked()
    await stopped(town, signal.SIGTERM)
    await asyncio.gather(*burst)
    for trace in ("Traceback", "Exception", "exception", "Session is closed"):
        assert trace not in town.log
    known = {job["source_key"] for job in town.jobs()}
    in_line = [said for asking in burst if f"interaction:{(said := await asking).id}" in known]
    assert in_line
    assert all(said.is_acked for said in in_line)
    await town.bot_starts()
    for said in in_line:
        await town.pictures(said)


async def asks_anything(town: Town, number: int) -> Interaction:
    if number % 5 == 0:
        return await town.asks(f"a fox, number {number}")
    return await town.discord.slash(town.ana, town.general, ("queue", "history")[number % 2])


async def test_an_edit_in_flight_is_finished_or_repeated(town: Town) -> None:
    town.vendor.hold()
    asked = await town.asks("a red fox")
    card = await town.is_painting(asked)
    edit = town.discord.faults.hold(r"^/webhooks/.*/messages/", method="PATCH")
    town.vendor.release()
    await edit.arrived()
    stopping = asyncio.create_task(town.bot_stops(signal.SIGTERM))
    await asyncio.sleep(0.3)
    edit.release()
    assert await stopping == 0
    assert town.job(asked)["status"] == "delivered"
    await town.bot_starts()
    assert card.attachments
    assert town.booked() == 1


async def test_a_message_that_is_being_deleted_is_deleted(town: Town) -> None:
    """Left without a way to Discord in the middle of it, it was put off for six hours."""
    asked = await town.asks("a red fox")
    card = await town.pictures(asked)
    removal = town.discord.faults.hold(r"/messages/", method="DELETE")
    erasing = await town.discord.slash(town.ana, town.general, "privacy erase")
    await erasing.answered()
    await town.discord.click(town.ana, erasing.replies[-1], label="Only this server")
    await removal.arrived()
    stopping = asyncio.create_task(town.bot_stops(signal.SIGTERM))
    await asyncio.sleep(0.3)
    removal.release()
    assert await stopping == 0
    assert "removing.failed" not in town.log
    assert card.deleted
    assert town.rows("SELECT * FROM removals") == []


async def test_a_second_signal_changes_nothing(town: Town) -> None:
    town.vendor.hold()
    asked = await town.asks("a red fox")
    await town.is_painting(asked)
    assert town.process is not None
    town.process.send_signal(signal.SIGINT)
    town.process.send_signal(signal.SIGTERM)
    await stopped(town, signal.SIGINT)
    await town.bot_starts()
    town.vendor.release()
    await town.pictures(asked)
