"""No path, however many take it at once, passes a limit; and no refusal costs anything."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.job import JobStatus, Route, Verdict
from bot.domain.limits import Limits, period
from bot.domain.preferences import MemberSettings, ServerSettings
from bot.domain.refusal import (
    AlreadyAccepted,
    BadOption,
    OverLimit,
    Rule,
    ServerNotAllowed,
    ShuttingDown,
    UnknownModel,
    UnknownStyle,
)
from bot.domain.request import Aspect, Kind
from bot.engine.intake import Accepted
from sandbox.modelslab import Mood, Vendor
from storage import preferences
from storage.tables import jobs as jobs_table
from tests.engine.world import ANA, BOB, OTHER_SERVER, SERVER, Clock, World, a_policy, a_world
from tests.storage.ground import usage_of


async def thirty_at_once(world: World, count: int = 1) -> tuple[list[Accepted], list[OverLimit]]:
    said = await asyncio.gather(*(world.asks(f"fox {n}", count=count) for n in range(30)))
    accepted = [one for one in said if isinstance(one, Accepted)]
    refused = [one for one in said if isinstance(one, OverLimit)]
    assert len(accepted) + len(refused) == 30
    return accepted, refused


@pytest.mark.parametrize(("count", "accepted_jobs", "used"), [(1, 5, 5), (2, 2, 4), (4, 1, 4)])
async def test_thirty_at_once_do_not_pass_five_pictures_a_day(
    tmp_path: Path, vendor: Vendor, count: int, accepted_jobs: int, used: int
) -> None:
    policy = a_policy(limits=Limits(server_day=5))
    async with a_world(tmp_path, vendor, policy=policy) as world:
        accepted, refused = await thirty_at_once(world, count)
        assert len(accepted) == accepted_jobs
        now = world.clock.now()
        assert set(refused) == {
            OverLimit(
                rule=Rule.SERVER_DAY,
                limit=5,
                used=used,
                asked=count,
                resets_at=period(now, "UTC").day_ends_at,
                fits=5 - used,
            )
        }
        await world.until_done()
        assert vendor.posts == accepted_jobs
        assert await world.booked() == used
        # Another server is none of this one's business.
        assert isinstance(await world.asks(where=OTHER_SERVER), Accepted)


async def test_thirty_at_once_do_not_pass_five_jobs_in_line(tmp_path: Path, vendor: Vendor) -> None:
    vendor.hold()
    async with a_world(tmp_path, vendor, policy=a_policy(limits=Limits(member_line=5))) as world:
        accepted, refused = await thirty_at_once(world)
        assert len(accepted) == 5
        assert {(no.rule, no.used, no.asked, no.resets_at) for no in refused} == {
            (Rule.MEMBER_LINE, 5, 1, None)
        }
        # Another member has a line of their own; and it shortens by itself.
        assert isinstance(await world.asks(who=BOB), Accepted)
        vendor.release()
        await world.until_done()
        assert isinstance(await world.asks(), Accepted)


async def test_the_day_starts_anew_at_the_servers_own_midnight(
    tmp_path: Path, vendor: Vendor
) -> None:
    # 14:59 UTC is a minute before midnight in Tokyo.
    late = datetime(2026, 11, 20, 14, 59, tzinfo=UTC)
    clock = Clock(ahead=late - datetime.now(UTC))
    policy = a_policy(limits=Limits(server_day=1))
    async with a_world(tmp_path, vendor, policy=policy, clock=clock) as world:
        async with world.database.transaction() as tx:
            await preferences.set_server(tx, SERVER, ServerSettings(time_zone="Asia/Tokyo"))
        assert isinstance(await world.asks(), Accepted)
        no = await world.asks()
        assert isinstance(no, OverLimit)
        assert no.resets_at == datetime(2026, 11, 20, 15, tzinfo=UTC)
        clock.advance(120)
        assert isinstance(await world.asks(), Accepted)


async def test_a_refund_after_midnight_is_booked_into_the_day_of_the_reservation(
    tmp_path: Path, vendor: Vendor
) -> None:
    evening = datetime(2026, 11, 30, 23, 59, 50, tzinfo=UTC)
    clock = Clock(ahead=evening - datetime.now(UTC))
    vendor.hold()
    async with a_world(tmp_path, vendor, clock=clock) as world:
        asked = await world.asks(count=3)
        await world.until_status(asked.job.id, JobStatus.WAITING)
        clock.advance(700)
        await world.until_done()
        outcome = (await world.job(asked.job.id)).outcome
        assert outcome is not None
        assert outcome.verdict is Verdict.TIMED_OUT
        for moment in (evening, clock.now()):
            when = period(moment, "UTC")
            async with world.database.reading() as tx:
                usage = await usage_of(
                    tx, guild_id=SERVER, user_id=ANA, alias=-1, when=when, owner=when
                )
            assert (usage.server_day, usage.server_month, usage.member_day) == (0, 0, 0)
            # The vendor may have worked for it: what it cost stays with November.
            assert usage.owner_budget == (1.41 if moment is evening else 0)


async def test_only_what_was_received_is_charged(world: World) -> None:
    world.vendor.next(Mood.FEWER_PICTURES, Mood.RESULT_404, Mood.ERROR_200, Mood.AT_ONCE)
    for _ in range(4):
        await world.asks(count=4)
        await world.until_done(pace_s=2)
    assert [delivery.receipt.charged for delivery in world.delivered] == [3, 0, 0, 4]
    assert await world.booked() == 7
    assert world.delivered[-1].receipt.left_today == 200 - 7


LOW = Limits(server_day=100, server_line=50, member_line=50)


@pytest.mark.parametrize(
    ("limits", "own", "rule"),
    [
        # A server may set what it likes below the owner's ceilings, and not above them.
        (replace(LOW, owner_day=3), ServerSettings(server_day=10_000), Rule.OWNER_DAY),
        (replace(LOW, owner_budget=1), ServerSettings(), Rule.OWNER_BUDGET),
        (LOW, ServerSettings(server_day=3), Rule.SERVER_DAY),
        (LOW, ServerSettings(server_month=3), Rule.SERVER_MONTH),
        (LOW, ServerSettings(member_day=3), Rule.MEMBER_DAY),
        (LOW, ServerSettings(member_line=2), Rule.MEMBER_LINE),
        (LOW, ServerSettings(server_line=2), Rule.SERVER_LINE),
    ],
)
async def test_servers_set_their_own_limits_below_the_owners(
    tmp_path: Path, vendor: Vendor, limits: Limits, own: ServerSettings, rule: Rule
) -> None:
    async with a_world(tmp_path, vendor, policy=a_policy(limits=limits)) as world:
        async with world.database.transaction() as tx:
            await preferences.set_server(tx, SERVER, own)
        said = [await world.asks(count=1) for _ in range(4)]
        refused = [one for one in said if isinstance(one, OverLimit)]
        assert refused
        assert {no.rule for no in refused} == {rule}
        assert await world.booked() == len(said) - len(refused)


async def test_the_owners_budget_is_one_for_all_servers(tmp_path: Path, vendor: Vendor) -> None:
    # A picture costs 0.47 cents: two fit into one cent.
    policy = a_policy(limits=Limits(owner_budget=1))
    async with a_world(tmp_path, vendor, policy=policy) as world:
        assert isinstance(await world.asks(), Accepted)
        assert isinstance(await world.asks(where=OTHER_SERVER), Accepted)
        no = await world.asks(where=33)
        assert isinstance(no, OverLimit)
        assert no.rule is Rule.OWNER_BUDGET


async def test_only_allowed_servers_are_served(tmp_path: Path, vendor: Vendor) -> None:
    policy = a_policy(allowed_guilds=frozenset({SERVER}))
    async with a_world(tmp_path, vendor, policy=policy) as world:
        assert isinstance(await world.asks(where=OTHER_SERVER), ServerNotAllowed)
        assert isinstance(await world.asks(), Accepted)


@pytest.mark.parametrize(
    ("options", "refusal"),
    [
        ({"model": "sdxll"}, UnknownModel("sdxll", ("sdxl",))),
        ({"model": "qqqqqqqq"}, UnknownModel("qqqqqqqq")),
        ({"style": "inc"}, UnknownStyle("inc", ("ink",))),
        ({"style": "zzz"}, UnknownStyle("zzz")),
        ({"model": "imagen-3", "count": 2}, BadOption("count", "1")),
        ({"steps": 51}, BadOption("steps", "1 to 50")),
    ],
)
async def test_what_cannot_work_is_refused_and_reserves_nothing(
    world: World, options: dict[str, Any], refusal: object
) -> None:
    said = await world.asks(**options)
    if isinstance(refusal, UnknownModel) and refusal.close:
        assert said.close[0] == refusal.close[0]
    else:
        assert said == refusal
    async with world.database.reading() as tx:
        assert (await tx.execute(jobs_table.select())).all() == []
    assert await world.booked() == 0


async def test_a_model_is_known_however_it_is_written(world: World) -> None:
    said = await world.asks(model="SDXL")
    assert said.job.request.model == "sdxl"


async def test_one_interaction_makes_one_job(world: World) -> None:
    said = await asyncio.gather(*(world.asks(source_key="interaction:1") for _ in range(10)))
    [accepted] = [one for one in said if isinstance(one, Accepted)]
    assert said.count(AlreadyAccepted(accepted.job.id)) == 9
    await world.until_done()
    # Also when the first has long been delivered.
    assert await world.asks(source_key="interaction:1") == AlreadyAccepted(accepted.job.id)
    assert (world.vendor.posts, await world.booked()) == (1, 1)


async def test_a_withdrawn_job_costs_nothing_and_frees_its_place(world: World) -> None:
    asked = await world.asks(count=4)
    await world.withdrawals.unplaced(asked.job.id)
    await world.withdrawals.unplaced(asked.job.id)
    await world.withdrawals.unplaced(999)
    await world.until_done()
    job = await world.job(asked.job.id)
    assert (job.status, job.route) == (JobStatus.DELIVERED, Route.KEPT)
    assert job.outcome is not None
    assert job.outcome.verdict is Verdict.CANCELLED
    assert (world.vendor.posts, world.delivered) == (0, [])
    assert (await world.booked(), await world.spent_micros()) == (0, 0)


async def test_what_the_vendor_has_cannot_be_withdrawn(world: World) -> None:
    world.vendor.hold()
    asked = await world.asks()
    before = await world.until_status(asked.job.id, JobStatus.WAITING)
    await world.withdrawals.unplaced(asked.job.id)
    assert await world.job(asked.job.id) == before


async def test_a_server_that_removes_the_bot_gets_its_line_cancelled(
    tmp_path: Path, vendor: Vendor
) -> None:
    vendor.hold()
    async with a_world(tmp_path, vendor, policy=a_policy(max_queued=1)) as world:
        begun = await world.asks()
        await world.until_status(begun.job.id, JobStatus.WAITING)
        here = [await world.asks(count=2) for _ in range(3)]
        elsewhere = await world.asks(where=OTHER_SERVER)
        await world.withdrawals.server_left(SERVER)
        for said in here:
            job = await world.job(said.job.id)
            assert job.outcome is not None
            assert (job.status, job.outcome.verdict) == (
                JobStatus.DELIVERED,
                Verdict.CANCELLED,
            )
        assert await world.booked() == 1
        vendor.release()
        await world.until_done()
        # What the vendor had begun is finished; the other server is served.
        ids = {delivery.job.id for delivery in world.delivered}
        assert ids == {begun.job.id, elsewhere.job.id}


async def test_a_job_is_not_submitted_before_its_card_stands_or_some_seconds_have_passed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(job_id: int, *, message_id: int | None) -> None:
        return None

    monkeypatch.setattr(world.intake, "placed", never)
    asked = await world.asks()
    world.start()
    await asyncio.sleep(0.1)
    assert world.vendor.posts == 0
    world.clock.advance(4)
    world.runner.wake()
    await asyncio.sleep(0.1)
    assert world.vendor.posts == 0
    world.clock.advance(1)
    await world.until_done()
    assert (await world.job(asked.job.id)).status is JobStatus.DELIVERED


async def test_while_stopping_nothing_new_is_taken(world: World) -> None:
    world.intake.close()
    assert isinstance(await world.asks(), ShuttingDown)
    assert await world.booked() == 0


async def test_defaults_are_the_members_else_the_servers_else_the_owners(world: World) -> None:
    async def model() -> str:
        return (await world.intake.defaults(guild_id=SERVER, user_id=ANA)).models[Kind.IMAGINE]

    assert await model() == "sdxl"
    async with world.database.transaction() as tx:
        await preferences.set_server(tx, SERVER, ServerSettings(model="flux"))
    assert await model() == "flux"
    mine = MemberSettings(
        model="imagen-4", aspect=Aspect.WIDE, count=2, negative="rain", private=True
    )
    async with world.database.transaction() as tx:
        await preferences.set_member(tx, mine, guild_id=SERVER, user_id=ANA)
    found = await world.intake.defaults(guild_id=SERVER, user_id=ANA)
    assert (found.models[Kind.IMAGINE], found.aspect, found.count) == ("imagen-4", Aspect.WIDE, 2)
    assert (found.negative, found.private) == ("rain", True)
    other = await world.intake.defaults(guild_id=SERVER, user_id=BOB)
    assert (other.models[Kind.IMAGINE], other.aspect, other.count) == ("flux", Aspect.SQUARE, 1)


async def test_the_style_the_seed_and_the_words_reach_the_vendor(world: World) -> None:
    await world.asks("a fox", style="ink", negative="rain", seed=7, count=2)
    await world.until_done()
    [made] = world.vendor.book
    assert (made.order.prompt, made.order.negative) == ("a fox, black ink", "rain, colour")
    assert (made.seed, made.order.samples) == (7, 2)


async def test_a_seed_is_drawn_where_none_is_asked_for(world: World) -> None:
    said = [await world.asks() for _ in range(3)]
    await world.until_done()
    seeds = {one.job.id: one.job.seed for one in said}
    assert len(set(seeds.values())) == 3
    assert {job.seed for job in world.vendor.book} == set(seeds.values())


async def test_a_new_job_knows_its_place(tmp_path: Path, vendor: Vendor) -> None:
    vendor.hold()
    async with a_world(tmp_path, vendor, policy=a_policy(max_queued=1)) as world:
        first = await world.asks()
        await world.until_status(first.job.id, JobStatus.WAITING)
        places = []
        for who, where in ((ANA, SERVER), (ANA, SERVER), (BOB, SERVER), (ANA, OTHER_SERVER)):
            # A burst may see the line a quarter of a second late.
            world.clock.advance(0.3)
            places.append((await world.asks(who=who, where=where)).place)
        other = places.pop()
        # Everybody behind the first job of whoever was there before.
        assert [(place.ahead, place.ahead_here) for place in places] == [(0, 0), (1, 1), (1, 1)]
        assert (other.ahead, other.ahead_here) == (1, 0)
        assert all(place.wait_s > 0 for place in places)
        assert timedelta(seconds=places[1].wait_s) < timedelta(minutes=1)
