"""kill -9 at random moments under load: in the end every job was delivered once, and paid once.

The dice are printed: TORTURE_SEED=... plays the same game again, as far as time allows, and
TORTURE_ROUNDS=... sets how long it lasts.
"""

import asyncio
import json
import os
import random
from collections import Counter
from pathlib import Path

import pytest

from sandbox.modelslab import Mood, Turn
from tests.scenarios.town import Row, Town, a_town
from tests.wire.interactions import Interaction

ROUNDS = int(os.environ.get("TORTURE_ROUNDS", "20"))
DEADLINE_S, GRACE_S = 6, 60
LONGEST_LIFE_S = 2.5
ALL_OVER_S = 60.0
PLACES = 40
SETTINGS = {
    "JOB_DEADLINE_S": str(DEADLINE_S),
    "MODELSLAB_TIMEOUT_S": "2",
    # Whatever was cut off while it was posted keeps its place for deadline and grace.
    "MODELSLAB_MAX_QUEUED": str(PLACES),
    "DEFAULT_SERVER_DAY": "100000",
    "DEFAULT_MEMBER_LINE": "10000",
    "DEFAULT_SERVER_LINE": "10000",
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


async def test_a_few_kills_at_random(tmp_path: Path) -> None:
    await torture(tmp_path, rounds=3)


@pytest.mark.torture
@pytest.mark.timeout(120 + 15 * ROUNDS)
async def test_many_kills_at_random(tmp_path: Path) -> None:
    await torture(tmp_path, rounds=ROUNDS)


async def torture(folder: Path, *, rounds: int) -> None:
    seed = int(os.environ.get("TORTURE_SEED", random.randrange(10**9)))
    print(f"TORTURE_SEED={seed} TORTURE_ROUNDS={rounds}")  # noqa: T201
    dice = random.Random(seed)
    async with a_town(folder, **SETTINGS) as town:
        town.vendor.max_queued = PLACES
        town.vendor.latency_s = lambda rng: rng.uniform(0.0, 2.0)
        asked: list[Interaction] = []
        for _ in range(rounds):
            await town.bot_starts()
            asked += await a_short_life(town, dice)
            await town.bot_crashes()
            town.discord.faults.clear()
        await all_over(town)
        judge(town, asked)


async def a_short_life(town: Town, dice: random.Random) -> list[Interaction]:
    """Requests at random moments until the kill, with here and there an answer of Discord lost."""
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
    await town.discord.until(
        lambda: all(job["status"] == "delivered" for job in town.jobs()), timeout_s=ALL_OVER_S
    )
    # The bot is in its right mind.
    await town.pictures(await town.asks("the last fox"))


def judge(town: Town, asked: list[Interaction]) -> None:
    """Each job told once and paid once; the counts are the business of `books.check`."""
    jobs = {job["source_key"]: job for job in town.jobs()}
    known = [one for one in asked if f"interaction:{one.id}" in jobs]
    # Who saw a card has a job. (A job without a card is one whose card was cut off.)
    shown = [one for one in asked if one.message is not None and not one.ephemeral]
    assert [one for one in shown if one not in known] == []
    sold = Counter(job.body["track_id"] for job in town.vendor.book)
    for one in known:
        job = jobs[f"interaction:{one.id}"]
        assert sold[str(job["id"])] <= 1
        assert_told_once(town, job)
    assert sum(job["verdict"] == "pictures" for job in jobs.values()) > 0


def assert_told_once(town: Town, job: Row) -> None:
    outcome, request = json.loads(job["outcome"]), json.loads(job["request"])
    carriers = town.carriers(job["id"])
    story = f"{job}\n{[m.content for m in town.standing(job['id'])]}\n{town.log}"
    if job["verdict"] == "cancelled":
        # Its card never came to be: nobody is told anything, and nothing was bought.
        assert carriers == [], story
        return
    if job["route"] == "kept":
        assert carriers == [], story
        return
    told = [m for m in town.standing(job["id"]) if not is_live(m.content)]
    assert len(told) == 1, story
    if job["verdict"] == "pictures":
        assert carriers == told, story
        assert len(told[0].attachments) == outcome["received"], story
        is_hidden = told[0].ephemeral or told[0].channel.guild is None
        assert is_hidden or not request["private"], story
    else:
        assert carriers == [], story
        assert "Nothing was charged" in told[0].content, story


def is_live(content: str) -> bool:
    """A card that was left behind as it was: its end came as a message of its own."""
    return "Being painted" in content or "n line" in content
