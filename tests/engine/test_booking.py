"""Requests that are booked in one transaction are decided one after the other."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.errors import StorageBusy
from bot.domain.limits import Limits
from bot.domain.preferences import ServerSettings
from bot.domain.refusal import AlreadyAccepted, ModelNotAllowed, OverLimit, Rule
from bot.engine.cancelling import ACK_GRACE
from bot.engine.intake import Accepted
from sandbox.modelslab import Vendor
from storage import preferences
from tests.engine.world import ANA, BOB, OTHER_SERVER, SERVER, World, a_policy, a_world


async def test_the_same_interaction_twice_in_one_batch_is_one_job(world: World) -> None:
    first, again = await asyncio.gather(
        world.asks(source_key="interaction:x"), world.asks(source_key="interaction:x")
    )
    assert isinstance(first, Accepted)
    assert again == AlreadyAccepted(first.job.id)
    assert await world.booked() == 1


async def test_an_interaction_that_was_refused_is_refused_again(
    tmp_path: Path, vendor: Vendor
) -> None:
    async with a_world(tmp_path, vendor, policy=a_policy(limits=Limits(server_day=0))) as world:
        said = await asyncio.gather(*(world.asks(source_key="interaction:x") for _ in range(2)))
    assert [type(each) for each in said] == [OverLimit, OverLimit]


async def test_each_is_refused_with_the_numbers_of_its_turn(tmp_path: Path, vendor: Vendor) -> None:
    """Limits of the member, the server and the line are reckoned on within the batch."""
    limits = Limits(server_day=7, member_day=5, member_line=2)
    async with a_world(tmp_path, vendor, policy=a_policy(limits=limits)) as world:
        vendor.hold()
        said = await asyncio.gather(
            world.asks(who=ANA, count=4),
            world.asks(who=ANA, count=2),
            world.asks(who=ANA, count=1),
            world.asks(who=ANA, count=1),
            world.asks(who=BOB, count=3),
            world.asks(who=BOB, count=2),
            world.asks(who=BOB, where=OTHER_SERVER, count=4),
        )
    told = [
        (each.rule, each.used, each.asked) if isinstance(each, OverLimit) else each.job.id
        for each in said
    ]
    assert told == [
        1,
        (Rule.MEMBER_DAY, 4, 2),
        2,
        (Rule.MEMBER_LINE, 2, 1),
        (Rule.SERVER_DAY, 5, 3),
        3,
        4,
    ]


async def test_each_server_of_a_batch_has_its_own_rules_and_day(world: World) -> None:
    async with world.database.transaction() as tx:
        await preferences.set_server(
            tx, OTHER_SERVER, ServerSettings(allowed_models=frozenset({"flux"}), server_day=1)
        )
        await preferences.set_server(tx, SERVER, ServerSettings(time_zone="Pacific/Kiritimati"))
    here, not_that, there, over = await asyncio.gather(
        world.asks(where=SERVER, count=2),
        world.asks(where=OTHER_SERVER, model="sdxl"),
        world.asks(where=OTHER_SERVER, model="flux"),
        world.asks(where=OTHER_SERVER, model="flux"),
    )
    assert (type(here), type(there)) == (Accepted, Accepted)
    assert not_that == ModelNotAllowed("sdxl", ("flux",))
    assert (over.rule, over.limit) == (Rule.SERVER_DAY, 1)


async def test_a_batch_is_in_line_in_the_order_it_came(world: World) -> None:
    world.vendor.hold()
    said = await asyncio.gather(*(world.asks(f"fox {number}") for number in range(20)))
    assert [each.job.request.prompt for each in sorted(said, key=lambda each: each.job.id)] == [
        f"fox {number}" for number in range(20)
    ]


async def test_one_request_that_cannot_be_written_fails_alone(world: World) -> None:
    """Half of a pair of code units is no text for a database; Discord never sends one."""
    said = await asyncio.gather(
        world.asks("a fox"), world.asks("a \ud800"), world.asks("a cat"), return_exceptions=True
    )
    assert [type(each) for each in said] == [Accepted, UnicodeEncodeError, Accepted]
    assert await world.booked() == 2


async def test_the_grace_for_the_answer_begins_when_the_job_is_written_down(world: World) -> None:
    """It went by while others wrote: the job was bought before its answer had failed."""
    async with world.database.transaction():
        asking = asyncio.create_task(world.asks())
        await asyncio.sleep(0.05)
        world.clock.advance(4)
    asked = await asking
    assert asked.job.due_at - world.clock.now() > ACK_GRACE - timedelta(seconds=2)


async def test_a_job_whose_place_cannot_be_read_is_in_line_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its asker was told that nothing had been charged, and then got the picture."""

    async def unreadable(*_: object, **__: object) -> object:
        raise StorageBusy("the database is busy")

    monkeypatch.setattr("bot.engine.line.snapshot", unreadable)
    asked = await world.asks()
    assert isinstance(asked, Accepted)
    assert await world.booked() == 1
    assert (asked.place.ahead, asked.gate) == (0, None)
