"""Cancel, Don't post and /queue, by the whole bot: what is refunded, bought, kept and posted."""

import pytest

from tests.scenarios.town import Town
from tests.wire.interactions import Interaction
from tests.wire.messages import Message
from tests.wire.permissions import MANAGE_MESSAGES
from tests.wire.world import Channel, User

ONE_PLACE = {"MODELSLAB_MAX_QUEUED": "1"}


async def presses(town: Town, who: User, card: Message, label: str) -> str:
    """What somebody is told in private who presses that button."""
    answer = await (await town.discord.click(who, card, label=label)).answered()
    assert answer.ephemeral
    return answer.content


async def one_ahead(town: Town) -> Interaction:
    """Somebody else's job takes the only place at the vendor, and stays there."""
    town.vendor.hold()
    await town.bot_starts(**ONE_PLACE)
    ahead = await town.asks("a blue whale", who=town.ben)
    await town.is_painting(ahead)
    return ahead


async def test_in_line_it_is_cancelled_refunded_and_never_bought(empty_town: Town) -> None:
    town = empty_town
    ahead = await one_ahead(town)
    asked = await town.asks("a red fox", count=3)
    card = await town.card(asked)
    assert card.labels == ["Cancel"]

    assert await presses(town, town.ana, card, "Cancel") == (
        "**Cancelled.** It was still in line, and all of it is refunded."
    )

    await town.over(asked)
    assert town.job(asked)["verdict"] == "cancelled"
    assert "**Cancelled.**" in card.content
    assert card.labels == ["Try again", "Details"]
    assert town.entries(asked) == [("reserve", 3), ("refund", -3)]
    town.vendor.release()
    await town.pictures(ahead)
    assert town.bought(asked) == []
    assert len(town.vendor.book) == 1


async def test_a_cancelled_job_is_told_after_a_crash(empty_town: Town) -> None:
    """The press is answered, and the process is gone before the card is edited."""
    town = empty_town
    await one_ahead(town)
    asked = await town.asks("a red fox")
    card = await town.card(asked)
    town.discord.faults.next("PATCH", "/webhooks/", status=503, times=99)

    await presses(town, town.ana, card, "Cancel")
    await town.stands(asked, "settled")
    await town.bot_crashes()
    town.discord.faults.clear()
    assert card.labels == ["Cancel"], "not edited yet"
    await town.bot_starts()

    await town.over(asked)
    assert "**Cancelled.**" in card.content
    assert town.bought(asked) == []
    assert town.entries(asked) == [("reserve", 1), ("refund", -1)]


async def test_at_the_service_it_is_bought_once_charged_kept_and_not_posted(
    town: Town,
) -> None:
    town.vendor.hold()
    asked = await town.asks("a red fox", count=2)
    card = await town.is_painting(asked)
    assert card.labels == ["Don't post"]

    told = await presses(town, town.ana, card, "Don't post")

    assert "It will not be posted" in told
    assert "charged" in told
    await town.discord.until(lambda: "will not be posted" in card.content)
    assert card.labels == []
    assert town.slot(asked) is not None, "the vendor works on"
    await town.bot_crashes()
    await town.bot_starts()
    town.vendor.release()

    job = await town.over(asked)
    assert (job["route"], job["verdict"]) == ("kept", "pictures")
    assert "Not posted, as was asked. It is kept in your `/history`." in card.content
    assert "2 pictures" in card.content
    assert card.labels == ["Show", "Details"]
    assert town.carriers(job["id"]) == []
    assert town.standing(job["id"]) == [card]
    assert town.ana.dms == []
    assert len(town.bought(asked)) == 1
    assert town.entries(asked) == [("reserve", 2), ("settle", 0)]
    kept = town.rows("SELECT sha256 FROM pictures WHERE job_id = ?", job["id"])
    assert len(kept) == 2
    assert town.slot(asked) is None


async def test_others_cannot_press_it_but_moderators_can(empty_town: Town) -> None:
    town = empty_town
    await one_ahead(town)
    asked = await town.asks("a red fox")
    card = await town.card(asked)

    told = await presses(town, town.ben, card, "Cancel")
    assert told.startswith("**Not yours.** Only who asked for it, or a moderator")
    assert town.job(asked)["status"] == "queued"

    moderator = town.discord.user("mod", permissions=MANAGE_MESSAGES)
    assert (await presses(town, moderator, card, "Cancel")).startswith("**Cancelled.**")
    await town.over(asked)
    assert "a moderator cancelled it." in card.content


def another_server(town: Town) -> Channel:
    """A channel of a second server with the bot in it."""
    return town.discord.guild("Elsewhere").channel("general")


async def test_crafted_buttons_reach_no_other_servers_jobs_and_nothing_private(
    empty_town: Town,
) -> None:
    town = empty_town
    elsewhere = another_server(town)
    town.vendor.hold()
    await town.bot_starts(**ONE_PLACE)
    moderator = town.discord.user("mod", permissions=MANAGE_MESSAGES)
    painting = await town.asks("a blue whale", who=town.ben)
    await town.is_painting(painting)
    private = await town.asks("a love letter", private=True)
    public = await town.asks("a red fox")
    await town.card(private)
    await town.card(public)
    theirs = await town.asks("a postcard", who=town.ben, where=elsewhere)
    card = await town.card(theirs)

    async def forges(who: User, on: Message, victim: Interaction) -> str:
        button = on.components[0]["components"][0]
        honest = button["custom_id"]
        button["custom_id"] = f"cancel:{town.job(victim)['id']}:0"
        pressed = await town.discord.click(who, on, custom_id=button["custom_id"])
        button["custom_id"] = honest
        answer = await pressed.answered()
        assert answer.ephemeral
        return answer.content

    for victim in (private, public, painting):
        assert "not here" in await forges(town.ben, card, victim)
    here = await town.card(public)
    assert "not here" in await forges(moderator, here, private)
    assert "not here" in await forges(moderator, here, theirs)
    assert {job["status"] for job in town.jobs()} == {"queued", "waiting"}
    assert not any(job["withheld"] for job in town.jobs())
    town.vendor.release()
    for asked in (painting, private, public, theirs):
        await town.over(asked)


def shown(answer: Message) -> str:
    return "\n".join(embed.get("description", "") for embed in answer.embeds)


async def test_the_line_is_shown_in_private_and_refreshed_after_a_restart(
    empty_town: Town,
) -> None:
    town = empty_town
    await one_ahead(town)
    carl = town.discord.user("carl")
    secret = await town.asks("a love letter", who=carl, private=True)
    await town.card(secret)
    mine = await town.asks("a red fox")
    await town.card(mine)

    asked = await town.discord.slash(town.ana, town.general, "queue")
    answer = await asked.answered()

    number = town.job(mine)["id"]
    assert answer.ephemeral
    assert "**a red fox** · 2nd in line, 1 ahead of you here, about <t:" in shown(answer)
    assert "2 in line, 1 at the image service." in shown(answer)
    assert "a private job" in shown(answer)
    assert "love letter" not in shown(answer)
    assert answer.labels == [f"Cancel {number}", "Refresh"]

    await town.bot_crashes()
    await town.bot_starts()
    assert (await presses(town, town.ana, answer, f"Cancel {number}")).startswith("**Cancelled.**")
    await town.over(mine)
    await town.discord.click(town.ana, answer, label="Refresh")
    await town.discord.until(lambda: answer.labels == ["Refresh"])
    assert "Nothing of yours in line." in shown(answer)
    assert "a red fox" not in shown(answer)
    town.vendor.release()
    await town.over(secret)


async def test_an_empty_line_says_so(town: Town) -> None:
    answer = await (await town.discord.slash(town.ana, town.general, "queue")).answered()

    assert shown(answer) == "Nothing in line."
    assert answer.labels == ["Refresh"]


@pytest.mark.parametrize("private", [False, True])
async def test_a_press_that_comes_too_late_changes_nothing(town: Town, private: bool) -> None:
    """The button of a moment ago, under a card that is done."""
    asked = await town.asks("a red fox", private=private)
    card = await town.pictures(asked)
    button = card.components[0]["components"][0]
    button["custom_id"] = f"cancel:{town.job(asked)['id']}:0"

    pressed = await town.discord.click(town.ana, card, custom_id=button["custom_id"])

    answer = await pressed.answered()
    assert answer.content == "**It is done already.** Nothing was changed."
    assert town.entries(asked) == [("reserve", 1), ("settle", 0)]
