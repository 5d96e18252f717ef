"""Cancel and Don't post: who may press them, what they are told, and what the card says then."""

from dataclasses import replace
from typing import cast

import discord
import pytest

from bot.domain.job import JobStatus, Outcome, Route, Verdict
from bot.engine.courier import Delivered, Delivery, Progress, Receipt
from bot.engine.withdrawing import Withdrawn
from cogs.buttons import view_of
from cogs.faces import Action, Button
from cogs.rework import NOT_HERE
from cogs.withdrawing import WORDS
from storage import jobs, moves, slots
from tests.cogs.house import House
from tests.cogs.test_buttons import said
from tests.cogs.test_courier import Way, a_way, labels


async def taken(house: House, job_id: int = 1) -> None:
    """The vendor has the job, as the runner would have brought it there."""
    now = house.clock.now()
    async with house.bot.database.transaction() as tx:
        job = await jobs.get(tx, job_id)
        assert job is not None
        await slots.take(tx, [job_id], maximum=5, now=now)
        await moves.submitting(tx, job, now=now, deadline_at=now)


async def test_a_new_card_can_be_taken_back(house: House) -> None:
    await house.asks("a red fox")
    card = house.last
    assert labels(card) == ["Cancel"]

    pressed = await house.ana.click(card, label="Cancel")

    assert pressed.ephemeral
    assert said(pressed) == WORDS[Withdrawn.CANCELLED]
    await house.until_done()
    (job, card) = (await house.job(), house.last)
    assert job.outcome is not None
    assert (job.outcome.verdict, job.route) == (Verdict.CANCELLED, Route.REPLY)
    assert "**Cancelled.**" in card.content
    assert "Nothing was charged." in card.content
    assert labels(card) == ["Try again", "Details"]
    assert not house.vendor.book


async def test_it_works_after_a_restart_and_only_once(house: House) -> None:
    await house.asks("a red fox")
    card = house.last
    await house.restarts()

    assert said(await house.ana.click(card, label="Cancel")) == WORDS[Withdrawn.CANCELLED]
    assert said(await house.ana.click(card, label="Cancel")) == WORDS[Withdrawn.TOO_LATE]


async def test_a_private_card_can_be_taken_back_too(house: House) -> None:
    answer = await house.asks("a red fox", private=True)
    assert answer.response is not None

    pressed = await house.ana.click(answer.response, label="Cancel")

    assert said(pressed) == WORDS[Withdrawn.CANCELLED]
    await house.until_done()
    assert not house.channel.history(viewer=house.bob)


async def test_another_member_cannot_take_it_back_but_a_moderator_can(house: House) -> None:
    await house.asks("a red fox")
    card = house.last
    roles = [house.guild.create_role("mods", permissions=discord.Permissions(manage_messages=True))]
    moderator = house.guild.add_member(house.env.create_user("mod"), roles=roles)

    assert said(await house.bob.click(card, label="Cancel")) == WORDS[Withdrawn.NOT_YOURS]
    assert (await house.job()).status is JobStatus.QUEUED

    assert said(await moderator.click(card, label="Cancel")) == WORDS[Withdrawn.CANCELLED]
    await house.until_done()
    assert "before it began: a moderator cancelled it." in house.last.content


async def test_after_submission_it_will_not_be_posted_and_the_card_says_so(house: House) -> None:
    await house.asks("a red fox")
    await taken(house)

    pressed = await house.ana.click(house.last, label="Cancel")
    await house.env.settle()

    assert said(pressed) == WORDS[Withdrawn.WITHHELD]
    assert (await house.job()).withheld
    assert "Being painted; will not be posted" in house.last.content
    assert not labels(house.last)


@pytest.mark.parametrize("number", [1, 999999999999999999])
async def test_a_forged_number_gets_nobody_anywhere(house: House, number: int) -> None:
    """Somebody else's private job, and one that there is not."""
    await house.asks("a love letter", private=True)
    face = Button(action=Action.CANCEL, job_id=number, label="Cancel")
    room = house.client.get_partial_messageable(house.channel.id)
    await room.send("forged", view=cast(discord.ui.View, view_of([face])))

    pressed = await house.bob.click(house.last, label="Cancel")

    assert said(pressed) == NOT_HERE
    assert (await house.job()).status is JobStatus.QUEUED


async def withheld(way: Way, verdict: Verdict = Verdict.PICTURES) -> Delivered:
    """Deliver the job of `way`, which was withheld; files that should not be there would show."""
    outcome = Outcome(verdict=verdict, received=1 if verdict is Verdict.PICTURES else 0)
    delivery = Delivery(
        job=replace(way.job, status=JobStatus.SETTLED, outcome=outcome, withheld=True),
        card=way.card,
        files=(),
        receipt=Receipt(charged=outcome.charged, left_today=9),
    )
    delivered = await way.courier.deliver(delivery, way.notes.begin)
    await way.house.env.settle()
    return delivered


async def test_a_withheld_result_is_told_on_its_card_alone(house: House) -> None:
    way = await a_way(house)

    delivered = await withheld(way)

    assert delivered == Delivered(route=Route.KEPT, message_id=way.card.message_id)
    assert "Not posted, as was asked." in house.last.content
    assert "1 picture, 9 left today · job 1" in house.last.content
    assert not house.last.attachments
    assert labels(house.last) == ["Show", "Details"]
    assert not way.said


@pytest.mark.parametrize("verdict", [Verdict.PICTURES, Verdict.TIMED_OUT])
async def test_where_its_card_cannot_be_edited_nobody_is_told(
    house: House, verdict: Verdict
) -> None:
    way = await a_way(house)
    way.no_card()

    assert await withheld(way, verdict) == Delivered(route=Route.KEPT)
    assert len(house.channel.history()) == 1, "the old card alone"
    assert not way.letters
    assert not way.notes.begun


async def test_where_its_card_was_removed_nobody_is_told_either(house: House) -> None:
    way = await a_way(house)
    house.env.backend.delete_message(house.channel.id, way.card.message_id or 0)

    assert await withheld(way) == Delivered(route=Route.KEPT)
    assert not way.said
    assert not way.whispers
    assert not way.letters


async def test_the_card_of_a_mask_page_is_found_by_its_way_back(house: House) -> None:
    """It was sent as a message when its job began, and the answer to that was lost."""
    way = await a_way(house)
    way.no_card()
    placed = await way.courier.place(Progress(job=way.job, card=way.card), way.notes.begin)
    assert labels(house.last) == ["Cancel"]
    way.notes.first_try_at = house.env.now()

    delivered = await way.deliver()

    assert delivered == Delivered(route=Route.CHANNEL, message_id=placed)
    assert house.last.attachments
    assert len(house.channel.history()) == 2
