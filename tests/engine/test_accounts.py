"""What somebody reads of their account, there where they ask."""

from pathlib import Path

import pytest

from bot.domain.limits import Limits
from bot.domain.request import PERSONAL, Requester
from bot.engine.accounts import Accounts
from bot.engine.intake import Accepted
from sandbox.modelslab import Vendor
from storage import preferences
from tests.engine.world import ANA, BOB, CHANNEL, SERVER, World, a_policy, a_world

ARTISTS, GUESTS = 71, 72


def ana(where: int = SERVER, roles: tuple[int, ...] = ()) -> Requester:
    return Requester(user_id=ANA, guild_id=where, channel_id=CHANNEL, role_ids=roles)


def accounts(world: World) -> Accounts:
    return Accounts(world.database, policy=world.policy, now=world.clock.now)


async def set_role(world: World, role_id: int, member_day: int | None) -> None:
    async with world.database.transaction() as tx:
        await preferences.set_role(tx, SERVER, role_id, member_day)


async def test_mine_and_the_servers_are_told_apart(world: World) -> None:
    await world.asks(count=2)
    await world.asks(count=3, who=BOB)
    said = await accounts(world).statement(ana())
    assert (said.account.usage.member_day, said.account.usage.server_day) == (2, 5)
    assert (said.account.usage.member_line, said.account.usage.server_line) == (1, 2)
    assert said.left_today == 195


@pytest.mark.parametrize(
    ("roles", "by_role", "limit"),
    [
        ((), False, None),
        ((GUESTS + 1,), False, None),
        ((GUESTS,), True, 3),
        ((GUESTS, ARTISTS), True, 9),
    ],
)
async def test_a_roles_limit_is_said_to_be_one(
    world: World, roles: tuple[int, ...], by_role: bool, limit: int | None
) -> None:
    await set_role(world, GUESTS, 3)
    await set_role(world, ARTISTS, 9)
    said = await accounts(world).statement(ana(roles=roles))
    assert (said.by_role, said.account.limits.member_day) == (by_role, limit)


async def test_outside_of_servers_no_servers_roles_and_no_servers_use_count(
    tmp_path: Path, vendor: Vendor
) -> None:
    policy = a_policy(personal_day=6)
    async with a_world(tmp_path, vendor, policy=policy) as world:
        await set_role(world, ARTISTS, 9)
        await world.asks(count=4)
        await world.asks(count=1, where=PERSONAL)
        await world.asks(count=2, where=PERSONAL, who=BOB)
        outside = await accounts(world).statement(ana(PERSONAL, roles=(ARTISTS,)))
        inside = await accounts(world).statement(ana())
    assert (outside.account.usage.member_day, outside.left_today) == (1, 5)
    assert not outside.by_role
    assert (inside.account.usage.member_day, inside.account.usage.server_day) == (4, 4)


async def test_a_spent_budget_leaves_nothing_and_names_no_money(
    tmp_path: Path, vendor: Vendor
) -> None:
    policy = a_policy(limits=Limits(server_day=200, owner_budget=1), price_micros=6_000)
    async with a_world(tmp_path, vendor, policy=policy) as world:
        before = await accounts(world).statement(ana())
        assert isinstance(await world.asks(), Accepted)
        after = await accounts(world).statement(ana())
    assert (before.budget_spent, before.left_today) == (False, 200)
    assert (after.budget_spent, after.left_today) == (True, 0)
