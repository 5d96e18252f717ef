"""The last step: safe pictures, a Discord that may be away, and who is told what."""

import asyncio
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.domain.errors import CourierError
from bot.domain.job import JobStatus, Route
from bot.domain.preferences import MemberSettings
from bot.engine.courier import BeginMessage, Delivered, Delivery
from sandbox.modelslab import Mood, Vendor
from storage import preferences
from tests.engine.world import ANA, SERVER, Notebook, World, a_world

SETTLED, DELIVERED = JobStatus.SETTLED, JobStatus.DELIVERED


async def test_discord_is_away_and_the_job_is_delivered_later_once(world: World) -> None:
    world.courier.discord_is_down(4)
    asked = await world.asks(count=2)
    await world.until_done(pace_s=2)
    assert world.courier.broken == []
    [delivery] = world.delivered
    assert len(delivery.files) == 2
    assert (await world.job(asked.job.id)).status is DELIVERED
    # Paid and posted once, whatever Discord did.
    assert (world.vendor.posts, await world.booked()) == (1, 2)


async def test_tries_grow_apart_and_discords_own_wish_is_kept(world: World) -> None:
    world.courier.broken += [CourierError("slow down", retry_after_s=300)]
    asked = await world.asks()
    await world.until_status(asked.job.id, SETTLED)

    async def tried() -> bool:
        return not world.courier.broken

    while not await tried():
        world.clock.advance(1)
        await asyncio.sleep(0.01)

    async def put_off() -> bool:
        job = await world.job(asked.job.id)
        return job.due_at - world.clock.now() > timedelta(seconds=250)

    await world.until(put_off)
    assert world.delivered == []
    world.clock.advance(301)
    await world.until_status(asked.job.id, DELIVERED)
    assert len(world.delivered) == 1


async def test_after_a_day_without_discord_the_result_is_kept(world: World) -> None:
    world.courier.discord_is_down(10_000)
    asked = await world.asks()
    await world.until_status(asked.job.id, SETTLED)
    world.clock.advance(23.5 * 3600)
    world.runner.wake()
    await asyncio.sleep(0.1)
    assert (await world.job(asked.job.id)).status is SETTLED
    world.clock.advance(3600)
    job = await world.until_status(asked.job.id, DELIVERED)
    assert job.route is Route.KEPT
    details = await world.records.details(job.id, guild_id=SERVER, user_id=ANA)
    assert details is not None
    assert len(details.pictures) == 1
    assert await world.booked() == 1


async def test_a_thousand_tries_are_still_a_minute_apart(world: World) -> None:
    """The 1025th try of a long outage used to break the sum, and then never waited again."""
    world.courier.discord_is_down(10_000)
    asked = await world.asks()
    job = await world.until_status(asked.job.id, SETTLED)
    world.courier.broken[:] = [CourierError("away", retry_after_s=5)]
    world.clock.advance(5)

    async def resting() -> bool:
        return not world.courier.broken and not world.runner._in_hand

    await world.until(resting)
    world.courier.discord_is_down(10_000)
    async with world.database.transaction() as tx:
        await tx.exec_driver_sql("UPDATE jobs SET attempts = 1440, due_at = 0")

    async def put_off() -> bool:
        now = await world.job(job.id)
        return now.due_at > world.clock.now() + timedelta(seconds=50)

    await world.until(put_off)


async def test_a_picture_that_is_gone_from_our_disk_is_said(world: World, tmp_path: Path) -> None:
    world.courier.discord_is_down(1)
    asked = await world.asks(count=2, seed=7)
    await world.until_status(asked.job.id, SETTLED)
    details = await world.records.details(asked.job.id, guild_id=SERVER, user_id=ANA)
    assert details is not None
    first = details.pictures[0].sha256
    (tmp_path / "pictures" / first[:2] / first).unlink()
    await world.until_done()
    [delivery] = world.delivered
    assert [file.name for file in delivery.files] == [f"limner-{asked.job.id}-2.png"]
    assert delivery.notes == (
        "Picture 1 could not be sent: a picture could not be read: No such file or directory.",
    )


async def test_a_picture_too_large_for_the_channel_is_made_smaller_and_that_is_said(
    world: World,
) -> None:
    asked = await world.asks()
    async with world.database.transaction() as tx:
        await tx.exec_driver_sql("UPDATE cards SET file_limit_bytes = 3000")
    await world.until_done()
    [delivery] = world.delivered
    [file] = delivery.files
    assert len(file.data) <= 3000
    assert file.name == f"limner-{asked.job.id}-1.webp"
    assert delivery.notes == ("Picture 1 was too large for Discord and was made smaller.",)


async def test_what_discord_does_not_take_is_packed_once_more_and_smaller(
    tmp_path: Path, vendor: Vendor
) -> None:
    class TakesLess(Notebook):
        async def deliver(self, delivery: Delivery, begin_message: BeginMessage) -> Delivered:
            self.deliveries.append(delivery)
            assert delivery.smaller is not None
            return await super().deliver(await delivery.smaller(), begin_message)

    async with a_world(tmp_path, vendor, courier=TakesLess()) as world:
        await world.asks(count=2)
        await world.until_done()
        [refused, taken] = world.delivered
    assert refused.notes == ()
    assert taken.notes == tuple(
        f"Picture {n} was too large for Discord and was made smaller." for n in (1, 2)
    )
    largest = max(len(file.data) for file in refused.files)
    assert len(taken.files) == 2
    assert max(len(file.data) for file in taken.files) <= largest / 4


async def test_a_picture_that_cannot_be_made_small_enough_is_said_in_one_sentence(
    world: World,
) -> None:
    """The sentence used to end in two full stops."""
    await world.asks()
    async with world.database.transaction() as tx:
        await tx.exec_driver_sql("UPDATE cards SET file_limit_bytes = 5")
    await world.until_done()
    [delivery] = world.delivered
    assert delivery.files == ()
    [note] = delivery.notes
    assert note.startswith("Picture 1 could not be sent: ")
    assert note.endswith("5 bytes.")


async def test_the_files_say_what_they_are(world: World) -> None:
    asked = await world.asks("a fox — “under” the stars", count=2, seed=7, spoiler=True)
    await world.until_done()
    [delivery] = world.delivered
    assert [file.name for file in delivery.files] == [
        f"limner-{asked.job.id}-1.png",
        f"limner-{asked.job.id}-2.png",
    ]
    assert all(file.spoiler for file in delivery.files)
    assert [file.description for file in delivery.files] == [
        "Generated picture (1 of 2): a fox — “under” the stars",
        "Generated picture (2 of 2): a fox — “under” the stars",
    ]
    with Image.open(io.BytesIO(delivery.files[0].data)) as picture:
        picture.load()
        texts = picture.info
    assert texts["Title"] == "a fox — “under” the stars"
    assert (texts["Model"], texts["Seed"], texts["Job"]) == ("sdxl", "7", str(asked.job.id))


async def test_a_long_description_is_cut_to_what_discord_takes(world: World) -> None:
    await world.asks("very " * 399 + "long")
    await world.until_done()
    assert len(world.delivered[0].files[0].description) == 1024


async def test_options_that_the_model_ignores_are_named(world: World) -> None:
    said = await world.asks(model="flux", negative="rain")
    assert said.ignored == ("negative",)
    await world.until_done()
    assert world.delivered[0].ignored == ("negative",)


async def long_job(world: World, **options: Any) -> int:
    world.vendor.hold()
    asked = await world.asks(**options)
    await world.until_status(asked.job.id, JobStatus.WAITING)
    world.clock.advance(61)
    world.vendor.release()
    await world.until_done()
    return int(asked.job.id)


async def test_after_a_long_job_the_asker_is_pinged_once(world: World) -> None:
    job_id = await long_job(world)
    assert world.courier.pings == [job_id]


async def test_after_a_short_job_nobody_is_pinged(world: World) -> None:
    await world.asks()
    await world.until_done(pace_s=0.2)
    assert world.courier.pings == []


async def test_a_private_job_is_never_followed_by_a_ping(world: World) -> None:
    await long_job(world, private=True)
    assert len(world.delivered) == 1
    assert world.courier.pings == []


@pytest.mark.parametrize(("ping", "pings"), [(None, 1), (True, 1), (False, 0)])
async def test_a_member_can_turn_the_ping_off(world: World, ping: bool | None, pings: int) -> None:
    async with world.database.transaction() as tx:
        await preferences.set_member(tx, MemberSettings(ping=ping), guild_id=SERVER, user_id=ANA)
    await long_job(world)
    assert len(world.courier.pings) == pings


@pytest.mark.parametrize("route", [Route.DIRECT, Route.KEPT, Route.REMOVED])
async def test_only_what_stands_in_the_channel_is_pinged_about(
    tmp_path: Path, vendor: Vendor, route: Route
) -> None:
    class ByAnotherRoute(Notebook):
        async def deliver(self, delivery: Delivery, begin_message: BeginMessage) -> Delivered:
            self.deliveries.append(delivery)
            return Delivered(route=route)

    async with a_world(tmp_path, vendor, courier=ByAnotherRoute()) as world:
        job_id = await long_job(world)
        assert (await world.job(job_id)).route is route
        assert world.courier.pings == []


async def test_the_first_try_of_a_message_is_known_to_the_second(
    tmp_path: Path, vendor: Vendor
) -> None:
    """So that a repeat can look whether the first one arrived after all."""
    seen: list[object] = []

    class NewMessage(Notebook):
        async def deliver(self, delivery: Delivery, begin_message: BeginMessage) -> Delivered:
            seen.append(await begin_message())
            if len(seen) == 1:
                raise CourierError("the answer was lost")
            self.deliveries.append(delivery)
            return Delivered(route=Route.CHANNEL, message_id=77)

    async with a_world(tmp_path, vendor, courier=NewMessage()) as world:
        asked = await world.asks()
        await world.until_done()
        assert seen[0] is None
        assert seen[1] is not None
        job = await world.job(asked.job.id)
        assert (job.route, job.message_id) == (Route.CHANNEL, 77)


async def test_a_failure_is_delivered_without_files(world: World) -> None:
    world.vendor.next(Mood.ERROR_200)
    await world.asks()
    await world.until_done()
    [delivery] = world.delivered
    assert (delivery.files, delivery.notes, delivery.receipt.charged) == ((), (), 0)
    assert delivery.smaller is None
