"""The ladder: imports go down only, never sideways, and each outside library has one address."""

import ast
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = ("bot", "cogs", "storage", "sandbox")

# The longest name that fits is a module's room; the number is its rung.
ROOMS = {
    "bot.__main__": 1,
    "sandbox.__main__": 1,
    "bot.app": 2,
    "bot.doctor": 2,
    "cogs": 3,
    "bot.web": 3,
    "sandbox": 3,
    "bot.engine": 4,
    "storage": 5,
    "bot.modelslab": 5,
    "bot.pictures": 5,
    "bot.download": 5,
    "bot.settings": 5,
    "bot.log": 5,
    "bot.domain": 6,
    "bot": 7,  # the version, for whoever names it
}
FOR_THE_TOP_TWO_RUNGS = {"bot.settings", "bot.log"}
# The vendor's stand-in must not share the mistakes of the vendor's client.
ALONE = "sandbox.modelslab"

ADDRESSES = {
    # The stand-in rings webhooks, and nothing else in it calls anybody.
    "aiohttp": ("bot.modelslab.client", "bot.download", "sandbox.modelslab.bells"),
    # Broken connections come through discord.py as what they are underneath.
    "aiohttp.ClientConnectorError": ("bot.modelslab.client", "bot.download", "bot.app", "cogs"),
    "aiohttp.ClientError": ("bot.modelslab.client", "bot.download", "bot.app", "cogs"),
    # discord.py keeps the answers' headers to itself.
    "aiohttp.TraceConfig": ("cogs.checkup",),
    # Forms whose parts have broken headers raise these, and the server takes them for its own.
    "aiohttp.http_exceptions": ("bot.web.masks.upload",),
    "aiohttp.web": ("bot.web", "sandbox"),
    "aiosqlite": ("storage.driver",),
    "alembic": ("storage",),
    "click": ("bot.__main__", "sandbox.__main__", "sandbox.modelslab.__main__"),
    "discord": ("cogs", "bot.app"),
    "filelock": ("storage",),
    "itsdangerous": ("bot.domain.tickets",),
    "PIL": ("bot.pictures", "sandbox.modelslab.painter"),
    "prometheus_client": ("bot.web.health",),
    "pydantic": ("bot.settings", "bot.modelslab"),
    "pydantic_core": ("bot.settings", "bot.modelslab"),
    "pydantic_settings": ("bot.settings",),
    "rapidfuzz": ("bot.modelslab.catalogue",),
    "simcord": ("sandbox",),
    "sqlalchemy": ("storage",),
    "yarl": ("bot.modelslab.client", "bot.download"),
}


def violations(files: Mapping[str, str]) -> list[str]:
    """Every import against the ladder or at a wrong address, as "module imports name: why"."""
    modules = {_module(path) for path in files}
    return [
        f"{module} imports {name}: {why}"
        for path, source in sorted(files.items())
        for module in [_module(path)]
        for name in _imports(module, path, source, modules)
        if (why := _objection(module, name))
    ]


def _objection(module: str, name: str) -> str | None:
    top = name.partition(".")[0]
    if top in OURS:
        return _against_the_ladder(module, name)
    if top in sys.stdlib_module_names:
        return None
    library = _longest(name, ADDRESSES)
    if library is None:
        return "a library without an address"
    if not any(_within(module, address) for address in ADDRESSES[library]):
        return f"its address is {', '.join(ADDRESSES[library])}"
    return None


def _against_the_ladder(module: str, name: str) -> str | None:
    room, other = _longest(module, ROOMS), _longest(name, ROOMS)
    if room is None or other is None:
        return "a room that is not on the ladder"
    if _within(module, ALONE) and not _within(name, ALONE):
        return f"{ALONE} stands alone"
    if other in FOR_THE_TOP_TWO_RUNGS and ROOMS[room] > 2 and room != other:
        return "for the top two rungs alone"
    if room != other and ROOMS[room] >= ROOMS[other]:
        return "up the ladder" if ROOMS[room] > ROOMS[other] else "sideways"
    return None


def _module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _within(module: str, room: str) -> bool:
    return module == room or module.startswith(room + ".")


def _longest(name: str, rooms: Mapping[str, object]) -> str | None:
    return max((room for room in rooms if _within(name, room)), key=len, default=None)


def _imports(module: str, path: str, source: str, modules: set[str]) -> Iterator[str]:
    """The full names that a source imports, wherever in it the import stands."""
    package = module if path.endswith("/__init__.py") else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            ancestors = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*ancestors, node.module or ""] if node.level else [node.module or ""])
            base = base.rstrip(".")
            for alias in node.names:
                # `from bot import pictures` means a module, `from aiohttp import web` too.
                full = f"{base}.{alias.name}"
                is_module = full in modules or full in ROOMS or full in ADDRESSES
                yield full if is_module else base


def _our_files() -> dict[str, str]:
    return {
        path.relative_to(ROOT).as_posix(): path.read_text()
        for folder in OURS
        for path in (ROOT / folder).rglob("*.py")
    }


def test_the_house_keeps_to_its_ladder() -> None:
    files = _our_files()

    assert len(files) > 20
    assert violations(files) == []


@pytest.mark.parametrize(
    ("path", "source", "objection"),
    [
        ("bot/domain/job.py", "from bot.engine.steps import submit", "up the ladder"),
        ("bot/engine/intake.py", "import cogs.imagine", "up the ladder"),
        ("storage/jobs.py", "from bot.app.life import run", "up the ladder"),
        ("bot/engine/runner.py", "from bot import __main__", "up the ladder"),
        ("storage/jobs.py", "from bot.modelslab.wire import Outcome", "sideways"),
        ("bot/web/masks.py", "from cogs.cards import card", "sideways"),
        ("cogs/imagine.py", "import bot.web.health as health", "sideways"),
        ("bot/pictures/__init__.py", "from bot import download", "sideways"),
        ("bot/pictures/fitting.py", "from .. import download", "sideways"),
        ("bot/__main__.py", "import sandbox.__main__", "sideways"),
        ("cogs/imagine.py", "from bot.settings import Settings", "for the top two rungs alone"),
        ("cogs/imagine.py", "from bot import settings", "for the top two rungs alone"),
        ("storage/jobs.py", "import bot.log", "for the top two rungs alone"),
        ("sandbox/modelslab/desk.py", "import bot.modelslab", "sandbox.modelslab stands alone"),
        ("sandbox/modelslab/desk.py", "import sandbox.chat", "sandbox.modelslab stands alone"),
        ("bot/engine/runner.py", "import discord", "its address is cogs, bot.app"),
        ("bot/engine/runner.py", "def f():\n    import discord.ui", "its address is cogs, bot.app"),
        ("cogs/history.py", "from sqlalchemy import select", "its address is storage"),
        ("bot/web/masks.py", "from PIL import Image", "its address is bot.pictures, sandbox.mo"),
        ("cogs/imagine.py", "from aiohttp import ClientSession", "its address is bot.modelslab"),
        ("bot/app/life.py", "import aiohttp", "its address is bot.modelslab.client, bot.download"),
        ("bot/app/life.py", "from bot import doctor", "sideways"),
        (
            "sandbox/modelslab/desk.py",
            "import aiohttp",
            "its address is bot.modelslab.client, bot.",
        ),
        ("cogs/client.py", "from aiohttp import TraceConfig", "its address is cogs.checkup"),
        ("bot/modelslab/wire.py", "from aiohttp import ClientSession", "its address is bot.models"),
        ("bot/web/masks.py", "from aiohttp import ClientSession", "its address is bot.modelslab."),
        ("bot/download.py", "from aiohttp import web", "its address is bot.web, sandbox"),
        ("bot/app/life.py", "from aiohttp.web import Request", "its address is bot.web, sandbox"),
        ("bot/domain/job.py", "from pydantic import BaseModel", "its address is bot.settings, bo"),
        ("bot/app/life.py", "import prometheus_client", "its address is bot.web.health"),
        ("bot/app/life.py", "import requests", "a library without an address"),
    ],
)
def test_a_planted_violation_is_caught(path: str, source: str, objection: str) -> None:
    (found,) = violations({path: source})

    assert f": {objection}" in found


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("bot/app/life.py", "from bot.settings import Settings\nimport discord, cogs.imagine"),
        ("bot/engine/steps.py", "from bot.engine import runner\nimport storage.jobs, asyncio"),
        ("cogs/imagine.py", "import discord.ui\nfrom bot.domain.job import Job"),
        (
            "bot/modelslab/client.py",
            "from aiohttp import ClientSession\nfrom bot import __version__",
        ),
        ("bot/web/masks.py", "from aiohttp import web\nfrom bot.engine.intake import Intake"),
        ("bot/pictures/fitting.py", "from . import formats\nfrom .formats import Format"),
        ("sandbox/__main__.py", "import click, bot.app\nfrom sandbox.modelslab import server"),
    ],
)
def test_what_the_ladder_allows_is_let_through(path: str, source: str) -> None:
    assert violations({path: source}) == []
