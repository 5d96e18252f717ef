"""The container image, as far as it can be judged without building it."""

import asyncio
import json
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.web.health import HealthServer, Measure, NotReady

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
FINAL_STAGE = DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :]


def _instructions(name: str, text: str = FINAL_STAGE) -> list[str]:
    return re.findall(rf"^{name} +(.+)$", text, re.MULTILINE)


def test_what_is_copied_exists_and_is_let_through() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    let_through = {line.removeprefix("!") for line in lines if line.startswith("!")}
    copied = [
        line.split()[0]
        for line in _instructions("COPY", DOCKERFILE)
        if not line.startswith("--from=")
    ]

    assert lines[1] == "*", "everything stays out that is not named"
    assert {path.partition("/")[0] for path in copied} == let_through
    for path in copied:
        assert (ROOT / path).exists(), path


def test_only_pinned_libraries_are_installed() -> None:
    (install,) = re.findall(r"pip install .+", DOCKERFILE)

    assert "--require-hashes -r constraints/runtime.txt" in install


def test_nobody_is_root_when_the_bot_starts() -> None:
    (user,) = _instructions("USER")

    assert user.isdigit()
    assert int(user) > 0
    assert f"useradd --uid {user} " in FINAL_STAGE
    assert FINAL_STAGE.index("\nUSER ") < FINAL_STAGE.index("\nCMD ")


def test_the_data_folder_is_a_volume_of_the_bots_own() -> None:
    compose = (ROOT / "compose.yaml").read_text()

    assert _instructions("WORKDIR") == ["/app"]
    assert _instructions("VOLUME") == ["/app/data"]
    assert "install -d -o limner -g limner /app/data" in FINAL_STAGE
    assert re.search(r"- limner-data:/app/data\n", compose)
    assert re.search(r"^volumes:\n  limner-data:$", compose, re.MULTILINE)


def test_the_bot_is_what_starts() -> None:
    assert [json.loads(line) for line in _instructions("CMD")] == [["python", "-m", "bot"]]


@pytest.mark.parametrize(("ready", "exit_code"), [(True, 0), (False, 1)])
async def test_the_health_check_tells_ready_from_not(ready: bool, exit_code: int) -> None:
    (check,) = _instructions("HEALTHCHECK")
    command = json.loads(check.partition(" CMD ")[2])

    async def gateway() -> None:
        if not ready:
            raise NotReady("not connected")

    async def measure() -> Sequence[Measure]:
        return []

    async with HealthServer("127.0.0.1", 0, pings={"gateway": gateway}, measure=measure) as server:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *command[1:],
            env=os.environ | {"METRICS_PORT": str(server.port)},
        )
        assert await process.wait() == exit_code
