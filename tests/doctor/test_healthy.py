"""What the doctor says of a set-up that is in order, and that looking disturbs nobody."""

import asyncio
import socket
from pathlib import Path

from bot.domain.checkup import Mark
from bot.web.checkup import look
from sandbox.modelslab import Vendor
from tests.doctor.practice import Practice
from tests.scenarios.browser import web_settings
from tests.scenarios.town import a_town


async def test_a_healthy_set_up_is_told_line_by_line(practice: Practice) -> None:
    practice.folder.joinpath("data").mkdir()

    report = await practice.run()

    bot, home = practice.discord.world.bot.id, practice.discord.home.id
    free = report.of("disk").what
    heading, *lines = report.text.splitlines()
    assert heading.startswith("Limner 0.1.0, looked at on 20")
    assert lines == [
        "",
        "ok    settings    all can be used; read from the environment",
        "ok    model       flux is known",
        "note  address     MODELSLAB_BASE_URL names a stand-in or a proxy, which sees the key",
        "note  address     DISCORD_API_URL names a stand-in or a proxy, which sees the token",
        "ok    web part    off without PUBLIC_URL: results are fetched by polling",
        "ok    database    no limner.db yet; the first start makes it",
        "ok    folder      data can be written",
        f"ok    disk        {free}",
        "ok    metrics     on whatever port is free",
        f"ok    token       Discord knows it: Limner, application {bot}",
        "ok    bot         private: only its owner may invite it",
        "ok    commands    come over the gateway, as they should",
        "ok    intents     none of the privileged ones is on, and none is needed",
        "ok    servers     the bot is in 1",
        f"ok    server      {home}: all that is needed in 2 of 2 text channels",
        "ok    invitation  https://discord.com/oauth2/authorize?client_id="
        f"{bot}&scope=bot+applications.commands&permissions=274878008320",
        "ok    key         ModelsLab knows it",
        "ok    wallet      1000.00 USD left, about 212,765 pictures at PRICE_PER_PICTURE",
        "ok    queue       0 requests in ModelsLab's queue now",
        "ok    plan        5 at once (MODELSLAB_MAX_QUEUED); your plan's limit (5, 10 or 15)"
        " cannot be asked",
        "ok    clock       within 5 s of Discord's",
        "",
        "Nothing is sick: 19 ok; 2 notes.",
    ]
    assert report.exit_code == 0
    assert report.errors == ""
    assert list(practice.folder.iterdir()) == [practice.folder / "data"]
    assert list(practice.folder.joinpath("data").iterdir()) == [], "looking makes nothing"
    assert practice.vendor.posts == 0, "looking buys nothing"


async def until_ready(port: int) -> None:
    """Wait for the bot's own word: it is connected a moment before it calls itself ready."""
    async with asyncio.timeout(10):
        while (await look("127.0.0.1", port)).mark is not Mark.OK:  # noqa: ASYNC110 - no bell rings
            await asyncio.sleep(0.05)


async def test_looking_disturbs_no_running_bot(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    async with a_town(tmp_path, METRICS_PORT=str(port), **web_settings()) as town:
        await town.bot_starts()
        await until_ready(port)
        looking = Practice(tmp_path, town.discord, town.vendor, town.environment())
        folder = sorted(path.name for path in (tmp_path / "data").iterdir())

        report = await looking.examine()

        assert (report.exit_code, report.sick()) == (0, [])
        assert report.of("database").what == "ours, schema 0002; in use by a running Limner"
        running = f"port {port} is served by a running Limner, which is ready"
        assert report.of("metrics").what == running
        assert report.of("web part").what.startswith("PUBLIC_URL leads to a running Limner")
        assert sorted(path.name for path in (tmp_path / "data").iterdir()) == folder
        assert town.discord.token not in report.text

        await town.pictures(await town.asks("a red fox"))
        await town.bot_stops()

        report = await looking.examine()

        assert report.of("database").what == "ours, schema 0002; no Limner is running on it"
        assert report.of("metrics").what == f"port {port} is free"
        assert report.of("web part").mark == "open"

        # Another ModelsLab, as this one's book must hold the bot's own jobs alone.
        async with Vendor(town.vendor.key, answers_at_once=True) as other:
            looking.settings["MODELSLAB_BASE_URL"] = other.url
            report = await looking.examine(ask_vendor=True)

        assert "a job of 0 minutes ago: HTTP 404" in report.text
        assert report.exit_code == 0
