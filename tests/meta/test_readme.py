"""The README says what is so: settings, states, commands, permissions, files."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from bot.domain.job import MOVES, JobStatus
from bot.settings import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
DISCORDS_OWN = {"The application did not respond"}
PICTURES = ROOT / "docs" / "pictures"
PERMISSIONS = {
    "View Channels": 1 << 10,
    "Send Messages": 1 << 11,
    "Attach Files": 1 << 15,
    "Read Message History": 1 << 16,
    "Send Messages in Threads": 1 << 38,
}


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_each_setting_stands_in_the_table_as_the_code_has_it(name: str) -> None:
    field = Settings.model_fields[name]
    if field.is_required():
        default = "**required**"
    elif field.default is None or field.default == frozenset():
        default = "empty"
    else:
        default = f"`{field.default}`"
    assert f"| `{name.upper()}` | {default} | {field.description} |" in README


def test_the_table_has_no_setting_that_the_code_lacks() -> None:
    table = README.split("\n## Settings\n")[1].split("\n## ")[0]
    listed = re.findall(r"^\| `([A-Z_]+)` \|", table, re.MULTILINE)
    assert sorted(listed) == sorted(name.upper() for name in Settings.model_fields)


def test_the_drawing_of_states_is_the_enum() -> None:
    drawing = README.split("## How a job moves")[1].split("```")[1]
    drawn = re.findall(r"[A-Z]{4,}", drawing.splitlines()[1])
    assert drawn == [status.name for status in JobStatus]
    for before, after in pairwise(drawn):
        assert (JobStatus[before], JobStatus[after]) in MOVES
    assert drawing.strip() in _indented((ROOT / "bot/domain/job.py").read_text("utf-8"))


def _indented(source: str) -> str:
    """The module's own drawing, at the README's margin."""
    return "\n".join(line.removeprefix("    ") for line in source.splitlines())


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\bmake ([a-z]+)\b", README))))
def test_each_make_command_exists(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert re.search(rf"^{target}:.*## ", makefile, re.MULTILINE), f"make {target}"


def test_the_invite_asks_for_what_it_explains_and_no_more() -> None:
    asked = re.search(r"permissions=(\d+)", README)
    assert asked is not None
    assert int(asked[1]) == sum(PERMISSIONS.values())
    for words, bit in PERMISSIONS.items():
        assert re.search(rf"{words}\s+\({bit}\)", README)


@pytest.mark.parametrize("path", re.findall(r"\]\((?!https?:)([^)#]+)\)", README))
def test_each_linked_file_is_there(path: str) -> None:
    assert (ROOT / path).is_file()


@pytest.mark.parametrize("name", sorted(path.name for path in PICTURES.iterdir()))
def test_each_picture_is_shown_and_taken_by_the_tool(name: str) -> None:
    assert f"](docs/pictures/{name})" in README
    tools = (ROOT / "tools").glob("*pictures.py")
    assert any(f'"{name}"' in path.read_text("utf-8") for path in tools)


def test_what_troubled_people_read_is_what_the_bot_says() -> None:
    table = README.split("\n## Troubleshooting\n")[1].split("\n## ")[0]
    quoted = set(re.findall(r'^\| [^|]*?"([^"]+)"', table, re.MULTILINE)) - DISCORDS_OWN
    assert quoted
    sources = [path.read_text("utf-8") for path in (ROOT / "cogs").glob("*.py")]
    # Long sentences are written in pieces.
    said = re.sub(r'"\s+f?"', "", "\n".join(sources))
    assert {words for words in quoted if words not in said} == set()


@pytest.mark.parametrize("room", re.findall(r"^\| `([a-z_][a-z_/.]*)`", README, re.MULTILINE))
def test_each_room_is_there(room: str) -> None:
    assert (ROOT / room).exists()


# Each command of the README: what proves that it works, or why nothing here can.
PROOF = {
    "make try": "tests/sandbox_page/test_process.py",
    "make sandbox": "tests/sandbox_page/test_process.py",
    "git clone": "needs the place this repository is at",
    "cd limner": "needs the clone",
    "cp .env.example .env": "tests/test_settings.py",
    "docker compose up": "needs Docker and two accounts; tests/meta/test_image.py reads the files",
    "docker compose logs": "needs Docker",
    "make run": "tests/scenarios/test_start.py",
}


def test_each_command_is_proved_or_says_what_it_needs() -> None:
    blocks = re.findall(r"^    (\S.*)$", README, re.MULTILINE)
    commands = [line.partition("#")[0].strip() for line in blocks if not line.startswith("|")]
    unproved = [
        command for command in commands if not any(command.startswith(known) for known in PROOF)
    ]
    assert unproved == []
    for known, proof in PROOF.items():
        assert any(command.startswith(known) for command in commands), known
        for path in re.findall(r"tests/\S+\.py", proof):
            assert (ROOT / path).is_file(), path
