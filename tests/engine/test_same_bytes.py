"""Files are named by their content: what one member has removed may be another one's, too."""

from pathlib import Path

import pytest

from bot.domain.errors import StorageError
from bot.domain.job import JobStatus, Verdict
from bot.domain.refusal import PictureGone
from bot.domain.request import ImageRequest, InputPicture, Kind, Requester
from bot.engine.easels import Easels
from bot.engine.leftovers import Leftovers
from bot.engine.records import Forgot
from bot.engine.settling import Settling
from storage import results
from tests.engine.ordering import before
from tests.engine.test_pictures_in import a_source, inputs_of
from tests.engine.world import ANA, BOB, CHANNEL, SERVER, World


async def remix(world: World, source: InputPicture, *, who: int) -> int:
    said = await world.asks("oil", kind=Kind.REMIX, source=source, strength=0.5, who=who)
    return int(said.job.id)


async def forgets(world: World, job_id: int, *, who: int) -> None:
    said = await world.records.forget(job_id, guild_id=SERVER, user_id=who, moderator=False)
    assert said is Forgot.DONE


def kept(world: World) -> set[str]:
    return {path.name for path in Path(world.folder / "pictures").glob("??/*")}


async def test_a_result_that_another_has_removed_meanwhile_is_fetched_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was stored and not yet named when the other's went: the job stood there without it."""
    first = await world.asks("a red fox", seed=7, who=ANA)
    await world.until_done()
    before(monkeypatch, Settling, "settle", lambda: forgets(world, first.job.id, who=ANA))

    second = await world.asks("a red fox", seed=7, who=BOB)
    await world.until_done()

    job = await world.job(second.job.id)
    assert job.outcome is not None
    assert (job.status, job.outcome.verdict) == (JobStatus.DELIVERED, Verdict.PICTURES)
    async with world.database.reading() as tx:
        [picture] = await results.of_job(tx, job.id)
    assert await world.files.get(picture.sha256)
    assert [len(delivery.files) for delivery in world.delivered] == [1, 1]
    assert world.vendor.accepted == 2
    assert await world.booked() == 2
    assert await world.slots_taken() == 0


async def test_what_another_has_just_named_is_not_removed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = await a_source(world)
    first = await remix(world, source, who=ANA)
    await world.until_done()
    second = 0

    async def asked_for_again() -> None:
        nonlocal second
        second = await remix(world, await a_source(world), who=BOB)

    before(monkeypatch, Leftovers, "remove", asked_for_again)
    await forgets(world, first, who=ANA)

    assert source.sha256 in kept(world)
    await world.until_done()
    outcome = (await world.job(second)).outcome
    assert outcome is not None
    assert outcome.verdict is Verdict.PICTURES
    await forgets(world, second, who=BOB)
    assert kept(world) == set(), "nobody names it any more"


async def test_a_picture_that_another_has_removed_is_asked_for_once_more(world: World) -> None:
    """Not taken into a job that could never begin."""
    first = await remix(world, await a_source(world), who=ANA)
    await world.until_done()
    source = await a_source(world)
    await forgets(world, first, who=ANA)

    said = await world.asks("oil", kind=Kind.REMIX, source=source, strength=0.5, who=BOB)

    assert said == PictureGone()
    assert await world.booked() == 1
    second = await remix(world, await a_source(world), who=BOB)
    await world.until_done()
    assert (await world.job(second)).status is JobStatus.DELIVERED


async def test_neither_a_choice_nor_an_easel_is_made_of_what_is_gone(world: World) -> None:
    source, inputs = await a_source(world), inputs_of(world)
    await world.leftovers.remove([source.sha256])
    easels = Easels(
        world.database,
        intake=world.intake,
        inputs=inputs,
        courier=world.courier,
        key="a key",
        now=world.clock.now,
    )

    with pytest.raises(StorageError, match="removed"):
        await inputs.offer([source], guild_id=SERVER, user_id=ANA)
    with pytest.raises(StorageError, match="removed"):
        await easels.set_up(
            ImageRequest(prompt="a door", kind=Kind.INPAINT, model="sdxl", source=source),
            Requester(user_id=ANA, guild_id=SERVER, channel_id=CHANNEL),
            file_limit_bytes=1024,
        )

    source = await a_source(world)
    assert await inputs.offer([source], guild_id=SERVER, user_id=ANA)
    assert await world.leftovers.remove([source.sha256]) == 0
    assert kept(world) == {source.sha256}
