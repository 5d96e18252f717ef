"""A set-up to look at, whole or sick, and what the doctor says of it."""

import asyncio
import os
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from discord.http import Route

from bot import doctor
from sandbox.modelslab import Vendor
from tests.wire.server import WireDiscord

ROOT = Path(__file__).parents[2]
DISCORD_TOKEN = "MARKED-SECRET.token.4711"
VENDOR_KEY = "MARKED-SECRET-vendor-key"
SECRET_KEY = "MARKED-SECRET-that-signs-the-links-of-the-web-part"
MARK = re.compile(r"(ok|note|open|sick)  +(\S.{0,10}?)  +(\S.*)")


@dataclass(frozen=True)
class Said:
    """One finding as it was printed, its wrapped lines joined again."""

    mark: str
    topic: str
    what: str
    fix: str = ""


@dataclass(frozen=True)
class Report:
    """One run: what it printed, and how it ended."""

    text: str
    errors: str
    exit_code: int
    findings: tuple[Said, ...]

    def of(self, topic: str) -> Said:
        (found,) = [each for each in self.findings if each.topic == topic]
        return found

    def sick(self) -> list[str]:
        return [each.topic for each in self.findings if each.mark == "sick"]


@dataclass
class Practice:
    """One set-up: a folder, a Discord, a vendor, and settings that may be made wrong."""

    folder: Path
    discord: WireDiscord
    vendor: Vendor
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def database(self) -> Path:
        return self.folder / "data" / "limner.db"

    def environment(self) -> dict[str, str]:
        return {
            "HOME": str(self.folder),
            "DISCORD_TOKEN": DISCORD_TOKEN,
            "DISCORD_API_URL": self.discord.api_url,
            "MODELSLAB_API_KEY": VENDOR_KEY,
            "MODELSLAB_BASE_URL": self.vendor.url,
            "SECRET_KEY": SECRET_KEY,
            "OWNER_IDS": str(self.discord.owner.id),
            "METRICS_PORT": "0",
            **self.settings,
        }

    async def examine(self, *, ask_vendor: bool = False) -> Report:
        """One look in this process, with the set-up's environment and folder."""
        said: list[str] = []
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.folder)
            for name, text in self.environment().items():
                patch.setenv(name, text)
            # Set for good by whoever points discord.py at a stand-in.
            patch.setattr(Route, "BASE", Route.BASE)
            healthy = await doctor.examine(said.append, ask_vendor=ask_vendor)
        return _checked("".join(f"{line}\n" for line in said), "", 0 if healthy else 1)

    async def run(self, *options: str, stdin: str = "") -> Report:
        """One look as its user takes it: `python -m bot doctor`."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            "doctor",
            *options,
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **self.environment()},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate(stdin.encode())
        assert process.returncode is not None
        return _checked(out.decode(), err.decode(), process.returncode)


def _checked(text: str, errors: str, exit_code: int) -> Report:
    """What holds for every look, whatever is sick: no secret, no trace, short lines."""
    assert "MARKED" not in text + errors
    assert "Traceback" not in errors, errors
    assert [line for line in text.splitlines() if len(line) > 100 and "https://" not in line] == []
    return Report(text, errors, exit_code, tuple(read(text)))


def read(text: str) -> list[Said]:
    """The findings in what was printed."""
    found: list[Said] = []
    for line in text.splitlines():
        if match := MARK.fullmatch(line):
            found.append(Said(*match.groups()))
        elif found and line.startswith(" " * 18):
            last, words = found[-1], line.strip()
            if words.startswith("-> "):
                found[-1] = Said(last.mark, last.topic, last.what, words[3:])
            elif last.fix:
                found[-1] = Said(last.mark, last.topic, last.what, f"{last.fix} {words}")
            else:
                found[-1] = Said(last.mark, last.topic, f"{last.what} {words}")
    return found
