"""What a member gets to take along: all of it, only theirs, and never more than Discord takes."""

import gzip
import json
from typing import Any

import pytest

from bot.domain.preferences import MemberSettings
from bot.domain.request import PERSONAL, Kind
from bot.engine.exporting import Export, Exports
from sandbox.modelslab import Mood
from storage import preferences, retention
from tests.engine.erasing import a_result
from tests.engine.test_pictures_in import a_source
from tests.engine.world import ANA, BOB, CHANNEL, OTHER_SERVER, SERVER, World

MIB = 1024 * 1024


async def exported(
    world: World, *, who: int = ANA, where: int = SERVER, limit_bytes: int = 10 * MIB
) -> Export:
    exports = Exports(world.database, now=world.clock.now)
    return await exports.export(who, guild_id=where, limit_bytes=limit_bytes)


def read(export: Export) -> Any:
    packed = export.name.endswith(".gz")
    return json.loads(gzip.decompress(export.data) if packed else export.data)


async def test_everything_that_there_is_of_a_job(world: World) -> None:
    source = await a_source(world)
    job_id = await a_result(
        world,
        'a "fox" ünter\nthe moon',
        negative="blurry",
        kind=Kind.REMIX,
        source=source,
        strength=0.5,
        count=2,
        seed=7,
    )
    async with world.database.transaction() as tx:
        await preferences.set_member(
            tx, MemberSettings(model="flux", private=True), guild_id=SERVER, user_id=ANA
        )
    export = await exported(world)
    assert export.name == "limner-export.json"
    assert (export.jobs, export.left_out, export.entries_left_out) == (1, 0, 0)
    found = read(export)
    assert found["settings"]["model"] == "flux"
    assert found["settings"]["private"] is True
    assert (found["user_id"], found["server_id"]) == (str(ANA), str(SERVER))
    [job] = found["jobs"]
    assert job["job"] == job_id
    assert (job["kind"], job["model"], job["seed"]) == ("remix", "sdxl", 7)
    assert (job["prompt"], job["negative"]) == ('a "fox" ünter\nthe moon', "blurry")
    assert job["options"]["strength"] == 0.5
    assert job["options"]["source"]["sha256"] == source.sha256
    assert (job["state"], job["ended"], job["charged_pictures"]) == ("delivered", "pictures", 2)
    assert job["message"] == f"https://discord.com/channels/{SERVER}/{CHANNEL}/{1000 + job_id}"
    for picture in job["pictures_still_kept"]:
        assert len(await world.files.get(picture["sha256"])) == picture["size_bytes"]
    assert [entry["entry"] for entry in found["ledger"]] == ["settle", "reserve"]
    assert sum(entry["pictures"] for entry in found["ledger"]) == 2
    assert found["left_out_because_of_size"] == {"jobs": 0, "ledger_entries": 0}


async def test_how_a_job_failed_and_what_is_no_longer_kept(world: World) -> None:
    world.vendor.next(Mood.ERROR_4XX(message="not like that"))
    await a_result(world, "one")
    await a_result(world, "two", private=True)
    async with world.database.transaction() as tx:
        await retention.drop(tx, retention.Kept.PICTURES, [2])
    two, one = read(await exported(world))["jobs"]
    assert (one["ended"], one["charged_pictures"], one["detail"]) == ("refused", 0, "not like that")
    assert two["received_pictures"] == 1
    assert two["pictures_still_kept"] == []
    # Nobody could follow a link to what one person sees.
    assert two["message"] is None


async def test_only_ones_own_and_only_of_this_server(world: World) -> None:
    await a_result(world, "mine, here", private=True)
    await a_result(world, "mine, elsewhere", where=OTHER_SERVER)
    await a_result(world, "of somebody else", who=BOB)
    for who, where, prompts in (
        (ANA, SERVER, ["mine, here"]),
        (ANA, OTHER_SERVER, ["mine, elsewhere"]),
        (BOB, SERVER, ["of somebody else"]),
        (BOB, OTHER_SERVER, []),
        (ANA, PERSONAL, []),
    ):
        found = read(await exported(world, who=who, where=where))
        assert [job["prompt"] for job in found["jobs"]] == prompts
        assert len(found["ledger"]) == 2 * len(prompts)


async def test_after_erasing_there_is_nothing_left_to_take_along(world: World) -> None:
    await a_result(world)
    world.vendor.hold()
    await world.asks()
    await world.erasure.erase(ANA, guild_id=None)
    found = read(await exported(world))
    assert found["jobs"] == found["ledger"] == []
    world.vendor.release()


async def test_a_long_past_comes_in_pages(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.engine.exporting.PAGE", 2)
    for number in range(5):
        await world.asks(f"fox {number}")
    await world.until_done()
    found = read(await exported(world))
    assert [job["prompt"] for job in found["jobs"]] == [f"fox {n}" for n in (4, 3, 2, 1, 0)]
    assert len(found["ledger"]) == 10


async def test_what_is_too_large_is_packed_and_then_left_out_and_said(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.engine.exporting.PAGE", 2)
    monkeypatch.setattr("bot.engine.exporting.MARGIN_BYTES", 200)
    for number in range(6):
        await world.asks(f"fox {number} " + "and so on " * 100)
    await world.until_done()
    whole = await exported(world)
    packed = await exported(world, limit_bytes=len(whole.data) - 1)
    assert packed.name == "limner-export.json.gz"
    assert packed.left_out == 0
    assert read(packed)["jobs"] == read(whole)["jobs"]
    limit_bytes = len(packed.data) * 3 // 4
    part = await exported(world, limit_bytes=limit_bytes)
    assert len(part.data) <= limit_bytes
    found = read(part)
    assert 0 < part.left_out == 6 - len(found["jobs"])
    assert found["left_out_because_of_size"]["jobs"] == part.left_out
    # The newest are in it.
    assert found["jobs"] == read(whole)["jobs"][: part.jobs]
