"""Bad days at the front door: what breaks is logged, and the person reads one exact sentence."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import aiohttp
import discord
import pytest

from bot.domain.errors import StorageBusy
from bot.domain.job import JobStatus, Verdict
from bot.domain.refusal import AlreadyAccepted
from cogs import guard
from cogs.guard import Guard
from tests.cogs.house import House


def breaking(error: Exception) -> Callable[..., Any]:
    async def broken(*_: Any, **__: Any) -> Any:
        raise error

    return broken


async def test_an_unexpected_error_is_told_in_one_sentence(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    house.breaks_on_purpose = True
    monkeypatch.setattr(house.bot.intake, "defaults", breaking(ZeroDivisionError("oh")))

    asked = await house.asks()

    assert asked.ephemeral
    assert asked.response is not None
    assert asked.response.content == guard.BROKEN
    assert await house.jobs_made() == 0, "nothing was charged, as it says"
    assert any(record.exc_info for record in caplog.records), "the trace is in the log"


async def test_trouble_with_the_storage_has_its_own_sentence(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.breaks_on_purpose = True
    monkeypatch.setattr(house.bot.intake, "accept", breaking(StorageBusy("locked")))

    asked = await house.asks()

    assert asked.response is not None
    assert asked.response.content == guard.STORAGE


async def test_a_broken_button_says_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await house.asks()
    await house.until_done()
    monkeypatch.setattr(house.bot.records, "details", breaking(ZeroDivisionError("oh")))

    pressed = await house.ana.click(house.last, label="Details")

    assert pressed.ephemeral
    assert pressed.response is not None
    assert pressed.response.content == guard.BROKEN


async def test_a_broken_list_of_choices_is_an_empty_one(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.breaks_on_purpose = True

    def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(type(house.client.parts.catalogue), "search", broken)

    assert await house.ana.autocomplete(house.channel, "imagine", "model", "f") == []


async def test_a_card_that_surely_failed_takes_the_job_back(house: House) -> None:
    house.env.inject_error("POST", "/interactions/*/callback", status=404, code=10062)

    await house.asks()
    await house.until_done()

    job = await house.job()
    assert job.status is JobStatus.DELIVERED
    assert job.outcome is not None
    assert job.outcome.verdict is Verdict.CANCELLED
    assert not house.channel.history()
    assert not house.vendor.book, "nothing was bought"


async def test_a_card_that_discord_refuses_takes_the_job_back_and_is_told(house: House) -> None:
    house.breaks_on_purpose = True
    house.env.inject_error("POST", "/interactions/*/callback", status=400, code=50035)

    asked = await house.asks()

    assert asked.response is not None
    assert asked.response.content == guard.BROKEN
    job = await house.job()
    assert job.outcome is not None
    assert job.outcome.verdict is Verdict.CANCELLED


class Line:
    """The connection of interactions, which breaks when a test says so."""

    def __init__(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        self._adapter = house.env._webhook_adapter
        self._real = self._adapter.request
        self.breaks: list[tuple[str, Exception]] = []
        self.tries = 0
        monkeypatch.setattr(self._adapter, "request", self._request, raising=False)

    async def _request(self, route: Any, *args: Any, **kwargs: Any) -> Any:
        if not route.url.endswith("/callback"):
            return await self._real(route, *args, **kwargs)
        self.tries += 1
        when, error = self.breaks.pop(0) if self.breaks else ("never", None)
        if when == "before":
            assert error is not None
            raise error
        answer = await self._real(route, *args, **kwargs)
        if error is not None:
            raise error
        return answer


@pytest.fixture
def line(house: House, monkeypatch: pytest.MonkeyPatch) -> Line:
    return Line(house, monkeypatch)


RESET = ConnectionResetError(104, "Connection reset by peer")
AWAY = aiohttp.ServerDisconnectedError()


@pytest.mark.parametrize("error", [RESET, AWAY])
async def test_a_reset_connection_is_tried_once_more(
    house: House, line: Line, error: Exception
) -> None:
    line.breaks = [("before", error)]

    asked = await house.asks()

    assert asked.response is not None
    assert line.tries == 2
    await house.until_done()
    assert len(house.last.attachments) == 1


async def test_an_answer_that_was_lost_is_not_given_twice(house: House, line: Line) -> None:
    line.breaks = [("after", RESET)]

    await house.asks()
    await house.until_done()

    assert len(house.channel.history()) == 1, "one card"
    assert len(house.last.attachments) == 1
    assert (await house.card()).message_id == house.last.id


async def test_nothing_is_bought_where_discord_was_never_reached(house: House, line: Line) -> None:
    key = aiohttp.client_reqrep.ConnectionKey("discord.invalid", 443, True, True, None, None, None)
    refused = aiohttp.ClientConnectorError(key, ConnectionRefusedError(111, "refused"))
    line.breaks = [("before", refused), ("before", refused)]

    await house.asks()
    await house.until_done()

    assert not house.vendor.book
    job = await house.job()
    assert job.outcome is not None
    assert job.outcome.verdict is Verdict.CANCELLED


async def test_where_nobody_knows_whether_the_card_stands_the_pictures_come_all_the_same(
    house: House, line: Line
) -> None:
    line.breaks = [("after", RESET), ("before", RESET)]

    await house.asks()
    await house.until_done()

    assert len(house.vendor.book) == 1
    assert (await house.job()).status is JobStatus.DELIVERED


async def test_the_same_interaction_again_is_skipped_quietly(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def again(*_: Any, **__: Any) -> AlreadyAccepted:
        return AlreadyAccepted(1)

    monkeypatch.setattr(house.bot.intake, "accept", again)

    asked = await house.asks()

    assert not asked.acknowledged


class At:
    """An interaction of a certain age; all that is looked at."""

    def __init__(self, age_s: float) -> None:
        self.id = 1
        self.created_at = discord.utils.utcnow() - timedelta(seconds=age_s)


def late(guarding: Guard, age_s: float) -> bool:
    return guarding.is_late(At(age_s))  # type: ignore[arg-type]


def test_what_discord_will_not_take_any_more_is_skipped() -> None:
    guarding = Guard()

    assert not late(guarding, 0.1)
    assert not late(guarding, 2.4)
    assert late(guarding, 2.8)
    assert late(guarding, 60)


def test_a_wrong_clock_does_not_make_everybody_late(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    ahead, behind = Guard(), Guard()

    assert not any(late(ahead, 30.1 + step) for step in (0, 0.3, 0.1))
    assert not any(late(behind, -30.1 + step) for step in (0, 0.3, 0.1))
    assert late(ahead, 33)
    assert late(behind, -27)


def test_a_clock_that_was_set_forward_is_learned() -> None:
    guarding = Guard()
    late(guarding, 0.1)

    skipped = [late(guarding, 10.1) for _ in range(guard.COMPARED + 1)]

    assert skipped[0]
    assert not skipped[-1]


async def test_commands_that_have_changed_are_explained(house: House) -> None:
    house.breaks_on_purpose = True
    house.client.tree.remove_command("imagine")

    asked = await house.asks()

    assert asked.response is not None
    assert asked.response.content == guard.OUTDATED


def test_every_sentence_of_the_guard_is_exact_about_the_cost() -> None:
    for sentence in (guard.BROKEN, guard.STORAGE, guard.OUTDATED):
        assert "othing was charged" in sentence
