"""kill -9 where it hurts: every job goes on, is delivered once, bought once, charged once."""

from sandbox.modelslab import Mood
from tests.scenarios.town import Town
from tests.wire.interactions import Interaction
from tests.wire.messages import Message

CALLBACK, REPLY, POSTED = r"/callback$", r"^/webhooks/.*/messages/", r"^/channels/\d+/messages$"
PAST_TOKEN_S = 16 * 60.0
PAST_NONCE_S = 6 * 60.0


async def test_killed_while_the_vendor_works(town: Town) -> None:
    town.vendor.hold()
    asked = await town.asks("a red fox", count=2)
    card = await town.is_painting(asked)
    await town.bot_crashes()
    await town.bot_starts()
    town.vendor.release()
    await town.pictures(asked)
    assert_came_once(town, asked, card, count=2)


async def test_the_vendor_finishes_while_the_bot_is_dead(town: Town) -> None:
    town.vendor.hold()
    asked = await town.asks("a red fox")
    card = await town.is_painting(asked)
    await town.bot_crashes()
    town.vendor.release()
    await town.vendor.until(lambda vendor: vendor.book[0].state == "success")
    await town.bot_starts()
    await town.pictures(asked)
    assert_came_once(town, asked, card)


async def test_killed_between_settled_and_delivered(town: Town) -> None:
    town.vendor.hold()
    asked = await town.asks("a red fox")
    card = await town.is_painting(asked)
    edit = town.discord.faults.hold(REPLY, method="PATCH")
    town.vendor.release()
    await edit.arrived()
    assert town.job(asked)["status"] == "settled"
    assert town.booked() == 1
    await town.bot_crashes()
    assert card.attachments == []
    edit.release()
    await town.bot_starts()
    await town.pictures(asked)
    assert_came_once(town, asked, card)


async def test_killed_after_the_picture_stood_but_before_the_bot_knew(town: Town) -> None:
    town.vendor.hold()
    asked = await town.asks("a red fox")
    card = await town.is_painting(asked)
    edit = town.discord.faults.hold(REPLY, method="PATCH", after_processing=True)
    town.vendor.release()
    await edit.arrived()
    assert card.attachments
    await town.bot_crashes()
    edit.release()
    await town.bot_starts()
    await town.pictures(asked)
    assert_came_once(town, asked, card)


async def test_killed_after_acceptance_and_before_the_card(town: Town) -> None:
    """The asker saw "did not respond": the picture comes as a message of its own, once."""
    town.discord.faults.hold(CALLBACK)
    asked = await town.asks("a red fox")
    await town.discord.until(lambda: town.find_job(asked))
    await town.bot_crashes()
    await town.bot_starts()
    job = await town.over(asked)
    assert not asked.is_acked
    assert job["route"] == "channel"
    [message] = town.general.messages
    assert message.nonce == f"{job['id']}:card"
    assert_came_once(town, asked, message)


async def test_killed_after_the_card_stood_but_before_the_bot_knew(town: Town) -> None:
    callback = town.discord.faults.hold(CALLBACK, after_processing=True)
    asked = await town.asks("a red fox")
    card = await town.card(asked)
    await town.bot_crashes()
    callback.release()
    await town.bot_starts()
    await town.pictures(asked)
    assert_came_once(town, asked, card)


async def test_killed_during_the_submission(town: Town) -> None:
    """Nobody can know whether the vendor took it: said so, refunded, and never sent again."""
    town.vendor.next(Mood.HANGS)
    asked = await town.asks("a red fox")
    await town.vendor.until(lambda vendor: vendor.accepted == 1)
    assert town.job(asked)["status"] == "submitting"
    await town.bot_crashes()
    await town.bot_starts()
    card = await town.ending(asked)
    assert "could not be confirmed" in card.content
    assert "Nothing was charged." in card.content
    assert card.attachments == []
    assert town.entries(asked) == [("reserve", 1), ("refund", -1)]
    slot = town.slot(asked)
    assert slot is not None
    assert slot["frees_at"] > town.job(asked)["deadline_at"]
    # A second restart asks nobody anything again.
    await town.bot_crashes()
    await town.bot_starts()
    await town.pictures(await town.asks("a second fox"))
    assert (town.vendor.posts, town.vendor.accepted) == (2, 2)
    assert town.standing(town.job(asked)["id"]) == [card]


async def test_a_card_whose_token_ended_is_edited_by_the_bot(town: Town) -> None:
    town.vendor.hold()
    asked = await town.asks("a red fox")
    card = await town.is_painting(asked)
    await town.bot_crashes()
    town.discord.clock.advance(PAST_TOKEN_S)
    await town.bot_starts()
    town.vendor.release()
    await town.pictures(asked)
    assert town.job(asked)["route"] == "reply"
    assert_came_once(town, asked, card)


async def test_a_private_card_whose_token_ended_comes_as_a_direct_message(town: Town) -> None:
    town.vendor.hold()
    asked = await town.asks("a red fox", private=True)
    await town.is_painting(asked)
    await town.bot_crashes()
    town.discord.clock.advance(PAST_TOKEN_S)
    await town.bot_starts()
    town.vendor.release()
    job = await town.over(asked)
    assert job["route"] == "direct"
    assert town.general.messages == []
    [letter] = town.ana.dms
    assert_came_once(town, asked, letter)


async def test_a_card_that_nobody_can_find_again_comes_as_one_new_message(town: Town) -> None:
    asked, card = await a_card_without_a_number(town)
    town.vendor.release()
    job = await town.over(asked)
    assert job["route"] == "channel"
    [found] = [message for message in town.general.messages if message is not card]
    assert found.nonce == f"{job['id']}:card"
    assert_came_once(town, asked, found)


async def test_a_new_message_is_looked_for_before_it_is_sent_again(town: Town) -> None:
    asked, card = await a_card_without_a_number(town)
    sent = town.discord.faults.hold(POSTED, method="POST", after_processing=True)
    town.vendor.release()
    await sent.arrived()
    await town.bot_crashes()
    sent.release()
    # Discord itself would know the nonce for some minutes only.
    town.discord.clock.advance(PAST_NONCE_S)
    await town.bot_starts()
    job = await town.over(asked)
    assert job["route"] == "channel"
    [found] = [message for message in town.general.messages if message is not card]
    assert found.id == job["message_id"]
    assert_came_once(town, asked, found)


async def test_a_new_message_that_never_stood_is_sent_again(town: Town) -> None:
    asked, card = await a_card_without_a_number(town)
    sent = town.discord.faults.hold(POSTED, method="POST")
    town.vendor.release()
    await sent.arrived()
    await town.bot_crashes()
    await town.bot_starts()
    sent.release()
    await town.over(asked)
    [found] = [message for message in town.general.messages if message is not card]
    assert_came_once(town, asked, found)


async def a_card_without_a_number(town: Town) -> tuple[Interaction, Message]:
    """A card that stands, but whose id the bot never learned, and whose token is over."""
    town.vendor.hold()
    town.discord.faults.next("POST", CALLBACK, status="reset", after_processing=True)
    town.discord.faults.next("GET", r"/messages/@original$", status="reset", times=5)
    asked = await town.asks("a red fox")
    card = await town.is_painting(asked)
    assert town.rows("SELECT message_id FROM cards") == [{"message_id": None}]
    town.discord.clock.advance(PAST_TOKEN_S)
    return asked, card


def assert_came_once(town: Town, asked: Interaction, message: Message, *, count: int = 1) -> None:
    """The pictures stand in this one message; bought once, charged once, no slot left behind."""
    job = town.job(asked)
    assert town.carriers(job["id"]) == [message]
    assert len(message.attachments) == count
    assert job["verdict"] == "pictures"
    assert (town.vendor.posts, town.vendor.accepted) == (1, 1)
    assert town.entries(asked) == [("reserve", count), ("settle", 0)]
    assert town.slot(asked) is None


async def test_jobs_in_line_keep_their_order_over_a_crash(town: Town) -> None:
    await town.bot_stops()
    await town.bot_starts(MODELSLAB_MAX_QUEUED="1")
    town.vendor.hold()
    asked = await town.lines_up(4)
    await town.is_painting(asked[0])
    await town.bot_crashes()
    await town.bot_starts()
    town.vendor.release()
    for one in asked:
        await town.pictures(one)
    assert [job.body["track_id"] for job in town.vendor.book] == [
        str(town.job(one)["id"]) for one in asked
    ]
    assert town.booked() == 4
