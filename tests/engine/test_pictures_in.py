"""Work that starts from pictures: kept at once, lent to the vendor, laid over the original."""

import asyncio
import io
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from bot.domain.errors import PictureError
from bot.domain.job import JobStatus, Verdict
from bot.domain.request import InputPicture, Kind
from bot.download import Downloader
from bot.engine.inputs import Inputs
from bot.modelslab.catalogue import Catalogue
from sandbox.modelslab import Mood, Vendor
from storage.pictures import PictureFiles
from tests.engine.world import ANA, BOB, OTHER_SERVER, SERVER, World, a_world

WIDTH, HEIGHT = 900, 600


def a_photo(width_px: int = WIDTH, height_px: int = HEIGHT) -> bytes:
    """A picture of stripes, so that every shift and every change shows."""
    picture = Image.new("RGB", (width_px, height_px), "white")
    pen = ImageDraw.Draw(picture)
    for x in range(0, width_px, 30):
        pen.rectangle((x, 0, x + 14, height_px), fill=(x % 256, 90, 200 - x % 200))
    return png(picture)


def png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def inputs_of(world: World) -> Inputs:
    return Inputs(
        world.database,
        files=PictureFiles(world.folder / "pictures"),
        downloader=Downloader(),
        now=world.clock.now,
    )


async def a_source(world: World) -> InputPicture:
    return await inputs_of(world).from_bytes(a_photo())


async def an_inpaint(world: World) -> InputPicture:
    """A member asks for the left half of the photo to be repainted; the photo."""
    source = await a_source(world)
    mask = await inputs_of(world).mask_from_area(source, "left half")
    await world.asks("a red door", kind=Kind.INPAINT, source=source, mask=mask)
    return source


async def test_a_remix_is_made_of_the_picture_that_was_given(world: World) -> None:
    source = await a_source(world)
    asked = await world.asks("oil painting", kind=Kind.REMIX, source=source, strength=0.5)
    await world.until_done()
    [delivery] = world.delivered
    outcome = (await world.job(asked.job.id)).outcome
    assert outcome is not None
    assert outcome.verdict is Verdict.PICTURES
    [bought] = world.vendor.book
    lent = opened(bought.inputs["source"])
    assert lent.width / lent.height == pytest.approx(WIDTH / HEIGHT, rel=0.02)
    assert bought.body["strength"] == 0.5
    assert opened(delivery.files[0].data).size == lent.size
    assert await world.booked() == 1


async def test_outside_the_mask_nothing_has_changed(world: World) -> None:
    await an_inpaint(world)
    await world.until_done()
    [delivery] = world.delivered
    ours, given = opened(delivery.files[0].data), opened(a_photo())
    assert ours.size == given.size
    right = (WIDTH // 2, 0, WIDTH, HEIGHT)
    assert ours.convert("RGB").crop(right).tobytes() == given.crop(right).tobytes()
    middle = (WIDTH // 8, HEIGHT // 4, WIDTH // 4, HEIGHT // 2)
    assert ours.convert("RGB").crop(middle).tobytes() != given.crop(middle).tobytes()


async def test_picture_and_mask_reach_the_vendor_aligned(world: World) -> None:
    await an_inpaint(world)
    await world.until_done()
    [bought] = world.vendor.book
    picture, mask = opened(bought.inputs["source"]), opened(bought.inputs["mask"]).convert("L")
    assert picture.size == mask.size
    assert mask.getpixel((2, mask.height // 2)) == 255
    assert mask.getpixel((mask.width - 3, mask.height // 2)) == 0


@pytest.mark.parametrize("kind", [Kind.UPSCALE, Kind.CUTOUT])
async def test_a_tool_makes_a_picture_of_a_picture(world: World, kind: Kind) -> None:
    tool = Catalogue.built_in().tool(kind).id
    await world.asks("", kind=kind, model=tool, source=await a_source(world))
    await world.until_done()
    [delivery] = world.delivered
    made = opened(delivery.files[0].data)
    if kind is Kind.UPSCALE:
        assert made.width > WIDTH
    else:
        assert made.mode == "RGBA"


async def test_a_description_costs_no_picture(world: World) -> None:
    tool = Catalogue.built_in().tool(Kind.DESCRIBE).id
    asked = await world.asks("", kind=Kind.DESCRIBE, model=tool, source=await a_source(world))
    await world.until_done()
    job = await world.job(asked.job.id)
    assert job.outcome is not None
    assert job.outcome.verdict is Verdict.DESCRIBED
    assert job.outcome.detail
    assert await world.booked() == 0
    assert await world.spent_micros() > 0


async def test_a_refused_upload_ends_the_job_and_refunds_it(world: World) -> None:
    world.vendor.next_upload(Mood.ERROR_4XX)
    asked = await world.asks("oil", kind=Kind.REMIX, source=await a_source(world), strength=0.5)
    await world.until_done()
    job = await world.job(asked.job.id)
    assert job.outcome is not None
    assert job.outcome.verdict is Verdict.REFUSED
    assert world.vendor.posts == 0
    assert await world.booked() == 0


@pytest.mark.parametrize("mood", [Mood.HTML_502, Mood.JSON_503, Mood.BUSY_429, Mood.RESETS])
async def test_an_upload_that_failed_is_made_again(world: World, mood: Mood) -> None:
    world.vendor.next_upload(mood)
    await world.asks("oil", kind=Kind.REMIX, source=await a_source(world), strength=0.5)
    await world.until_done(timeout_s=30)
    # A busy vendor is waited for behind a closed gate.
    world.clock.advance(60)
    await world.until_done(timeout_s=30)
    assert world.vendor.accepted == 1
    assert await world.booked() == 1


def cannot_be_uploaded(world: World) -> None:
    world.vendor.next_upload(Mood.HTML_200)


def cannot_be_submitted(world: World) -> None:
    world.vendor.when("oil", Mood.JSON_503)


@pytest.mark.parametrize("again", [cannot_be_uploaded, cannot_be_submitted])
async def test_what_fails_alone_while_others_pass_has_an_end(
    world: World, again: Callable[[World], None]
) -> None:
    """It stood in line, with its pictures reserved, for as long as anybody looked."""
    world.vendor.default_mood = Mood.AT_ONCE
    began_at = world.clock.now()
    again(world)
    asked = await world.asks("oil", kind=Kind.REMIX, source=await a_source(world), strength=0.5)
    others = 0
    async with asyncio.timeout(20):
        while (await world.job(asked.job.id)).status is not JobStatus.DELIVERED:
            again(world)
            other = await world.asks(who=BOB)
            await world.until_status(other.job.id, JobStatus.DELIVERED)
            others += 1
            world.clock.advance(61)
    outcome = (await world.job(asked.job.id)).outcome
    assert outcome is not None
    assert outcome.verdict is Verdict.FAILED
    assert world.clock.now() - began_at > world.policy.deadline
    assert world.vendor.accepted == others
    assert await world.booked() == others
    assert await world.slots_taken() == 0


async def test_a_vendor_that_takes_nobody_is_waited_for_all_day(world: World) -> None:
    world.vendor.default_mood = Mood.JSON_503
    asked = await world.asks("oil", kind=Kind.REMIX, source=await a_source(world), strength=0.5)
    other = await world.asks(who=BOB)
    for _ in range(24):
        await world.until_done(pace_s=0)
        world.clock.advance(3600)
    assert world.vendor.posts > 10
    assert world.vendor.accepted == 0
    world.vendor.default_mood = Mood.AT_ONCE
    await world.until_status(asked.job.id, JobStatus.DELIVERED)
    await world.until_status(other.job.id, JobStatus.DELIVERED)
    assert await world.booked() == 2


async def test_an_address_that_is_too_old_is_made_anew(world: World) -> None:
    world.vendor.next(Mood.BUSY_429(retry_after=22 * 3600))
    await world.asks("oil", kind=Kind.REMIX, source=await a_source(world), strength=0.5)
    await world.until_done()
    assert len(world.vendor.uploads) == 1
    world.clock.advance(22 * 3600)
    await world.until_done()
    assert len(world.vendor.uploads) == 2
    assert world.vendor.accepted == 1


async def test_a_kill_before_the_submission_loses_neither_picture_nor_mask(
    tmp_path: Path, vendor: Vendor
) -> None:
    async with a_world(tmp_path, vendor) as world:
        await an_inpaint(world)
    assert vendor.posts == 0
    async with a_world(tmp_path, vendor) as world:
        await world.until_done()
        assert len(world.delivered) == 1
    assert vendor.accepted == 1
    assert set(vendor.book[0].inputs) == {"source", "mask"}


async def test_a_result_may_be_the_start_of_another_job(world: World) -> None:
    asked = await world.asks("a red fox")
    await world.until_done()
    inputs = inputs_of(world)
    job_id = asked.job.id
    assert (await world.job(job_id)).status is JobStatus.DELIVERED
    found = await inputs.from_result(job_id, 1, guild_id=SERVER, user_id=ANA)
    assert found is not None
    assert await inputs.from_result(job_id, 2, guild_id=SERVER, user_id=ANA) is None
    assert await inputs.from_result(job_id, 1, guild_id=OTHER_SERVER, user_id=ANA) is None


async def test_a_result_that_was_not_to_be_posted_starts_no_job_of_somebody_else(
    world: World,
) -> None:
    """By a forged button with its number anybody could upscale it, into the channel."""
    asked = await world.asks("a red fox")
    await world.until_done()
    async with world.database.transaction() as tx:
        await tx.exec_driver_sql("UPDATE jobs SET withheld = 1")
    job_id, inputs = asked.job.id, inputs_of(world)

    assert await inputs.from_result(job_id, 1, guild_id=SERVER, user_id=ANA + 1) is None
    assert await inputs.from_result(job_id, 1, guild_id=SERVER, user_id=ANA) is not None


async def test_what_was_offered_is_for_one_member_and_a_quarter_of_an_hour(world: World) -> None:
    inputs = inputs_of(world)
    source = await a_source(world)
    number = await inputs.offer([source], guild_id=SERVER, user_id=ANA)
    assert await inputs.picked(number, 1, guild_id=SERVER, user_id=ANA) == source
    assert await inputs.picked(number, 1, guild_id=SERVER, user_id=ANA + 1) is None
    assert await inputs.picked(number, 1, guild_id=OTHER_SERVER, user_id=ANA) is None
    world.clock.advance(15 * 60 + 1)
    assert await inputs.picked(number, 1, guild_id=SERVER, user_id=ANA) is None


async def test_what_is_no_picture_is_refused_with_a_sentence(world: World) -> None:
    with pytest.raises(PictureError, match=r"\.$|picture"):
        await inputs_of(world).from_bytes(b"<html>not a picture</html>")


async def test_pictures_of_refused_requests_are_swept_up(world: World) -> None:
    source = await a_source(world)
    kept = await a_source(world)
    assert kept.sha256 == source.sha256
    path = world.folder / "pictures" / source.sha256[:2] / source.sha256
    long_ago = world.clock.now().timestamp() - 3 * 24 * 3600
    os.utime(path, (long_ago, long_ago))
    await world.housekeeping.clean(world.clock.now())
    assert not path.exists()


async def test_a_failed_jobs_picture_goes_when_its_time_is_over(world: World) -> None:
    source = await a_source(world)
    path = world.folder / "pictures" / source.sha256[:2] / source.sha256
    world.vendor.next(Mood.ERROR_200)
    await world.asks("oil", kind=Kind.REMIX, source=source, strength=0.5)
    await world.until_done()
    now = world.clock.now()
    await world.housekeeping.clean(now + timedelta(days=29))
    assert path.exists()
    await world.housekeeping.clean(now + timedelta(days=31))
    assert not path.exists()
