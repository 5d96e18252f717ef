"""Who may use /limner: Discord's own gate, and ours behind it."""

from typing import Any

import discord
import pytest
from simcord import MemberActor

from cogs.limner import NEEDS
from tests.cogs.house import House
from tests.cogs.managing import a_manager, limner
from tests.cogs.posted import payload_of

MANAGE_SERVER = 1 << 5


@pytest.fixture
def mod(house: House) -> MemberActor:
    return a_manager(house)


SUBCOMMANDS: dict[str, dict[str, Any]] = {
    "quota": {"server_day": 1, "time_zone": "Asia/Tokyo"},
    "role-quota set": {"pictures": 1},
    "role-quota clear": {},
    "role-quota list": {},
    "models": {"allowed": "flux", "default": "flux"},
    "channels": {"denied": "here"},
    "log": {"channel": "here"},
    "pause": {"reason": "mutiny"},
    "resume": {},
}


def test_every_subcommand_is_in_the_table(house: House) -> None:
    def leaves(command: dict[str, Any], path: str = "") -> list[str]:
        found: list[str] = []
        for option in command.get("options", []):
            name = f"{path} {option['name']}".strip()
            if option["type"] == discord.AppCommandOptionType.subcommand_group.value:
                found += leaves(option, name)
            elif option["type"] == discord.AppCommandOptionType.subcommand.value:
                found.append(name)
        return found

    assert sorted(leaves(payload_of(house, "limner"))) == sorted(SUBCOMMANDS)


@pytest.mark.parametrize("line", SUBCOMMANDS)
async def test_without_the_permission_nothing_is_shown_or_changed(
    house: House, mod: MemberActor, line: str
) -> None:
    """Also where the server's settings let Discord's own gate open for somebody."""
    parts = house.bot.client.parts
    role = house.guild.create_role("artists")
    await limner(house, mod, "role-quota set", role=role, pictures=9)
    await limner(house, mod, "pause", reason="tea")
    (command,) = [
        each for each in await house.client.tree.fetch_commands() if each.name == "limner"
    ]
    house.guild.set_command_permissions(command, {house.bob: True})
    # SimCord takes a check that refuses for a fault.
    house.breaks_on_purpose = True
    before = await parts.rules.view(house.guild.id, user_id=house.bob.id)
    options = {
        name: house.channel if value == "here" else value
        for name, value in SUBCOMMANDS[line].items()
    }
    if line in ("role-quota set", "role-quota clear"):
        options["role"] = role

    for given in (options, {name: options[name] for name in options if name == "role"}):
        assert await limner(house, house.bob, line, **given) == NEEDS

    after = await parts.rules.view(house.guild.id, user_id=house.bob.id)
    assert (after.settings, after.roles, after.pause) == (
        before.settings,
        before.roles,
        before.pause,
    )
    assert after.changes == before.changes


async def test_administrators_and_owners_need_no_other_permission(house: House) -> None:
    role = house.guild.create_role("admins", permissions=discord.Permissions(administrator=True))
    admin = house.guild.add_member(house.env.create_user("admin"), roles=[role])

    assert (await limner(house, admin, "quota")).startswith("**This server's limits**")


def test_discord_offers_it_to_those_who_manage_the_server(house: House) -> None:
    command = payload_of(house, "limner")

    assert int(command["default_member_permissions"]) == MANAGE_SERVER
    assert (command["integration_types"], command["contexts"]) == ([0], [0])
    quota = next(option for option in command["options"] if option["name"] == "quota")
    ranges = {
        option["name"]: (option["min_value"], option["max_value"])
        for option in quota["options"]
        if "max_value" in option
    }
    assert ranges == {
        "server_day": (0, 1_000_000),
        "server_month": (0, 1_000_000),
        "member_day": (0, 1_000_000),
        "member_line": (1, 10_000),
        "server_line": (1, 10_000),
    }
    (reset,) = [option for option in quota["options"] if option["name"] == "reset"]
    assert [choice["value"] for choice in reset["choices"]] == [
        "server_day", "server_month", "member_day", "member_line", "server_line", "time_zone",
        "all",
    ]  # fmt: skip
