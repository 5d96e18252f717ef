"""What stops the bot from starting is one readable line and exit code 2: no trace, no secret."""

import asyncio
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.scenarios.town import BOT_TOKEN, ROOT, VENDOR_KEY, Town

CANNOT_START = 2
LONGEST_S = 30.0
REQUIRED = {
    "DISCORD_TOKEN": BOT_TOKEN,
    "MODELSLAB_API_KEY": VENDOR_KEY,
    # Nobody listens there, should a test ever get so far.
    "DISCORD_API_URL": "http://127.0.0.1:9/api/v10",
    "MODELSLAB_BASE_URL": "http://127.0.0.1:9/api",
    "METRICS_PORT": "0",
}


async def refusal(folder: Path, settings: Mapping[str, str], *, env_file: str = "") -> str:
    """Start the bot with these settings alone; the one line with which it refuses."""
    if env_file:
        (folder / ".env").write_text(env_file)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **settings},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), LONGEST_S)
    lines = [line for line in err.decode().splitlines() if line.startswith("limner: ")]
    told = (out + err).decode()
    assert process.returncode == CANNOT_START, told
    assert len(lines) == 1, told
    assert "Traceback" not in told
    assert "MARKED-SECRET" not in told
    return lines[0]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"DISCORD_TOKEN": ""}, "DISCORD_TOKEN is missing"),
        ({"MODELSLAB_API_KEY": "", "DISCORD_TOKEN": ""}, "MODELSLAB_API_KEY is missing"),
        ({"MODELSLAB_API_KEY": '"MARKED-SECRET-key"'}, "MODELSLAB_API_KEY must"),
        ({"METRICS_PORT": "MARKED-SECRET"}, "METRICS_PORT must be a whole number"),
        ({"METRICS_PORT": "70000"}, "METRICS_PORT must be at most 65535"),
        ({"DATABASE_URL": "postgresql://u:MARKED-SECRET@db/x"}, "DATABASE_URL must"),
        ({"MODELSLAB_BASE_URL": "https://u:MARKED-SECRET@lab.example"}, "MODELSLAB_BASE_URL must"),
        ({"DISCORD_API_URL": "discord.example"}, "DISCORD_API_URL must"),
        ({"OWNER_IDS": "12, somebody"}, "OWNER_IDS must"),
        ({"DEFAULT_MODEL": "no-such-model"}, "DEFAULT_MODEL: "),
        ({"DEFAULT_MODEL": "seededit-i2i"}, "DEFAULT_MODEL: seededit-i2i makes no pictures"),
        ({"JOB_DEADLINE_S": "0"}, "JOB_DEADLINE_S must be at least 1"),
        ({"LOG_FORMAT": "xml"}, "LOG_FORMAT must be"),
        ({"SECRET_KEY": "MARKED-SECRET"}, "SECRET_KEY must"),
        ({"PUBLIC_URL": "http://limner.example"}, "PUBLIC_URL must"),
        ({"METRICS_HOST": "192.0.2.1"}, "Cannot listen on 192.0.2.1"),
        ({"METRICS_HOST": ".."}, "Cannot listen on .."),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
async def test_a_setting_that_cannot_work(
    tmp_path: Path, changes: dict[str, str], told: str
) -> None:
    assert told in await refusal(tmp_path, REQUIRED | changes)


async def test_several_faults_stand_in_the_same_line(tmp_path: Path) -> None:
    told = await refusal(tmp_path, {"METRICS_PORT": "x", "MODELSLAB_MAX_QUEUED": "0"})
    for name in ("DISCORD_TOKEN", "MODELSLAB_API_KEY", "METRICS_PORT", "MODELSLAB_MAX_QUEUED"):
        assert name in told


async def test_the_file_is_read_too(tmp_path: Path) -> None:
    told = await refusal(
        tmp_path,
        {},
        env_file="DISCORD_TOKEN=MARKED-SECRET\nMODELSLAB_API_KEY=MARKED-SECRET\nMETRICS_PORT=-1\n",
    )
    assert told == "limner: METRICS_PORT must be at least 0"


async def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        told = await refusal(tmp_path, REQUIRED | {"METRICS_PORT": str(port)})
    assert f"Cannot listen on 127.0.0.1 port {port}" in told


async def test_pictures_that_find_no_place(tmp_path: Path) -> None:
    """They would be bought, and lost."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "pictures").write_text("a file, where a folder should be")
    told = await refusal(tmp_path, REQUIRED)
    assert told == "limner: the folder pictures cannot be written: File exists"


async def test_discord_refuses_the_token(empty_town: Town) -> None:
    town = empty_town
    settings = town.environment() | {"DISCORD_TOKEN": "MARKED-SECRET-outdated"}
    told = await refusal(town.folder, settings)
    assert "DISCORD_TOKEN was refused by Discord" in told


async def test_help_needs_no_settings(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "--help",
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    assert b".env.example" in out
