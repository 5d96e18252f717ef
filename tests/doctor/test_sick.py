"""What the doctor says when one part is sick: exactly that part, with what would mend it."""

import asyncio
import os
import shutil
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.web.health import HealthServer, Measure, NotReady
from storage.database import Database
from tests.doctor.practice import Practice, Said

PORTAL = "https://discord.com/developers/applications"


async def test_missing_settings_are_all_told(practice: Practice) -> None:
    practice.settings |= {"DISCORD_TOKEN": "", "MODELSLAB_API_KEY": "", "HTTP_PORT": "MARKED"}

    report = await practice.run()

    assert report.exit_code == 1
    assert list(report.findings) == [
        Said(
            "sick",
            "settings",
            "DISCORD_TOKEN is missing: set it in the environment or in .env",
            f"Copy it from {PORTAL}, your application, Bot, Reset Token.",
        ),
        Said(
            "sick",
            "settings",
            "MODELSLAB_API_KEY is missing: set it in the environment or in .env",
            "Copy it from https://modelslab.com/dashboard, API keys.",
        ),
        Said(
            "sick",
            "settings",
            "HTTP_PORT must be a whole number",
            "Mend it in .env or in the environment; .env.example shows how it looks.",
        ),
        Said("open", "the rest", "waits until the settings can be read"),
    ]
    assert report.text.endswith("\n3 are sick: settings. Begin with the first.\n")


async def test_a_settings_file_in_another_encoding(practice: Practice) -> None:
    (practice.folder / ".env").write_text("OWNER_IDS=1\n", encoding="utf-16")

    report = await practice.examine()

    said = report.of("settings")
    assert said.what == ".env is not UTF-8 text: save it again as UTF-8"
    assert said.fix == "Make a new .env from .env.example."
    assert report.exit_code == 1


async def test_a_model_that_nobody_knows(practice: Practice) -> None:
    practice.settings["DEFAULT_MODEL"] = "fluxx"

    report = await practice.examine()

    assert report.sick() == ["model"]
    assert report.of("model").what == "DEFAULT_MODEL: fluxx is not known"
    assert report.of("model").fix.startswith("Perhaps you mean flux")
    assert report.exit_code == 1


async def test_a_model_that_cannot_be_the_default(practice: Practice) -> None:
    practice.settings["DEFAULT_MODEL"] = "seededit-i2i"

    report = await practice.examine()

    assert report.sick() == ["model"]
    assert report.of("model").what == "DEFAULT_MODEL: seededit-i2i makes no pictures from words"


async def test_a_token_that_discord_refuses(practice: Practice) -> None:
    practice.settings["DISCORD_TOKEN"] = "MARKED-SECRET-client-secret"

    report = await practice.run()

    assert report.sick() == ["token"]
    assert report.of("token") == Said(
        "sick",
        "token",
        "Discord refuses it; it does not even look like a bot's token",
        f"Open {PORTAL}, choose your application, Bot, Reset Token, and put the new one into "
        "DISCORD_TOKEN.",
    )
    assert report.of("wallet").mark == "ok", "the rest is looked at all the same"
    assert report.of("clock").mark == "ok", "a refusal has a date too"
    assert report.exit_code == 1


async def test_a_key_that_modelslab_refuses(practice: Practice) -> None:
    practice.settings["MODELSLAB_API_KEY"] = "MARKED-SECRET-old-key"

    report = await practice.examine(ask_vendor=True)

    assert report.sick() == ["key"]
    assert report.of("key").what == "ModelsLab refuses it"
    assert report.of("key").fix == (
        "Copy the API key again from https://modelslab.com/dashboard into MODELSLAB_API_KEY."
    )
    assert report.of("questions").what == "ModelsLab must know the key before it can be asked"
    assert report.exit_code == 1


async def test_an_empty_wallet(practice: Practice) -> None:
    practice.vendor.balance = 0.002

    report = await practice.examine()

    assert report.sick() == ["wallet"]
    assert report.of("wallet").what == "0.00 USD left: ModelsLab will refuse every picture"
    assert report.of("wallet").fix == (
        "Top up at https://modelslab.com/dashboard; what waits in line goes on by itself."
    )


async def test_modelslab_away(practice: Practice) -> None:
    await practice.vendor.stop()

    report = await practice.examine()

    assert report.sick() == ["modelslab"]
    assert report.of("modelslab") == Said(
        "sick",
        "modelslab",
        "ModelsLab cannot be reached: no connection can be made",
        "Look whether this machine is online, at https://modelslab.com/status, and at "
        "MODELSLAB_BASE_URL.",
    )


async def test_modelslab_out_of_order(practice: Practice) -> None:
    practice.vendor.down = True

    report = await practice.examine()

    assert report.of("modelslab").what == (
        "ModelsLab cannot be reached: Service temporarily unavailable. Please try again later."
    )


async def test_a_base_that_is_an_endpoint(practice: Practice) -> None:
    practice.settings["MODELSLAB_BASE_URL"] = f"{practice.vendor.url}/v7"

    report = await practice.examine()

    assert report.sick() == ["address", "modelslab"]
    address = next(said for said in report.findings if said.mark == "sick")
    assert address.what == (
        "MODELSLAB_BASE_URL is not the base of the API: it ends too early or too late"
    )
    assert address.fix == "Leave it empty, or write https://modelslab.com/api"


async def test_discord_away(practice: Practice) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    practice.settings["DISCORD_API_URL"] = f"http://127.0.0.1:{port}/api/v10"

    report = await practice.examine()

    assert report.sick() == ["discord"]
    assert report.of("discord").what == "Discord cannot be reached: no connection can be made"
    assert report.of("discord").fix == (
        "Look whether this machine is online, at https://discordstatus.com, and whether "
        "DISCORD_API_URL should be empty."
    )
    assert report.of("clock").what == "within 5 s of ModelsLab's"


async def test_discord_out_of_order(practice: Practice) -> None:
    practice.discord.faults.next("GET", "/users/@me", status=503)

    report = await practice.examine()

    assert report.of("discord").what == "Discord cannot be reached: it answers HTTP 503"


async def test_something_else_where_discord_should_be(practice: Practice) -> None:
    async def welcome(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        page = b"<html>Welcome to this hotel's network</html>"
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(page), page))
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(welcome, "127.0.0.1", 0) as hotel:
        port = hotel.sockets[0].getsockname()[1]
        practice.settings["DISCORD_API_URL"] = f"http://127.0.0.1:{port}"
        report = await practice.examine()

    assert report.sick() == ["discord"]
    assert report.of("discord").what == "something answers that is not Discord"
    assert report.of("discord").fix == (
        "Empty DISCORD_API_URL, or let it name a whole base such as https://discord.com/api/v10."
    )


async def test_commands_that_go_elsewhere(practice: Practice) -> None:
    practice.discord.application["interactions_endpoint_url"] = "https://other.example/MARKED"

    report = await practice.examine()

    bot = practice.discord.world.bot.id
    assert report.sick() == ["commands"]
    assert report.of("commands").what == (
        "an Interactions Endpoint URL is set: commands go there and never reach the bot"
    )
    assert report.of("commands").fix == (
        f"Empty Interactions Endpoint URL at {PORTAL}/{bot}/information"
    )


async def test_a_bot_that_nobody_can_invite(practice: Practice) -> None:
    practice.discord.application["bot_require_code_grant"] = True

    report = await practice.examine()

    assert report.sick() == ["invitation"]
    assert "Switch off Requires OAuth2 Code Grant" in report.text


async def test_what_the_portal_allows_beyond_need_is_noted(practice: Practice) -> None:
    practice.discord.application |= {"bot_public": True, "flags": (1 << 19) | (1 << 14)}

    report = await practice.examine()

    assert report.exit_code == 0
    assert report.of("intents").mark == "note"
    assert report.of("intents").what == (
        "Server Members Intent, Message Content Intent switched on, but not needed"
    )
    assert report.of("bot").mark == "note"
    assert "whoever invites it paints at your cost" in report.of("bot").what


async def test_a_role_that_lacks_a_permission(practice: Practice) -> None:
    home = practice.discord.home
    home.everyone.permissions &= ~(1 << 15)

    report = await practice.examine()

    assert report.sick() == ["server"]
    assert report.of("server").what == f"{home.id}: Attach Files missing"
    assert report.of("server").fix == (
        "There, in Server Settings, Roles, the bot's own role, allow Attach Files."
    )
    assert home.name not in report.text, "servers are told by id alone"


async def test_channels_that_take_permissions_away(practice: Practice) -> None:
    general, after_dark = practice.discord.general, practice.discord.after_dark
    practice.discord.forbid(general, view=False)
    practice.discord.forbid(after_dark, read_history=False)

    report = await practice.examine()

    assert report.of("server").what == (
        f"{practice.discord.home.id}: every channel forbids something; least is missing in "
        f"{after_dark.id}: Read Message History"
    )
    assert report.of("server").fix == (
        "There, in Edit Channel, Permissions, the bot's role or name, allow Read Message History."
    )

    practice.discord.forbid(after_dark)
    report = await practice.examine()
    assert report.of("server").what.endswith("all that is needed in 1 of 2 text channels")


async def test_a_server_that_cannot_be_looked_at_stays_open(practice: Practice) -> None:
    practice.discord.faults.next("GET", "/guilds/.*/roles", status=403)

    report = await practice.examine()

    home = practice.discord.home.id
    assert report.of("server") == Said(
        "open", "server", f"{home}: Discord did not show it (HTTP 403)"
    )


async def test_allowed_servers_that_the_bot_is_not_in(practice: Practice) -> None:
    practice.settings["ALLOWED_GUILDS"] = "4711"

    report = await practice.examine()

    assert report.sick() == ["allowed"]
    assert "the bot is not in 4711, which ALLOWED_GUILDS names, so that nobody can use it" in (
        report.text.replace("\n" + " " * 18, " ")
    )

    practice.settings["ALLOWED_GUILDS"] = f"4711,{practice.discord.home.id}"
    report = await practice.examine()
    assert (report.exit_code, report.of("allowed").mark) == (0, "note")
    assert report.of("allowed").what == "the bot is not in 4711, which ALLOWED_GUILDS names"


async def test_servers_that_may_not_use_it_are_not_looked_at(practice: Practice) -> None:
    practice.discord.guild("Elsewhere").everyone.permissions = 0
    practice.settings["ALLOWED_GUILDS"] = str(practice.discord.home.id)

    report = await practice.examine()

    assert report.exit_code == 0
    assert report.of("server").what.startswith(f"{practice.discord.home.id}: all that is needed")
    assert report.of("allowed").what == "refused in 1 more, as ALLOWED_GUILDS has it"


async def test_only_twenty_servers_are_looked_at(practice: Practice) -> None:
    for number in range(22):
        practice.discord.guild(f"Number {number}")

    report = await practice.examine()

    assert [said.what for said in report.findings if said.topic == "servers"] == [
        "the bot is in 23",
        "only 20 of 23 were looked at",
    ]
    assert sum(said.topic == "server" for said in report.findings) == 20


async def test_a_bot_in_no_server_is_told_how_to_get_into_one(practice: Practice) -> None:
    practice.discord.kick_bot(practice.discord.home)

    report = await practice.examine()

    assert report.exit_code == 0
    assert report.of("servers") == Said(
        "note", "servers", "the bot is in none yet", "Invite it with the link below."
    )
    bot = practice.discord.world.bot.id
    assert (
        f"client_id={bot}&scope=bot+applications.commands&permissions=274878008320" in report.text
    )


async def test_the_owners_channel(practice: Practice) -> None:
    practice.settings["OWNER_CHANNEL_ID"] = "4711"
    report = await practice.examine()
    assert report.sick() == ["owner"]
    assert report.of("owner").what == "no channel 4711"
    assert report.of("owner").fix == (
        "Let OWNER_CHANNEL_ID name a channel that the bot can see, or leave it empty."
    )

    general = practice.discord.general
    practice.settings["OWNER_CHANNEL_ID"] = str(general.id)
    practice.discord.forbid(general, send=False)
    report = await practice.examine()
    assert report.of("owner").what == f"Send Messages missing in channel {general.id}"


async def test_a_clock_that_is_wrong(practice: Practice) -> None:
    practice.discord.clock.advance(900)

    report = await practice.examine()

    assert report.sick() == ["clock"]
    assert report.of("clock").what == "15 minutes behind Discord's"
    assert report.of("clock").fix == (
        "Let this machine set its clock from the network, on most Linux systems with: "
        "sudo timedatectl set-ntp true"
    )


async def test_a_port_that_another_program_has(practice: Practice) -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.0 200 OK\r\n\r\n[]")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as other:
        port = other.sockets[0].getsockname()[1]
        practice.settings["METRICS_PORT"] = str(port)
        report = await practice.examine()

    assert report.sick() == ["metrics"]
    assert report.of("metrics").what == f"port {port} is taken by another program"
    assert report.of("metrics").fix == (
        "Let METRICS_PORT be another number, or 0 for any free one."
    )


async def test_a_running_bot_that_is_not_ready(practice: Practice) -> None:
    async def away() -> None:
        raise NotReady("not connected to Discord")

    async def well() -> None:
        return None

    async def nothing() -> list[Measure]:
        return []

    pings = {"database": well, "gateway": away, "runner": well}
    async with HealthServer("127.0.0.1", 0, pings=pings, measure=nothing) as health:
        practice.settings["METRICS_PORT"] = str(health.port)
        report = await practice.examine()

    assert report.sick() == ["metrics"]
    assert report.of("metrics").what == (
        f"a running Limner on port {health.port} is not ready (gateway: not connected to Discord)"
    )
    assert report.of("metrics").fix == "If it was not started just now, its log tells why."


async def test_a_database_of_a_newer_limner(practice: Practice) -> None:
    await _make_database(practice)
    with closing(sqlite3.connect(practice.database)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    before = practice.database.read_bytes()

    report = await practice.examine()

    assert report.sick() == ["database"]
    assert report.of("database").what == "limner.db was written by a newer Limner (schema 9999)"
    assert report.of("database").fix == (
        "Run that version again, or restore the backup from before it."
    )
    assert practice.database.read_bytes() == before


@pytest.mark.parametrize("foreign", ["another program's", "no database"])
async def test_a_file_that_is_not_ours(practice: Practice, foreign: str) -> None:
    practice.database.parent.mkdir()
    if foreign == "no database":
        practice.database.write_bytes(b"MARKED diary, first page\n" * 100)
    else:
        with closing(sqlite3.connect(practice.database)) as database:
            database.execute("CREATE TABLE diary (page TEXT)")
    before = practice.database.read_bytes()

    report = await practice.examine()

    assert report.sick() == ["database"]
    assert report.of("database").what.startswith("limner.db is not a database")
    assert report.of("database").fix.startswith("Let DATABASE_URL name another file")
    assert practice.database.read_bytes() == before


async def test_a_folder_that_cannot_be_written(practice: Practice) -> None:
    (practice.folder / "data").write_text("a file, where a folder should be")

    report = await practice.examine()

    assert report.sick() == ["folder"]
    assert report.of("folder").what == "nothing can be written into data (Not a directory)"
    assert report.of("folder").fix == (
        "Make it a folder that the user who runs the bot may write: data"
    )


async def test_pictures_that_find_no_place(practice: Practice) -> None:
    (practice.folder / "data").mkdir()
    (practice.folder / "data" / "pictures").write_text("a file, where a folder should be")

    report = await practice.examine()

    assert report.sick() == ["folder"]
    assert report.of("folder").what == "nothing can be written into data/pictures (Not a directory)"
    assert report.of("folder").fix.endswith(": data/pictures")


async def test_a_file_of_another_user(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    await _make_database(practice)
    # Nothing is forbidden to root, who may be the one who runs this.
    allowed = os.access
    monkeypatch.setattr(
        os, "access", lambda at, how: at != Path("data/limner.db") and allowed(at, how)
    )

    report = await practice.examine()

    assert report.sick() == ["database"]
    assert report.of("database").what == "limner.db may not be read and written by this user"
    assert report.of("database").fix == (
        "Give it to the user who runs the bot: sudo chown $(id -u) data/limner.db*"
    )


async def test_a_database_after_a_crash_is_read_with_its_log(practice: Practice) -> None:
    """What stands in the write-ahead log alone counts too, and is left there."""
    database = await Database.open(f"sqlite+aiosqlite:///{practice.database}")
    shutil.copytree(practice.database.parent, practice.folder / "copy")
    await database.close()
    assert (practice.folder / "copy" / "limner.db-wal").exists()
    practice.settings["DATABASE_URL"] = "sqlite+aiosqlite:///copy/limner.db"

    report = await practice.examine()

    assert report.of("database").what == "ours, schema 0002; no Limner is running on it"
    assert (practice.folder / "copy" / "limner.db-wal").stat().st_size > 0


async def _make_database(practice: Practice) -> None:
    await (await Database.open(f"sqlite+aiosqlite:///{practice.database}")).close()
