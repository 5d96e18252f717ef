"""A member asks, and a picture stands in the channel: over real sockets, with a real process."""

import io
import re

import pytest
from PIL import Image

from tests.scenarios.town import Town
from tests.wire.messages import Message

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOSTILE = [
    "@everyone **x** <@1> [a](b) https://e.vil/x",
    "@here ~~gone~~ ||hidden|| __under__ <@&{role}> <@{ben}>",
    "```\nnot code\n``` `nor this`\n# A heading\n> a quote\n- a list\n-# small",
    "***\\*\\*bold\\*\\* \\\\** **",
    "<t:0:R> <#1> </imagine:1> <:smile:1> discord.gg/e.vil",
    "\u202egnp.exe \u2066**turned**\u2069 \u200b@everyone",
]


async def test_the_picture_that_arrives_is_the_one_the_vendor_served(shared_town: Town) -> None:
    asked = await shared_town.asks("a red fox in the snow", seed=7)
    card = await shared_town.pictures(asked)
    [served] = shared_town.bought(asked)[0].pictures
    [arrived] = card.attachments
    with Image.open(io.BytesIO(served)) as theirs, Image.open(io.BytesIO(arrived.bytes)) as ours:
        assert ours.size == theirs.size
        assert ours.tobytes() == theirs.tobytes()
        assert ours.info["Title"] == "a red fox in the snow"
    assert arrived.description == "Generated picture: a red fox in the snow"
    assert shared_town.entries(asked) == [("reserve", 1), ("settle", 0)]
    assert shared_town.slot(asked) is None


async def test_the_card_stands_well_within_a_second(shared_town: Town) -> None:
    asked = await shared_town.lines_up(4)
    # The best of some: a shared machine pauses when it likes.
    assert min(one.acked_after_s or 9 for one in asked) < 1.0
    for one in asked:
        await shared_town.pictures(one)


async def test_one_card_from_the_first_word_to_the_picture(shared_town: Town) -> None:
    asked = await shared_town.asks("a blue boat")
    card = await shared_town.pictures(asked)
    assert shared_town.standing(shared_town.job(asked)["id"]) == [card]
    assert "a blue boat" in card.edits[0].content
    assert re.search(r"in line.*<t:\d+:R>", card.edits[0].content, re.IGNORECASE)
    assert re.search(r"1 picture, \d+ left today", card.content)
    assert card.labels == ["U1", "V1", "Reroll", "Remix", "Details", "Delete"]
    assert shared_town.ana.dms == []


@pytest.mark.parametrize("words", HOSTILE)
async def test_hostile_words_ping_nobody_and_break_no_formatting(
    shared_town: Town, words: str
) -> None:
    discord = shared_town.discord
    role = discord.role(discord.home, "crew")
    prompt = words.replace("{role}", str(role.id)).replace("{ben}", str(shared_town.ben.id))
    asked = await shared_town.asks(prompt)
    card = await shared_town.pictures(asked)

    assert card.pinged == []
    assert set(card.mentioned) <= {shared_town.ana.mention}
    for state in card.edits:
        assert_nothing_breaks_out(state.content, asker=shared_town.ana.mention)
    assert shared_town.request(asked)["prompt"] == prompt
    assert shared_town.bought(asked)[0].body["prompt"] == prompt
    await assert_details_keep_to_their_block(shared_town, card)


def assert_nothing_breaks_out(content: str, *, asker: str) -> None:
    """Between the card's own two pairs of stars, nothing means anything to Discord."""
    bare = re.sub(r"\\[\\*_~|`<>\[\]/#+\-.]", "", content)
    echoed, _, rest = bare.partition(f" — {asker}")
    assert rest, content
    assert echoed.startswith("**")
    assert echoed.endswith("**")
    inside = echoed[2:-2]
    assert not re.search(r"[*_~|`<>\[\]\n]", inside), content
    assert not re.search(r"@(everyone|here|[!&]?\d)", inside), content
    assert not re.search(r"https?://|gg/", inside), content
    assert not re.search(r"[\u202a-\u202e\u2066\u2067]", inside), content


async def assert_details_keep_to_their_block(town: Town, card: Message) -> None:
    pressed = await town.discord.click(town.ben, card, label="Details")
    details = await pressed.answered()
    prompt = details.embeds[0]["description"]
    assert prompt.startswith("```\n")
    assert prompt.endswith("\n```")
    assert "```" not in prompt[3:-3]


async def test_a_long_prompt_still_fits_on_the_card(shared_town: Town) -> None:
    prompt = "\U0001f98a" * 900 + " *" * 90
    asked = await shared_town.asks(prompt)
    card = await shared_town.pictures(asked)
    assert len(card.content.encode("utf-16-le")) // 2 <= 2000
    assert f"job {shared_town.job(asked)['id']}" in card.content
    assert shared_town.bought(asked)[0].body["prompt"] == prompt


async def test_private_is_private_all_the_way(shared_town: Town) -> None:
    seen = len(shared_town.general.messages)
    asked = await shared_town.asks("a secret garden", private=True)
    card = await shared_town.pictures(asked)
    assert asked.ephemeral
    assert card.ephemeral
    assert all(state.flags & 64 for state in card.edits)
    assert len(shared_town.general.messages) == seen
    assert shared_town.ana.dms == []
    # Nobody else gets at it by its number either.
    assert shared_town.request(asked)["private"] is True


@pytest.mark.parametrize("count", [1, 3])
async def test_spoilers_hide_every_picture(shared_town: Town, count: int) -> None:
    asked = await shared_town.asks("the ending", spoiler=True, count=count)
    card = await shared_town.pictures(asked)
    assert len(card.attachments) == count
    for file in card.attachments:
        assert file.spoiler
        assert file.filename.startswith("SPOILER_")
