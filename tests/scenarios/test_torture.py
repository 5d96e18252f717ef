"""kill -9 at random moments under load: in the end every job was delivered once, and paid once.

The dice are printed with the table of what it has cost: TORTURE_SEED=... plays the same game again,
as far as time allows, and TORTURE_ROUNDS=... sets how long it lasts.
"""

import asyncio
import os
import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from sandbox.modelslab import Mood, Turn
from tests.scenarios import leaks
from tests.scenarios.browser import web_settings
from tests.scenarios.deeds import SIGNING_KEY
from tests.scenarios.toll import Toll, taken, thrown_seed
from tests.scenarios.town import Town, a_town
from tests.wire.interactions import Interaction

Record = Callable[[str, object], None]

SEED = thrown_seed()
FEW = 20
MANY = int(os.environ.get("TORTURE_ROUNDS", "200"))
DEADLINE_S, GRACE_S = 6, 60
LONGEST_LIFE_S = 2.5
#: How often, and how long, a life ends while it still begins.
STILLBORN, START_S = 0.15, 1.5
ALL_OVER_S = 60.0
PLACES = 100
SETTINGS = {
    "JOB_DEADLINE_S": str(DEADLINE_S),
    "MODELSLAB_TIMEOUT_S": "2",
    # Whatever was cut off while it was posted keeps its place for deadline and grace.
    "MODELSLAB_MAX_QUEUED": str(PLACES),
    "DEFAULT_SERVER_DAY": "100000",
    "DEFAULT_MEMBER_LINE": "10000",
    "DEFAULT_SERVER_LINE": "10000",
    "SECRET_KEY": SIGNING_KEY,
}
MOODS: tuple[Mood | Turn, ...] = (
    *(Mood.PROCESSING,) * 6,
    *(Mood.AT_ONCE,) * 3,
    Mood.FAILED_LATER,
    Mood.ERROR_4XX,
    Mood.FEWER_PICTURES,
    Mood.NSFW,
    Mood.BUSY_429(retry_after=1),
    Mood.RESULT_404_FOR_A_WHILE(times=1),
    Mood.FETCH_HTML_FOR_A_WHILE(times=1),
    Mood.HTML_502_BUT_ACCEPTED,
)
ROUTES = (
    ("PATCH", r"^/webhooks/.*/messages/"),
    ("POST", r"/callback$"),
    ("POST", r"^/channels/\d+/messages$"),
)


@pytest.mark.timeout(60 + 15 * FEW)
@pytest.mark.parametrize("bell", [False, True], ids=["polling", "with a bell"])
async def test_a_few_kills_at_random(
    tmp_path: Path, record_property: Record, *, bell: bool
) -> None:
    await torture(tmp_path, record_property, rounds=FEW // 2, bell=bell)


@pytest.mark.torture
@pytest.mark.timeout(120 + 15 * MANY)
@pytest.mark.parametrize("bell", [False, True], ids=["polling", "with a bell"])
async def test_many_kills_at_random(tmp_path: Path, record_property: Record, *, bell: bool) -> None:
    await torture(tmp_path, record_property, rounds=MANY // 2, bell=bell)


async def torture(folder: Path, record_property: Record, *, rounds: int, bell: bool) -> None:
    toll = Toll("at random, with a bell" if bell else "at random", SEED)
    dice = random.Random(f"{SEED} {bell}")
    with taken(record_property, toll):
        async with a_town(folder, **SETTINGS, **(web_settings() if bell else {})) as town:
            town.vendor.max_queued = PLACES
            town.vendor.latency_s = lambda rng: rng.uniform(0.0, 2.0)
            asked: list[Interaction] = []
            for _ in range(rounds):
                asked += await a_short_life(town, dice)
                await town.bot_crashes()
                toll.kills += 1
                town.discord.faults.clear()
            await all_over(town)
            await judge(town, asked, toll)


async def a_short_life(town: Town, dice: random.Random) -> list[Interaction]:
    """Requests at random moments until the kill, with here and there an answer of Discord lost."""
    if dice.random() < STILLBORN:
        # Dead before it could answer anybody.
        await town.bot_launches()
        await asyncio.sleep(dice.uniform(0.0, START_S))
        return []
    await town.bot_starts()
    town.vendor.moods.clear()
    town.vendor.next(*dice.choices(MOODS, k=12))
    if dice.random() < 0.5:
        method, route = dice.choice(ROUTES)
        town.discord.faults.next(
            method, route, status="reset", after_processing=dice.random() < 0.5
        )
    asked = []
    left_s = dice.uniform(0.05, LONGEST_LIFE_S)
    for number in range(dice.randint(2, 6)):
        asked.append(
            await town.asks(
                f"a fox, number {number}",
                who=dice.choice((town.ana, town.ben)),
                count=dice.randint(1, 2),
                aspect="3:2",
                private=dice.random() < 0.2,
            )
        )
        pause_s = dice.uniform(0, left_s / 3)
        left_s -= pause_s
        await asyncio.sleep(pause_s)
    await asyncio.sleep(left_s)
    return asked


async def all_over(town: Town) -> None:
    """A last life without any trouble, until nothing is on the belt."""
    town.vendor.moods.clear()
    await town.bot_starts()
    # What never ends is counted as stuck.
    with suppress(TimeoutError):
        await town.discord.until(
            lambda: all(job["status"] == "delivered" for job in town.jobs()), timeout_s=ALL_OVER_S
        )
    # The bot is in its right mind.
    await town.pictures(await town.asks("the last fox"))


async def judge(town: Town, asked: list[Interaction], toll: Toll) -> None:
    """Each job told once and paid once, and no secret told."""
    story = f"seed {toll.seed}"
    jobs = {job["source_key"]: job for job in town.jobs()}
    toll.judge(town, list(jobs.values()), after=story)
    toll.leaked(await leaks.found_anywhere(town), after=story)
    # Who saw a card has a job. (A job without a card is one whose card was cut off.)
    shown = [one for one in asked if one.message is not None and not one.ephemeral]
    toll.lost += [
        f"{story}: a card and no job: {one}" for one in shown if f"interaction:{one.id}" not in jobs
    ]
    assert sum(job["verdict"] == "pictures" for job in jobs.values()) > 0
