"""Discord's bad days: the picture is safe with us, and comes later, once, or is told about."""

import json
import time

import pytest

from sandbox.modelslab import Mood
from tests.scenarios.town import Town
from tests.wire.gateway import HowToBreak
from tests.wire.interactions import Interaction
from tests.wire.messages import Message

CALLBACK, REPLY = r"/callback$", r"^/webhooks/.*/messages/"
PAST_TOKEN_S = 16 * 60.0


async def under_way(town: Town, *, token_over: bool = False) -> tuple[Interaction, Message]:
    """A request that the vendor works on, and will until it is released."""
    town.vendor.hold()
    asked = await town.asks("a red fox")
    card = await town.is_painting(asked)
    if token_over:
        town.discord.clock.advance(PAST_TOKEN_S)
    return asked, card


def assert_came_once(town: Town, asked: Interaction, message: Message) -> None:
    assert town.carriers(town.job(asked)["id"]) == [message]
    assert town.entries(asked) == [("reserve", 1), ("settle", 0)]
    assert town.vendor.posts == 1


@pytest.mark.parametrize("took_effect", [False, True])
async def test_the_acknowledgement_breaks_once(town: Town, took_effect: bool) -> None:
    town.discord.faults.next("POST", CALLBACK, status="reset", after_processing=took_effect)
    asked = await town.asks("a red fox")
    card = await town.pictures(asked)
    assert len(town.jobs()) == 1
    assert town.general.messages == [card]
    assert_came_once(town, asked, card)


@pytest.mark.parametrize("status", [500, 502, "reset"])
async def test_the_last_edit_fails_once(town: Town, status: int) -> None:
    asked, card = await under_way(town)
    fault = town.discord.faults.next("PATCH", REPLY, status=status)
    town.vendor.release()
    await town.pictures(asked)
    assert fault.hits == 1
    assert town.general.messages == [card]
    assert_came_once(town, asked, card)


async def test_the_last_edit_took_effect_but_its_answer_was_lost(town: Town) -> None:
    asked, card = await under_way(town)
    town.discord.faults.next("PATCH", REPLY, status="reset", after_processing=True)
    town.vendor.release()
    await town.pictures(asked)
    assert town.general.messages == [card]
    assert_came_once(town, asked, card)


@pytest.mark.parametrize("via", [True, False])
async def test_a_rate_limit_is_waited_for(town: Town, via: bool) -> None:
    """Without `Via` it is the network in front of Discord that bans us for a while."""
    asked, card = await under_way(town)
    fault = town.discord.faults.next("PATCH", REPLY, status=429, via=via, retry_after=0.3, times=2)
    began = time.monotonic()
    town.vendor.release()
    await town.pictures(asked)
    assert fault.hits == 2
    assert time.monotonic() - began > 0.6
    assert_came_once(town, asked, card)


async def test_a_removed_card_is_never_posted_again(town: Town) -> None:
    asked, card = await under_way(town)
    town.discord.remove_message(card)
    town.vendor.release()
    job = await town.over(asked)
    assert job["route"] == "removed"
    assert town.general.messages == []
    assert town.carriers(job["id"]) == []
    [told] = town.discord.ephemerals(town.ana)
    assert "Your card was removed" in told.content
    assert f"job {job['id']}" in told.content
    assert town.discord.ephemerals(town.ben) == []
    # It was made, and is kept.
    assert town.entries(asked) == [("reserve", 1), ("settle", 0)]
    assert town.rows("SELECT * FROM pictures WHERE job_id = ?", job["id"])


async def test_a_card_removed_long_ago_is_told_by_direct_message(town: Town) -> None:
    asked, card = await under_way(town, token_over=True)
    town.discord.remove_message(card)
    town.vendor.release()
    job = await town.over(asked)
    assert job["route"] == "removed"
    assert town.general.messages == []
    [letter] = town.ana.dms
    assert "Your card was removed" in letter.content
    assert letter.attachments == []


@pytest.mark.parametrize("loss", ["forbidden", "deleted"])
async def test_a_lost_channel_means_a_direct_message(town: Town, loss: str) -> None:
    asked, _ = await under_way(town, token_over=True)
    if loss == "forbidden":
        town.discord.forbid(town.general, view=False, send=False)
    else:
        town.discord.delete_channel(town.general)
    town.vendor.release()
    job = await town.over(asked)
    assert job["route"] == "direct"
    [letter] = town.ana.dms
    assert f"<#{town.general.id}>" in letter.content
    assert_came_once(town, asked, letter)


async def test_a_channel_deleted_while_the_token_lives_is_told_about(town: Town) -> None:
    asked, _ = await under_way(town)
    town.discord.delete_channel(town.general)
    town.vendor.release()
    job = await town.over(asked)
    assert job["route"] in ("direct", "removed")
    [letter] = town.ana.dms
    assert f"job {job['id']}" in letter.content
    assert town.entries(asked) == [("reserve", 1), ("settle", 0)]


async def test_without_any_way_the_result_is_kept(town: Town) -> None:
    asked, _ = await under_way(town, token_over=True)
    town.ana.accepts_dms = False
    town.discord.delete_channel(town.general)
    town.vendor.release()
    job = await town.over(asked)
    assert job["route"] == "kept"
    assert town.ana.dms == []
    assert town.rows("SELECT * FROM pictures WHERE job_id = ?", job["id"])
    assert town.entries(asked) == [("reserve", 1), ("settle", 0)]


@pytest.mark.parametrize(
    ("denied", "named"),
    [("view", "View Channel"), ("send", "Send Messages"), ("attach", "Attach Files")],
)
async def test_where_the_bot_may_not_speak_nothing_is_reserved(
    town: Town, denied: str, named: str
) -> None:
    town.discord.forbid(town.general, **{denied: False})
    words = await town.refused(await town.asks("a red fox"))
    assert named in words
    assert "Nothing was charged." in words
    assert (town.jobs(), town.rows("SELECT * FROM ledger")) == ([], [])
    assert town.vendor.posts == 0
    # A private card needs no channel.
    private = await town.pictures(await town.asks("a red fox", private=True))
    assert private.ephemeral


@pytest.mark.parametrize("how", ["abort", "reconnect", "invalid_resumable", "invalid", 4000, 1001])
async def test_the_gateway_breaks_while_a_job_runs(town: Town, how: HowToBreak) -> None:
    asked, card = await under_way(town)
    gateway = town.discord.gateway
    before = gateway.identifies + gateway.resumes
    await town.discord.disconnect(how)
    await town.discord.until(
        lambda: gateway.identifies + gateway.resumes > before and gateway.connected_shards,
        timeout_s=20,
    )
    town.vendor.release()
    await town.pictures(asked)
    assert_came_once(town, asked, card)
    await town.pictures(await town.asks("a second fox"))


async def test_what_was_asked_while_the_gateway_was_away_is_answered_or_left(town: Town) -> None:
    """A replayed request is answered if somebody still waits, and bought once at most."""
    await town.discord.disconnect("abort")
    asked = await town.asks("a red fox")
    await town.discord.until(lambda: town.discord.gateway.resumes, timeout_s=20)
    await town.pictures(await town.asks("a second fox"))
    assert len(town.jobs()) == (2 if asked.is_acked else 1)
    if asked.is_acked:
        await town.pictures(asked)


async def test_a_request_delivered_twice_is_one_job(town: Town) -> None:
    asked = await town.asks("a red fox")
    await town.card(asked)
    again = town.discord._payload(asked)
    for _ in range(2):
        await town.discord.gateway.announce(
            "INTERACTION_CREATE", again, guild_id=town.discord.home.id
        )
    card = await town.pictures(asked)
    await town.discord.until(lambda: town.log.count("interaction.again") == 2)
    assert len(town.jobs()) == 1
    assert town.general.messages == [card]
    assert asked.replies == [card]
    assert_came_once(town, asked, card)


async def test_kicked_with_jobs_in_line(town: Town) -> None:
    await town.bot_stops()
    await town.bot_starts(MODELSLAB_MAX_QUEUED="1")
    elsewhere = town.discord.guild("Elsewhere").channel("general")
    town.vendor.hold()
    running = await town.asks("a red fox")
    await town.is_painting(running)
    waiting = await town.lines_up(2)
    others = await town.asks("a crow", where=elsewhere)
    await town.card(others)
    town.discord.kick_bot(town.discord.home)
    for asked in waiting:
        job = await town.over(asked)
        assert (job["verdict"], job["route"]) == ("cancelled", "kept")
        assert town.entries(asked) == [("reserve", 1), ("refund", -1)]
    town.vendor.release()
    await town.pictures(others)
    await town.over(running)
    assert town.entries(running) == [("reserve", 1), ("settle", 0)]
    # What was cancelled was never bought.
    assert town.vendor.posts == 2


async def test_a_fault_on_the_card_costs_the_member_nothing(town: Town) -> None:
    """Discord surely refused the card: the job is withdrawn before anything is bought."""
    town.traces_expected = True
    town.discord.faults.next("POST", CALLBACK, status=400, times=5)
    asked = await town.asks("a red fox")
    job = await town.over(asked)
    assert (job["verdict"], job["route"]) == ("cancelled", "kept")
    assert json.loads(job["outcome"])["detail"]
    assert town.entries(asked) == [("reserve", 1), ("refund", -1)]
    assert town.vendor.posts == 0


async def test_a_held_up_acknowledgement_is_too_late(town: Town) -> None:
    """10062: Discord has told the asker that we did not answer; nothing may be bought for that."""
    hold = town.discord.faults.hold(CALLBACK)
    asked = await town.asks("a red fox")
    await hold.arrived()
    town.discord.clock.advance(10)
    hold.release()
    job = await town.over(asked)
    assert job["verdict"] == "cancelled"
    assert town.entries(asked) == [("reserve", 1), ("refund", -1)]
    assert town.vendor.posts == 0
    assert town.general.messages == []
    town.vendor.next(Mood.AT_ONCE)
    await town.pictures(await town.asks("a second fox"))
