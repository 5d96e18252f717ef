"""The front door over real sockets, where SimCord has none: resets, nonces, the lost session.

Every request is held against Discord's OpenAPI file on the way.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import discord
import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.app import house as app
from bot.domain.errors import CourierError
from bot.domain.job import JobStatus, Outcome, Verdict
from bot.domain.job import Route as Way
from bot.engine.courier import Delivered, Delivery, File, Receipt
from bot.settings import settings_from
from cogs.answers import UNSAID
from cogs.courier import DiscordCourier
from cogs.inpaint import Inpaint
from sandbox.modelslab import Vendor
from storage import cards, jobs, moves
from tests.cogs.posted import OTHER_PHOTO, PHOTO
from tests.wire.fixtures import wire_discord
from tests.wire.interactions import Interaction
from tests.wire.server import WireDiscord

__all__ = ["wire_discord"]

PICTURE = File(name="limner-1-1.png", data=b"\x89PNG not quite", description="A red fox")


@pytest.fixture
async def bot(
    tmp_path: Path, vendor: Vendor, wire_discord: WireDiscord, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[app.House]:
    """The bot, connected; its runner stands still, so that a test carries by hand."""
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)
    settings = settings_from(
        {
            "DISCORD_TOKEN": wire_discord.token,
            "DISCORD_API_URL": wire_discord.api_url,
            "MODELSLAB_API_KEY": vendor.key,
            "MODELSLAB_BASE_URL": vendor.url,
            "DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/limner.db",
        }
    )
    async with app.open_house(settings) as house:
        living = asyncio.create_task(house.client.start(wire_discord.token))
        try:
            await wire_discord.ready()
            yield house
        finally:
            await callbacks_done()
            await house.client.close()
            await asyncio.gather(living, return_exceptions=True)


async def callbacks_done() -> None:
    """The answer has arrived before its callback has written down that it did."""
    busy = [
        task
        for task in asyncio.all_tasks()
        if task.get_name().startswith(("CommandTree-invoker", "discord-ui-dynamic-item"))
    ]
    await asyncio.gather(*busy, return_exceptions=True)


async def result_of(bot: app.House, job_id: int = 1) -> Delivery:
    async with bot.database.reading() as tx:
        job = await jobs.get(tx, job_id)
        card = await cards.get(tx, job_id)
    assert job is not None
    outcome = Outcome(verdict=Verdict.PICTURES, received=1)
    return Delivery(
        job=replace(job, status=JobStatus.SETTLED, outcome=outcome),
        card=card,
        files=(PICTURE,),
        receipt=Receipt(charged=1, left_today=None),
    )


def courier_of(bot: app.House) -> DiscordCourier:
    return DiscordCourier(bot.client, records=bot.records, default_model="flux")


async def deliver(bot: app.House, delivery: Delivery) -> Delivered:
    async def begin() -> datetime | None:
        async with bot.database.transaction() as tx:
            return await cards.begin_message(tx, delivery.job.id, now=bot.now())

    return await courier_of(bot).deliver(delivery, begin)


async def test_the_card_is_edited_with_its_picture(
    bot: app.House, wire_discord: WireDiscord
) -> None:
    asked = await wire_discord.slash(
        wire_discord.ana, wire_discord.general, "imagine", prompt="@everyone <@1> **x** [a](b)"
    )
    await asked.answered()

    delivered = await deliver(bot, await result_of(bot))

    (card,) = wire_discord.general.messages
    assert delivered == Delivered(route=Way.REPLY, message_id=card.id)
    assert card.attachments[0].bytes == PICTURE.data
    assert card.labels == ["U1", "V1", "Reroll", "Remix", "Details", "Delete"]
    assert not card.pinged
    assert not card.mentioned


@pytest.mark.parametrize("arrived", [True, False])
async def test_a_reset_acknowledgement_makes_one_card(
    bot: app.House, wire_discord: WireDiscord, arrived: bool
) -> None:
    wire_discord.faults.next("POST", "/callback", status="reset", after_processing=arrived)

    asked = await wire_discord.slash(
        wire_discord.ana, wire_discord.general, "imagine", prompt="a red fox"
    )
    await asked.answered()
    delivered = await deliver(bot, await result_of(bot))

    (card,) = wire_discord.general.messages
    assert delivered == Delivered(route=Way.REPLY, message_id=card.id)


async def test_a_card_of_unknown_number_is_still_edited(
    bot: app.House, wire_discord: WireDiscord
) -> None:
    asked = await wire_discord.slash(
        wire_discord.ana, wire_discord.general, "imagine", prompt="a red fox"
    )
    await asked.answered()
    found = await result_of(bot)

    delivered = await deliver(bot, replace(found, card=replace(found.card, message_id=None)))

    (card,) = wire_discord.general.messages
    assert delivered == Delivered(route=Way.REPLY, message_id=card.id)


async def test_a_message_whose_answer_was_lost_is_sent_once(
    bot: app.House, wire_discord: WireDiscord
) -> None:
    asked = await wire_discord.slash(
        wire_discord.ana, wire_discord.general, "imagine", prompt="a red fox"
    )
    await asked.answered()
    found = await result_of(bot)
    cardless = replace(found, card=replace(found.card, message_id=None, token=None))
    wire_discord.faults.next(
        "POST", r"/channels/\d+/messages$", status="reset", after_processing=True
    )

    with pytest.raises(CourierError):
        await deliver(bot, cardless)
    delivered = await deliver(bot, cardless)

    _, posted = wire_discord.general.messages
    assert delivered == Delivered(route=Way.CHANNEL, message_id=posted.id)


async def test_a_removed_card_is_told_beside_it(bot: app.House, wire_discord: WireDiscord) -> None:
    asked = await wire_discord.slash(
        wire_discord.ana, wire_discord.general, "imagine", prompt="a red fox"
    )
    card = await asked.answered()
    wire_discord.remove_message(card)

    delivered = await deliver(bot, await result_of(bot))

    assert delivered.route is Way.REMOVED
    (whisper,) = asked.followups
    assert whisper.ephemeral
    assert "Your card was removed" in whisper.content


async def test_buttons_delete_what_they_stand_under(
    bot: app.House, wire_discord: WireDiscord
) -> None:
    asked = await wire_discord.slash(
        wire_discord.ana, wire_discord.general, "imagine", prompt="a red fox", private=True
    )
    await asked.answered()
    found = await result_of(bot)
    delivered = await deliver(bot, found)
    assert found.job.outcome is not None
    async with bot.database.transaction() as tx:
        settled = await moves.settled(
            tx, replace(found.job, status=JobStatus.QUEUED), found.job.outcome, now=bot.now()
        )
        await moves.delivered(
            tx, settled, route=delivered.route, message_id=delivered.message_id, now=bot.now()
        )
    card = asked.original
    assert card is not None

    details = await wire_discord.click(wire_discord.ana, card, label="Details")
    assert (await details.answered()).ephemeral
    await wire_discord.click(wire_discord.ana, card, label="Delete")
    await wire_discord.until(lambda: card.deleted)


async def test_a_lost_session_comes_back_to_the_same_discord(
    bot: app.House, wire_discord: WireDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def at_once(*_: object, **__: object) -> None: ...

    monkeypatch.setattr(bot.client, "before_identify_hook", at_once)
    await wire_discord.disconnect("invalid")
    await wire_discord.gone()

    await wire_discord.ready()

    assert str(DiscordWebSocket.DEFAULT_GATEWAY).startswith("ws://127.0.0.1")


async def test_a_remix_is_promised_and_the_promise_becomes_its_card(
    bot: app.House, wire_discord: WireDiscord
) -> None:
    asked = await wire_discord.slash(
        wire_discord.ana,
        wire_discord.general,
        "remix",
        prompt="a fox",
        image=("photo.png", PHOTO),
    )
    await asked.answered()
    await callbacks_done()

    (card,) = wire_discord.general.messages
    assert card.content.startswith("Remix: **a fox** — ")
    async with bot.database.reading() as tx:
        assert (await cards.get(tx, 1)).message_id == card.id


async def test_a_refusal_takes_the_public_promise_away_and_speaks_in_private(
    bot: app.House, wire_discord: WireDiscord
) -> None:
    asked = await wire_discord.slash(
        wire_discord.ana,
        wire_discord.general,
        "remix",
        prompt="a fox",
        image=("photo.png", b"no picture at all"),
    )
    await asked.until(lambda: bool(asked.followups), timeout_s=5)

    (told,) = asked.followups
    assert told.ephemeral
    assert "That picture cannot be used." in told.content
    assert not [one for one in wire_discord.general.messages if not one.ephemeral]


async def test_a_promise_that_was_reset_is_made_once(
    bot: app.House, wire_discord: WireDiscord
) -> None:
    wire_discord.faults.next("POST", "/callback", status="reset", after_processing=True)

    asked = await wire_discord.slash(
        wire_discord.ana,
        wire_discord.general,
        "remix",
        prompt="a fox",
        image=("photo.png", PHOTO),
    )
    await asked.answered()

    (card,) = wire_discord.general.messages
    assert card.content.startswith("Remix: **a fox** — ")


async def test_the_menus_pop_up_is_as_discord_wants_it_and_comes_back(
    bot: app.House, wire_discord: WireDiscord
) -> None:
    message = wire_discord.say(
        wire_discord.ben, wire_discord.general, "look", files=(("photo.png", PHOTO),)
    )

    opened = await wire_discord.message_menu(wire_discord.ana, message, "Remix")
    popup = await opened.modal_opened()
    submitted = await wire_discord.submit(popup, {"prompt": "a fox", "strength": "0.2"})
    await submitted.answered()

    async with bot.database.reading() as tx:
        job = await jobs.get(tx, 1)
    assert job is not None
    assert (job.request.prompt, job.request.strength) == ("a fox", 0.2)
    assert job.request.source is not None


async def test_what_is_submitted_before_its_picture_has_come_waits_for_it(
    bot: app.House, wire_discord: WireDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_come, read = asyncio.Event(), discord.Attachment.read

    async def slowly(attachment: discord.Attachment, **options: Any) -> bytes:
        await may_come.wait()
        return await read(attachment, **options)

    monkeypatch.setattr(discord.Attachment, "read", slowly)
    message = wire_discord.say(
        wire_discord.ben, wire_discord.general, "look", files=(("photo.png", PHOTO),)
    )
    opened = await wire_discord.message_menu(wire_discord.ana, message, "Remix")
    submitted = await wire_discord.submit(await opened.modal_opened(), {"prompt": "a fox"})
    await submitted.acked()
    assert all(reply.loading for reply in submitted.replies)

    may_come.set()

    assert (await submitted.answered()).content.startswith("Remix: **a fox** — ")


async def test_a_picked_picture_goes_on_to_its_card(
    bot: app.House, wire_discord: WireDiscord
) -> None:
    message = wire_discord.say(
        wire_discord.ben,
        wire_discord.general,
        "look",
        files=(("photo.png", PHOTO), ("other.png", OTHER_PHOTO)),
    )
    asked = await wire_discord.message_menu(wire_discord.ana, message, "Upscale")
    which = await asked.answered()
    assert which.ephemeral
    assert which.labels == ["1", "2"]

    picked = await wire_discord.click(wire_discord.ana, which, label="2")

    assert (await picked.answered()).content.startswith("**Upscale** — ")
    async with bot.database.reading() as tx:
        job = await jobs.get(tx, 1)
    assert job is not None
    assert job.request.source is not None
    assert job.request.source.height_px == 96


async def test_the_link_to_the_mask_page_is_shown_to_the_asker_alone(
    bot: app.House, wire_discord: WireDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A public promise that cannot be removed must not become a public link."""
    link = "https://limner.example/masks/a-ticket"

    async def mask_link(*_: Any, **__: Any) -> str:
        return link

    inpaint = bot.client.get_cog("Inpaint")
    assert isinstance(inpaint, Inpaint)
    monkeypatch.setattr(inpaint._painting, "_mask_link", mask_link)

    async def asks() -> Interaction:
        return await wire_discord.slash(
            wire_discord.ana,
            wire_discord.general,
            "inpaint",
            prompt="a fox",
            image=("photo.png", PHOTO),
        )

    asked = await asks()
    await asked.until(lambda: bool(asked.followups), timeout_s=5)
    (told,) = asked.followups
    assert told.ephemeral
    assert link in str(told.components)

    wire_discord.faults.next("PATCH", "/messages/@original", status=403)
    said = await (await asks()).answered()
    assert said.content == UNSAID
    assert not said.components
