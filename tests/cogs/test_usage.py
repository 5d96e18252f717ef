"""/usage: mine and the server's, what is left and when it resets; the words, and the command."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.limits import Limits, Usage, period
from bot.domain.preferences import ServerSettings
from bot.domain.request import PERSONAL
from bot.engine.account import Account
from bot.engine.accounts import Statement
from cogs.statement import statement
from storage import preferences
from tests.cogs.house import House
from tests.cogs.posted import whispered

SERVER = 333
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
MIDNIGHT, NEXT_MONTH = "<t:1777680000:R>", "<t:1780272000:R>"


def a_statement(
    *, by_role: bool = False, spent: bool = False, limits: Any = None, usage: Any = None
) -> Statement:
    account = Account(
        server=ServerSettings(),
        limits=Limits(**(limits or {})),
        usage=Usage(**(usage or {})),
        when=period(NOON, "UTC"),
        owner=period(NOON, "UTC"),
    )
    return Statement(account=account, by_role=by_role, budget_spent=spent)


FULL = a_statement(
    limits={
        "member_day": 10,
        "server_day": 200,
        "server_month": 1000,
        "member_line": 20,
        "server_line": 60,
    },
    usage={
        "member_day": 3,
        "member_month": 12,
        "server_day": 50,
        "server_month": 400,
        "member_line": 1,
        "server_line": 4,
    },
)


def test_everything_in_a_few_lines() -> None:
    assert statement(FULL, home=SERVER).splitlines() == [
        "**7 pictures left for you today.**",
        "",
        "**You, in this server**",
        f"Today: ▰▰▰▱▱▱▱▱▱▱ 3 of 10 pictures, 7 left, resets {MIDNIGHT}",
        "This month: 12 pictures",
        "On the way: 1 of 20 jobs",
        "",
        "**This server**",
        f"Today: ▰▰▱▱▱▱▱▱▱▱ 50 of 200 pictures, 150 left, resets {MIDNIGHT}",
        f"This month: ▰▰▰▰▱▱▱▱▱▱ 400 of 1000 pictures, 600 left, resets {NEXT_MONTH}",
        "On the way: 4 of 60 jobs",
    ]


def test_outside_of_servers_there_is_only_mine() -> None:
    words = statement(FULL, home=PERSONAL)
    assert "**You, outside of servers**" in words
    assert "server's" not in words
    assert "This server" not in words


def test_a_roles_limit_is_named_as_one() -> None:
    assert "by one of your roles" not in statement(FULL, home=SERVER)
    by_role = statement(replace(FULL, by_role=True), home=SERVER)
    assert f"resets {MIDNIGHT}, by one of your roles" in by_role
    exempt = statement(a_statement(by_role=True, usage={"member_day": 3}), home=SERVER)
    assert "Today: 3 pictures, no limit, by one of your roles" in exempt


@pytest.mark.parametrize(
    ("own", "ceiling", "used", "named"),
    [
        (200, 100, {}, True),
        (None, 100, {}, True),
        (100, 100, {}, False),
        (100, 200, {}, False),
        # Both are asked: a day in another time zone may have more room than the owner's.
        (100, 100, {"owner_day": 40, "server_day": 10}, True),
        (200, None, {}, False),
    ],
)
def test_the_owners_ceiling_is_named_where_it_is_the_tighter_one(
    own: int | None, ceiling: int | None, used: dict[str, int], named: bool
) -> None:
    said = a_statement(limits={"server_day": own, "owner_day": ceiling}, usage=used)
    assert ("bot owner's daily limit" in statement(said, home=SERVER)) is named


@pytest.mark.parametrize("home", [SERVER, PERSONAL])
def test_the_owners_budget_is_used_up_or_not_and_never_a_sum(home: int) -> None:
    money: dict[str, Any] = {"limits": {"owner_budget": 4321}, "usage": {"owner_budget": 4320.7}}
    before = statement(a_statement(**money), home=home)
    after = statement(a_statement(spent=True, **money), home=home)
    assert "budget" not in before
    assert f"**The bot owner's monthly budget** is used up. It resets {NEXT_MONTH}." in after
    assert after.startswith("**Nothing left for today.**")
    assert not re.search(r"432|43[.,]2|\$|USD", before + after)


def test_an_overdrawn_limit_leaves_nothing_and_not_less() -> None:
    said = a_statement(limits={"member_day": 2}, usage={"member_day": 5})
    assert f"▰▰▰▰▰▰▰▰▰▰ 5 of 2 pictures, 0 left, resets {MIDNIGHT}" in statement(said, home=SERVER)


def test_one_is_said_as_one() -> None:
    said = a_statement(
        limits={"server_day": 1, "member_line": 1}, usage={"member_month": 1, "server_line": 1}
    )
    words = statement(said, home=SERVER)
    assert "**1 picture left for you today.**" in words
    assert "This month: 1 picture\n" in words
    assert "On the way: 0 of 1 job\n" in words
    assert words.endswith("On the way: 1 job")


@pytest.mark.parametrize("settings", [{"DEFAULT_MEMBER_DAY": "5", "DEFAULT_SERVER_DAY": "9"}])
async def test_the_command_tells_the_asker_alone_what_is_so(house: House) -> None:
    await house.asks(count=2)
    await house.asks(count=3, who=house.bob)
    words = whispered(await house.ana.slash(house.channel, "usage"))
    assert "**3 pictures left for you today.**" in words
    assert "2 of 5 pictures, 3 left" in words
    assert "5 of 9 pictures, 4 left" in words
    assert "On the way: 1 of 20 jobs" in words
    assert "On the way: 2 of 60 jobs" in words
    await house.until_done()
    words = whispered(await house.ana.slash(house.channel, "usage"))
    assert "On the way: 0 of 20 jobs" in words
    assert "2 of 5 pictures" in words


@pytest.mark.parametrize("settings", [{"DEFAULT_MEMBER_DAY": "5"}])
async def test_the_command_knows_the_askers_roles(house: House) -> None:
    role = house.guild.create_role("artists")
    async with house.bot.database.transaction() as tx:
        await preferences.set_role(tx, house.guild.id, role.id, 50)
    cleo = house.guild.add_member(house.env.create_user("cleo"), roles=[role])
    assert "0 of 50 pictures, 50 left" in whispered(await cleo.slash(house.channel, "usage"))
    assert "0 of 5 pictures, 5 left" in whispered(await house.bob.slash(house.channel, "usage"))
