"""What was: who may see it, who may drop it, and what is left on the disk."""

from pathlib import Path
from typing import Any

import pytest

from bot.domain.job import JobStatus
from bot.engine.records import Forgot
from storage import jobs
from tests.engine.erasing import everything
from tests.engine.world import ANA, BOB, OTHER_SERVER, SERVER, World


def on_disk(folder: Path) -> int:
    return sum(path.is_file() for path in (folder / "pictures").rglob("*"))


async def a_result(world: World, **options: Any) -> int:
    asked = await world.asks(**options)
    await world.until_done()
    return int(asked.job.id)


@pytest.mark.parametrize(
    ("private", "guild_id", "user_id", "seen"),
    [
        (False, SERVER, ANA, True),
        (False, SERVER, BOB, True),
        (False, OTHER_SERVER, ANA, False),
        (True, SERVER, ANA, True),
        (True, SERVER, BOB, False),
        (True, OTHER_SERVER, ANA, False),
    ],
)
async def test_who_may_see_a_result(
    world: World, private: bool, guild_id: int, user_id: int, seen: bool
) -> None:
    job_id = await a_result(world, private=private, count=2)
    details = await world.records.details(job_id, guild_id=guild_id, user_id=user_id)
    assert (details is not None) is seen
    if details is not None:
        assert details.job.id == job_id
        assert [picture.position for picture in details.pictures] == [1, 2]
        assert details.pictures[0].width_px == 1024
        assert details.ignored == ()


async def test_what_was_not_to_be_posted_is_no_picture_for_others(world: World) -> None:
    """By its number in a forged button anybody could upscale it, into the channel."""
    world.vendor.hold()
    asked = await world.asks()
    await world.until_status(asked.job.id, JobStatus.WAITING)
    await world.withdrawals.withdraw(asked.job.id, guild_id=SERVER, user_id=ANA, moderator=False)
    world.vendor.release()
    await world.until_done()

    own = await world.records.details(asked.job.id, guild_id=SERVER, user_id=ANA)
    others = await world.records.details(asked.job.id, guild_id=SERVER, user_id=BOB)

    assert own is not None
    assert len(own.pictures) == 1
    assert others is not None
    assert others.pictures == ()


async def test_a_job_that_never_was_is_unknown(world: World) -> None:
    assert await world.records.details(1, guild_id=SERVER, user_id=ANA) is None
    said = await world.records.forget(1, guild_id=SERVER, user_id=ANA, moderator=True)
    assert said is Forgot.UNKNOWN
    assert await world.records.live(1) is None


@pytest.mark.parametrize(
    ("private", "guild_id", "user_id", "moderator", "said"),
    [
        (False, SERVER, ANA, False, Forgot.DONE),
        (False, SERVER, BOB, True, Forgot.DONE),
        (False, SERVER, BOB, False, Forgot.NOT_YOURS),
        (False, OTHER_SERVER, ANA, True, Forgot.UNKNOWN),
        (True, SERVER, ANA, False, Forgot.DONE),
        # A moderator cannot even tell that it is there.
        (True, SERVER, BOB, True, Forgot.UNKNOWN),
    ],
)
async def test_who_may_drop_a_result(
    world: World, private: bool, guild_id: int, user_id: int, moderator: bool, said: Forgot
) -> None:
    job_id = await a_result(world, private=private)
    # The picture and its thumbnail.
    assert on_disk(world.folder) == 2
    found = await world.records.forget(
        job_id, guild_id=guild_id, user_id=user_id, moderator=moderator
    )
    assert found is said
    assert on_disk(world.folder) == (0 if said is Forgot.DONE else 2)
    async with world.database.reading() as tx:
        assert (await jobs.get(tx, job_id) is None) is (said is Forgot.DONE)
    # What was made was made.
    assert await world.booked(SERVER) == 1


async def test_a_dropped_result_stays_charged_and_its_details_go(world: World) -> None:
    job_id = await a_result(world, prompt="a marked fox")
    for expected in (Forgot.DONE, Forgot.UNKNOWN):
        said = await world.records.forget(job_id, guild_id=SERVER, user_id=ANA, moderator=False)
        assert said is expected
    assert await world.records.details(job_id, guild_id=SERVER, user_id=ANA) is None
    assert await world.booked() == 1
    await world.leftovers.clear()
    assert b"a marked fox" not in everything(world)


async def test_what_is_still_on_its_way_cannot_be_dropped(world: World) -> None:
    world.vendor.hold()
    asked = await world.asks()
    assert await world.records.live(asked.job.id) == await world.job(asked.job.id)
    said = await world.records.forget(asked.job.id, guild_id=SERVER, user_id=ANA, moderator=False)
    assert said is Forgot.STILL_LIVE
    world.vendor.release()
    await world.until_done()
    assert await world.records.live(asked.job.id) is None


async def test_a_picture_that_two_jobs_made_stays_until_the_last_one_goes(
    world: World,
) -> None:
    """The same words and the same seed make the very same bytes."""
    one = await a_result(world, prompt="a red fox", seed=7)
    two = await a_result(world, prompt="a red fox", seed=7, who=BOB)
    assert on_disk(world.folder) == 2
    await world.records.forget(one, guild_id=SERVER, user_id=ANA, moderator=False)
    assert on_disk(world.folder) == 2
    await world.records.forget(two, guild_id=SERVER, user_id=BOB, moderator=False)
    assert on_disk(world.folder) == 0


async def test_a_small_fact_is_remembered(world: World) -> None:
    assert await world.records.remembered("commands") is None
    await world.records.remember("commands", "abc")
    assert await world.records.remembered("commands") == "abc"
