"""No credits, a refused key: jobs wait in line, and the owner alone learns why."""

from pathlib import Path

import pytest

from sandbox.modelslab import Mood
from tests.scenarios.town import a_town

OWNERS_MATTER = ("credits", "API key", "ModelsLab", "MODELSLAB")


@pytest.mark.parametrize(
    ("mood", "reason", "told"),
    [
        (Mood.NO_CREDITS, "credits", "no credits left"),
        (Mood.BAD_KEY, "key", "refuses the API key"),
    ],
)
async def test_what_only_the_owner_can_mend_is_told_to_the_owner(
    tmp_path: Path, mood: Mood, reason: str, told: str
) -> None:
    async with a_town(tmp_path) as town:
        owner = town.discord.owner
        await town.bot_starts(OWNER_IDS=str(owner.id))
        town.vendor.default_mood = mood
        first = await town.asks("a white swan")
        gate = await town.gate_closes()
        await town.discord.until(lambda: owner.dms)
        second = await town.asks("a black swan", who=town.ben)
        card = await town.card(second)

        assert gate["reason"] == reason
        assert told in owner.dms[0].content
        assert "The image service is not available just now; your job keeps its place" in (
            card.content
        )
        shown = await town.card(first)
        await town.discord.until(lambda: "not available just now" in shown.content)
        for message in town.general.messages:
            for state in message.edits:
                assert not any(word in state.content for word in OWNERS_MATTER)
        assert [job["status"] for job in town.jobs()] == ["queued", "queued"]
        assert [town.entries(asked) for asked in (first, second)] == [[("reserve", 1)]] * 2
        assert town.rows("SELECT * FROM slots") == []
        assert len(owner.dms) == 1
        assert town.vendor.accepted == 0


async def test_the_owners_channel_hears_of_a_plan_that_is_too_small(tmp_path: Path) -> None:
    async with a_town(tmp_path) as town:
        desk = town.discord.add_channel(town.discord.home, "owners-desk")
        await town.bot_starts(OWNER_CHANNEL_ID=str(desk.id), OWNER_IDS=str(town.discord.owner.id))
        town.vendor.next(Mood.PLAN_TOO_SMALL)
        card = await town.ending(await town.asks("a swan", model="midjourney"))
        await town.discord.until(lambda: desk.messages)
        assert "the plan does not include midjourney" in desk.messages[0].content
        assert town.discord.owner.dms == []
        assert "plan" not in card.content.partition("Nothing was charged")[2]
        # The others go on.
        await town.pictures(await town.asks("a swan"))
