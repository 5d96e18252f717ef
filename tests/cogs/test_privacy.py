"""/privacy: for whoever asks alone, by buttons that outlive restarts and obey one person."""

from typing import Any

import discord
import pytest
from simcord import InteractionResult

from bot.domain.belongings import Belongings
from bot.domain.errors import CourierError, StorageError
from bot.domain.removal import Removal
from bot.engine.erasure import Erased
from bot.engine.exporting import Export
from bot.engine.leftovers import Leftovers
from cogs import privacy
from storage import jobs
from storage.tables import removals
from tests.cogs.house import House
from tests.cogs.posted import a_result, controls, payload_of, whispered


async def asks_to_erase(house: House, who: Any = None) -> InteractionResult:
    return await (who or house.ana).slash(house.channel, "privacy erase")


async def still_there(house: House, job_id: int = 1) -> bool:
    async with house.bot.database.reading() as tx:
        return await jobs.get(tx, job_id) is not None


async def listed(house: House) -> list[Any]:
    async with house.bot.database.reading() as tx:
        return list((await tx.execute(removals.select())).all())


async def deleted(house: House) -> None:
    while await listed(house):
        await house.bot.remover.step()
    await house.env.settle()


async def test_export_is_a_file_for_the_asker_alone(house: House) -> None:
    await a_result(house)
    said = await house.ana.slash(house.channel, "privacy export")
    words = whispered(said)
    assert words.startswith("**Your data in this server:** 1 job, your settings, and what was")
    answer = said.response or said.followups[0]
    [attached] = answer.attachments
    assert attached.filename == "limner-export.json"
    assert said.ephemeral


async def test_erase_asks_first_and_says_what_would_go(house: House) -> None:
    await a_result(house)
    await house.asks()
    asked = await asks_to_erase(house)
    words = whispered(asked)
    assert "cannot be undone" in words
    assert "**Everywhere:** 2 jobs, 1 kept picture, 1 on the way\n" in words
    assert "**In this server:** 2 jobs, 1 kept picture, 1 on the way\n" in words
    assert [button["label"] for button in controls(asked)] == [
        "Erase everything",
        "Only this server",
    ]
    assert [button["custom_id"] for button in controls(asked)] == [
        f"erase:all:{house.ana.id}",
        f"erase:here:{house.ana.id}",
    ]
    assert await still_there(house)


@pytest.mark.parametrize("label", ["Erase everything", "Only this server"])
async def test_pressing_erases_and_says_what_that_was(house: House, label: str) -> None:
    card = await a_result(house, count=2)
    await asks_to_erase(house)
    await house.restarts()
    [question] = [m for m in house.channel.history(viewer=house.ana) if m.flags.ephemeral]

    await house.ana.click(question, label=label)

    await house.env.settle()
    [told] = [m for m in house.channel.history(viewer=house.ana) if m.flags.ephemeral]
    assert told.content == "**Erased:** 1 job, 2 pictures; 1 message is being deleted."
    assert told.components == []
    assert not await still_there(house)
    await deleted(house)
    assert card.id not in [message.id for message in house.channel.history()]


async def test_an_erasure_that_the_storage_breaks_says_that_it_is_not_done(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It said "Erasing …" for ever, and beside it that nothing had been saved."""
    await a_result(house)
    question = (await asks_to_erase(house)).response
    assert question is not None

    async def full(_self: object, _digests: object) -> None:
        raise StorageError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(Leftovers, "remove", full)
        await house.ana.click(question, label="Erase everything")

    [told] = [m for m in house.channel.history(viewer=house.ana) if m.flags.ephemeral]
    assert told.content == privacy.UNFINISHED


async def test_somebody_elses_button_does_nothing(house: House) -> None:
    """Whatever is written in it: it erases what the one who presses it has, or nothing."""
    await a_result(house)
    room = house.client.get_channel(house.channel.id)
    assert isinstance(room, discord.TextChannel)
    view = discord.ui.View(timeout=None)
    view.add_item(privacy.EraseButton(privacy.EVERYWHERE, house.ana.id))
    await room.send("press here", view=view)
    await house.env.settle()
    pressed = await house.bob.click(house.last, label="Erase everything")
    assert whispered(pressed) == privacy.NOT_YOURS
    # What was erased is told to one person alone, and never below what all can see.
    pressed = await house.ana.click(house.last, label="Erase everything")
    assert whispered(pressed) == privacy.NOT_YOURS
    assert await still_there(house)


async def test_a_button_of_another_server_erases_only_where_it_is_pressed(house: House) -> None:
    """The server comes from Discord, not from the button."""
    await a_result(house)
    other = house.env.create_guild()
    room = other.create_text_channel("elsewhere")
    ana_there = other.add_member(house.ana.user)
    await house.env.settle()
    await ana_there.slash(room, "privacy erase")
    [question] = [m for m in room.history(viewer=ana_there) if m.flags.ephemeral]
    assert "**Everywhere:** 1 job, 1 kept picture\n" in question.content
    assert "**In this server:** 0 jobs, 0 kept pictures\n" in question.content
    await ana_there.click(question, label="Only this server")
    assert await still_there(house)
    await ana_there.slash(room, "privacy erase")
    question = [m for m in room.history(viewer=ana_there) if m.flags.ephemeral][-1]
    await ana_there.click(question, label="Erase everything")
    assert not await still_there(house)


@pytest.mark.parametrize("settings", [{"PERSONAL_PICTURES_DAY": "3"}])
async def test_outside_of_servers_no_button_speaks_of_one(house: House) -> None:
    asked = await house.ana.user.slash("privacy erase")
    labels = [button["label"] for button in controls(asked)]
    assert labels == ["Erase everything", "Only outside of servers"]


def test_both_are_for_everybody_in_servers(house: House) -> None:
    payload = payload_of(house, "privacy")
    assert payload["default_member_permissions"] is None
    assert payload["contexts"] == [0]
    assert [each["name"] for each in payload["options"]] == ["export", "erase"]


@pytest.mark.parametrize(
    ("export", "said"),
    [
        (
            {"jobs": 1},
            "**Your data here:** 1 job, your settings, and what was charged and refunded.\n"
            "It is JSON, which any text editor opens.",
        ),
        (
            {"jobs": 1200, "name": "limner-export.json.gz"},
            "**Your data here:** 1,200 jobs, your settings, and what was charged and refunded.\n"
            "It is packed with gzip: plain, it would be too large for Discord.",
        ),
        (
            {"jobs": 2, "left_out": 3, "entries_left_out": 1},
            "**Your data here:** 2 jobs, your settings, and what was charged and refunded.\n"
            "It is JSON, which any text editor opens.\n"
            "**Left out because of their size:** the oldest 3 jobs and 1 charge.",
        ),
        (
            {"jobs": 2, "entries_left_out": 2},
            "**Your data here:** 2 jobs, your settings, and what was charged and refunded.\n"
            "It is JSON, which any text editor opens.\n"
            "**Left out because of their size:** the oldest 2 charges.",
        ),
    ],
)
def test_what_is_in_the_file(export: dict[str, Any], said: str) -> None:
    values: dict[str, Any] = {
        "name": "limner-export.json",
        "data": b"",
        "left_out": 0,
        "entries_left_out": 0,
    }
    assert privacy.exported(Export(**(values | export)), here="here") == said


@pytest.mark.parametrize(
    ("erased", "said"),
    [
        (Erased(), "**Erased:** 0 jobs, 0 pictures."),
        (
            Erased(jobs=12, pictures=14, messages=9, withdrawn=1),
            "**Erased:** 12 jobs, 14 pictures; 9 messages are being deleted; "
            "1 job on the way was withdrawn.",
        ),
        (
            Erased(jobs=2, pictures=1, messages=1, withdrawn=2),
            "**Erased:** 2 jobs, 1 picture; 1 message is being deleted; "
            "2 jobs on the way were withdrawn.",
        ),
    ],
)
def test_what_went(erased: Erased, said: str) -> None:
    assert privacy.done(erased) == said


def test_the_question_fits_into_a_message() -> None:
    many = Belongings(jobs=10**9, live=10**6, pictures=10**9)
    assert len(privacy.asked(many, many, where="outside of servers")) < 2000


# Deleting at Discord.


async def test_a_direct_message_is_deleted(house: House) -> None:
    room = await house.client.create_dm(discord.Object(house.ana.id))
    with house.env.time_context():
        sent = await room.send("your picture")
    courier = house.courier()
    await courier.remove(Removal(user_id=house.ana.id, message_id=sent.id))
    assert house.ana.user.dm_channel.history() == []
    # Once more is as good.
    await courier.remove(Removal(user_id=house.ana.id, message_id=sent.id))


async def test_what_one_person_sees_is_deleted_by_its_token(house: House) -> None:
    await house.asks(private=True)
    card = await house.card()
    courier = house.courier()
    removal = Removal(token=card.token, message_id=card.message_id)
    await courier.remove(removal)
    await house.env.settle()
    assert house.channel.history(viewer=house.ana) == []
    await courier.remove(removal)


@pytest.mark.parametrize(
    ("status", "code"), [(404, 10008), (404, 10003), (403, 50001), (403, 50013)]
)
async def test_what_is_out_of_reach_counts_as_removed(house: House, status: int, code: int) -> None:
    house.env.inject_error("DELETE", "/channels/*/messages/*", status=status, code=code, times=9)
    await house.courier().remove(Removal(channel_id=house.channel.id, message_id=1))


@pytest.mark.parametrize("status", [500, 503])
async def test_where_waiting_helps_it_is_said(house: House, status: int) -> None:
    house.env.inject_error("DELETE", "/channels/*/messages/*", status=status, code=0, times=9)
    with pytest.raises(CourierError):
        await house.courier().remove(Removal(channel_id=house.channel.id, message_id=1))


async def test_a_token_that_is_over_leads_to_the_channel(house: House) -> None:
    card = await a_result(house)
    house.env.inject_error("DELETE", "/webhooks/*/*/messages/*", status=401, code=50027, times=1)
    await house.courier().remove(
        Removal(token="t", channel_id=house.channel.id, message_id=card.id)
    )
    await house.env.settle()
    assert card.id not in [message.id for message in house.channel.history()]
