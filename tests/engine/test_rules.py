"""A server's rules: changed together or not at all, kept with who and when, felt at once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.domain.gates import GateReason
from bot.domain.job import JobStatus
from bot.domain.limits import Limits
from bot.domain.preferences import ServerSettings
from bot.domain.refusal import (
    ChannelNotAllowed,
    ModelNotAllowed,
    OverLimit,
    Paused,
    Rule,
    UnknownModel,
)
from bot.domain.request import ImageRequest, Kind, Requester
from bot.domain.rules import (
    ROLES_MAX,
    AboveCeiling,
    DefaultNotAllowed,
    Difference,
    EverybodysRole,
    NoImagining,
    TooMany,
    UnknownZone,
    deny_channel,
)
from bot.engine.intake import Accepted
from bot.engine.rules import ServerRules
from bot.modelslab.catalogue import Catalogue
from sandbox.modelslab import Vendor
from storage import preferences
from tests.engine.world import (
    ANA,
    BOB,
    CHANNEL,
    OTHER_SERVER,
    SERVER,
    World,
    a_policy,
    a_world,
)

LIMITS = Limits(server_day=200, server_line=60, member_line=20, owner_day=100)
ROLE, OTHER_ROLE = 71, 72


def rules_of(world: World) -> ServerRules:
    return ServerRules(
        world.database,
        catalogue=Catalogue.built_in(),
        policy=world.policy,
        wake=world.runner.wake,
        now=world.clock.now,
    )


@pytest.fixture
async def world(tmp_path: Path, vendor: Vendor) -> AsyncIterator[World]:
    async with a_world(tmp_path, vendor, policy=a_policy(limits=LIMITS)) as world:
        yield world


async def change(world: World, *, where: int = SERVER, **settings: Any) -> Any:
    return await rules_of(world).change(
        where, user_id=ANA, edit=lambda before: replace(before, **settings)
    )


async def settings_of(world: World, where: int = SERVER) -> ServerSettings:
    async with world.database.reading() as tx:
        return await preferences.of_server(tx, where)


async def audited(world: World, where: int = SERVER) -> list[tuple[str, str | None, str | None]]:
    """The audit of a server, oldest first."""
    latest = await rules_of(world).latest(where, limit=100)
    found = [(d.setting, d.before, d.after) for d in (change.difference for change in latest)]
    return found[::-1]


async def test_several_settings_change_at_once_and_each_real_change_is_kept(world: World) -> None:
    first = await change(world, server_day=50, time_zone="asia/tokyo")
    assert first == (
        Difference("server_day", None, "50"),
        Difference("time_zone", None, "Asia/Tokyo"),
    )
    again = await change(world, server_day=50, time_zone="Asia/Tokyo", member_day=5)
    assert again == (Difference("member_day", None, "5"),)
    assert await change(world, server_day=50) == ()
    await change(world, server_day=None)
    assert await audited(world) == [
        ("server_day", None, "50"),
        ("time_zone", None, "Asia/Tokyo"),
        ("member_day", None, "5"),
        ("server_day", "50", None),
    ]
    assert await settings_of(world) == ServerSettings(time_zone="Asia/Tokyo", member_day=5)
    assert await settings_of(world, OTHER_SERVER) == ServerSettings()
    assert await audited(world, OTHER_SERVER) == []


@pytest.mark.parametrize(
    ("wanted", "objection"),
    [
        ({"server_day": 101}, AboveCeiling("server_day", 101, 100)),
        ({"member_day": 101}, AboveCeiling("member_day", 101, 100)),
        ({"time_zone": "Mars/Olympus"}, UnknownZone("Mars/Olympus")),
        ({"model": "removebg_mask"}, UnknownModel("removebg_mask")),
        ({"model": "qqqqqqqq"}, UnknownModel("qqqqqqqq")),
        ({"model": "seededit-i2i"}, NoImagining("seededit-i2i")),
        ({"allowed_models": frozenset({"sdxl", "qqqqqqqq"})}, UnknownModel("qqqqqqqq")),
        (
            {"allowed_models": frozenset({"SDXL"}), "model": "flux"},
            DefaultNotAllowed("flux", ("sdxl",)),
        ),
    ],
)
async def test_one_thing_that_cannot_be_keeps_everything_as_it_was(
    world: World, wanted: dict[str, Any], objection: object
) -> None:
    said = await change(world, server_month=7, log_channel_id=5, **wanted)
    if isinstance(objection, UnknownModel):
        assert isinstance(said, UnknownModel)
        assert said.model == objection.model
    else:
        assert said == objection
    assert await settings_of(world) == ServerSettings()
    assert await audited(world) == []


async def test_an_unknown_model_brings_those_that_look_alike(world: World) -> None:
    said = await change(world, model="sdxll")
    assert isinstance(said, UnknownModel)
    assert said.close[0] == "sdxl"


async def test_models_are_known_however_they_are_written(world: World) -> None:
    await change(world, allowed_models=frozenset({"SDXL", "Flux 2 Pro"}), model="flux_2_pro")
    now = await settings_of(world)
    assert now.allowed_models == frozenset({"sdxl", "flux-2-pro"})
    assert now.model == "flux-2-pro"


async def test_changes_at_the_same_time_do_not_undo_each_other(world: World) -> None:
    wanted: list[dict[str, Any]] = [
        {"server_day": 10},
        {"server_month": 20},
        {"member_day": 3},
        {"log_channel_id": 9},
    ]
    await asyncio.gather(*(change(world, **each) for each in wanted))
    assert await settings_of(world) == ServerSettings(
        server_day=10, server_month=20, member_day=3, log_channel_id=9
    )
    assert len(await audited(world)) == 4


async def test_the_view_has_everything_at_one_moment(world: World) -> None:
    rules = rules_of(world)
    await change(world, member_day=7, time_zone="Asia/Tokyo", allowed_models=frozenset({"flux"}))
    await world.asks(count=3, model="flux")
    await rules.set_role(SERVER, ROLE, user_id=BOB, member_day=9)
    await rules.pause(SERVER, user_id=BOB, reason="tea")

    view = await rules.view(SERVER, user_id=BOB)

    assert (view.limits.server_day, view.limits.member_day, view.limits.owner_day) == (200, 7, 100)
    assert (view.usage.server_day, view.usage.server_line, view.usage.owner_day) == (3, 1, 3)
    assert (view.model, view.owner_model) == ("flux", "sdxl")
    assert view.roles == {ROLE: 9}
    assert view.pause is not None
    assert (view.pause.reason, view.pause.detail) == (GateReason.PAUSED, "tea")
    assert view.when.day_ends_at.hour == 15, "midnight in Tokyo"
    assert view.changes["member_day"].user_id == ANA
    assert view.changes[f"role_quota:{ROLE}"].user_id == BOB
    assert view.changes["pause"].difference == Difference("pause", None, "tea")
    elsewhere = await rules.view(OTHER_SERVER, user_id=BOB)
    assert (elsewhere.settings, elsewhere.changes, elsewhere.pause) == (ServerSettings(), {}, None)
    assert elsewhere.roles == {}
    assert elsewhere.usage.server_day == 0


async def test_a_new_limit_is_felt_by_the_next_request(world: World) -> None:
    assert isinstance(await world.asks(), Accepted)
    await change(world, server_day=1)
    no = await world.asks()
    assert isinstance(no, OverLimit)
    assert (no.rule, no.limit, no.used) == (Rule.SERVER_DAY, 1, 1)
    assert isinstance(await world.asks(where=OTHER_SERVER), Accepted)
    await change(world, server_day=None)
    assert isinstance(await world.asks(), Accepted)


async def test_models_and_channels_are_felt_by_the_next_request(world: World) -> None:
    await change(world, allowed_models=frozenset({"flux"}))
    assert await world.asks(model="sdxl") == ModelNotAllowed("sdxl", ("flux",))
    rules = rules_of(world)
    await rules.change(SERVER, user_id=ANA, edit=lambda before: deny_channel(before, CHANNEL))
    assert await world.asks(model="flux") == ChannelNotAllowed()


@pytest.mark.parametrize("model", ["flux", "FLUX", "sdxl", "Sdxl", "no such model"])
async def test_an_obstacle_is_named_before_the_picture_is_read_as_it_would_be_after(
    world: World, model: str
) -> None:
    """Spelled differently, an allowed model was refused where there was a picture to read."""
    await change(world, allowed_models=frozenset({"flux"}))
    request = ImageRequest(kind=Kind.IMAGINE, prompt="a red fox", model=model)
    asker = Requester(user_id=ANA, guild_id=SERVER, channel_id=CHANNEL)

    obstacle = await world.intake.obstacle(request, asker)

    said = await world.asks(model=model)
    assert obstacle == (None if isinstance(said, Accepted) else said)


async def test_a_roles_quota_is_set_changed_and_cleared(world: World) -> None:
    rules, name = rules_of(world), f"role_quota:{ROLE}"
    assert await rules.set_role(SERVER, ROLE, user_id=ANA, member_day=9) == (
        Difference(name, None, "9"),
    )
    assert await rules.set_role(SERVER, ROLE, user_id=ANA, member_day=9) == ()
    assert await rules.set_role(SERVER, ROLE, user_id=ANA, member_day=None) == (
        Difference(name, "9", "exempt"),
    )
    await rules.set_role(SERVER, OTHER_ROLE, user_id=ANA, member_day=0)
    await rules.set_role(OTHER_SERVER, ROLE, user_id=ANA, member_day=1)
    cleared = await rules.clear_roles(SERVER, user_id=BOB, which=lambda role_id: role_id == ROLE)
    assert cleared == (Difference(name, "exempt", None),)
    assert await rules.clear_roles(SERVER, user_id=BOB, which=lambda role_id: role_id == 5) == ()
    assert (await rules.view(SERVER, user_id=ANA)).roles == {OTHER_ROLE: 0}
    assert (await rules.view(OTHER_SERVER, user_id=ANA)).roles == {ROLE: 1}
    assert [after for _, _, after in await audited(world)] == ["9", "exempt", "0", None]


async def test_a_roles_quota_stays_below_the_ceiling_and_is_nobodys_in_general(
    world: World,
) -> None:
    rules = rules_of(world)
    above = await rules.set_role(SERVER, ROLE, user_id=ANA, member_day=101)
    assert above == AboveCeiling(f"role_quota:{ROLE}", 101, 100)
    everybody = await rules.set_role(SERVER, SERVER, user_id=ANA, member_day=1)
    assert everybody == EverybodysRole()
    for number in range(ROLES_MAX):
        await rules.set_role(SERVER, 1000 + number, user_id=ANA, member_day=1)
    too_many = await rules.set_role(SERVER, 999, user_id=ANA, member_day=1)
    assert too_many == TooMany("role_quota", ROLES_MAX)
    # Those that are there can still be changed.
    assert len(await rules.set_role(SERVER, 1000, user_id=ANA, member_day=2)) == 1  # type: ignore[arg-type]
    assert len(await audited(world)) == ROLES_MAX + 1


async def test_a_paused_servers_line_waits_and_goes_on_after_the_pause(
    tmp_path: Path, vendor: Vendor
) -> None:
    vendor.hold()
    async with a_world(tmp_path, vendor, policy=a_policy(max_queued=1)) as world:
        rules = rules_of(world)
        begun = await world.asks()
        await world.until_status(begun.job.id, JobStatus.WAITING)
        waiting = [(await world.asks()).job.id for _ in range(2)]
        paused = await rules.pause(SERVER, user_id=ANA, reason="spring cleaning")
        assert paused == (Difference("pause", None, "spring cleaning"),)
        assert await world.asks() == Paused("spring cleaning")
        elsewhere = (await world.asks(where=OTHER_SERVER)).job.id

        vendor.release()
        await world.until_done()

        # What the vendor had begun is brought; the others keep their place and their reservation.
        assert [delivery.job.id for delivery in world.delivered] == [begun.job.id, elsewhere]
        for job_id in waiting:
            assert (await world.job(job_id)).status is JobStatus.QUEUED
        assert await world.booked() == 3

        assert await rules.resume(SERVER, user_id=BOB) == (
            Difference("pause", "spring cleaning", None),
        )
        await world.until_done()
        assert [delivery.job.id for delivery in world.delivered][2:] == waiting
        assert isinstance(await world.asks(), Accepted)


async def test_resuming_wakes_the_runner_at_once(world: World) -> None:
    """Not after the runner's longest nap: the clock does not move here."""
    rules = rules_of(world)
    world.start()
    await rules.pause(SERVER, user_id=ANA, reason="")
    async with asyncio.timeout(2):
        await world.runner.wait_idle()
    await rules.resume(SERVER, user_id=ANA)
    said = await world.asks()
    await rules.pause(SERVER, user_id=ANA, reason="")
    await rules.resume(SERVER, user_id=ANA)
    async with asyncio.timeout(3):
        while not world.vendor.posts:  # noqa: ASYNC110 - the vendor has no bell
            await asyncio.sleep(0.01)
    assert said.job.id


async def test_a_pause_outlives_a_restart(tmp_path: Path, vendor: Vendor) -> None:
    async with a_world(tmp_path, vendor) as world:
        said = await world.asks()
        await rules_of(world).pause(SERVER, user_id=ANA, reason="night")
        await world.crashes()
    async with a_world(tmp_path, vendor) as world:
        await world.until_done()
        assert world.delivered == []
        assert await world.asks(source_key="interaction:2") == Paused("night")
        await rules_of(world).resume(SERVER, user_id=ANA)
        await world.until_done()
        assert [delivery.job.id for delivery in world.delivered] == [said.job.id]


async def test_a_pause_begins_once_and_its_reason_may_change(world: World) -> None:
    rules = rules_of(world)
    await rules.pause(SERVER, user_id=ANA, reason="")
    first = (await rules.view(SERVER, user_id=ANA)).pause
    world.clock.advance(3600)
    assert await rules.pause(SERVER, user_id=ANA, reason="") == ()
    assert await rules.pause(SERVER, user_id=BOB, reason="tea") == (Difference("pause", "", "tea"),)
    later = (await rules.view(SERVER, user_id=ANA)).pause
    assert first is not None
    assert later is not None
    assert (later.closed_at, later.detail) == (first.closed_at, "tea")
    await rules.resume(SERVER, user_id=ANA)
    assert await rules.resume(SERVER, user_id=ANA) == ()
    assert len(await audited(world)) == 3
