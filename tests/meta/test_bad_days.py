"""The table of bad days and the tests that play them say the same: no row unplayed, no day untold.

A section with a table links to its test files. The last column of each row names cases of these:
a parameter's id, or a test's name without `test_` where it has none; `*` is any part of it.
"""

import re
import subprocess
import sys
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "bad-days.md"
HEAD = "| Day | What happens | How it ends for the member | Charged | Case |"


@dataclass(frozen=True)
class Section:
    """One party's bad days: the files that play them, and the names in the rows."""

    title: str
    files: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def sections() -> list[Section]:
    _, *parts = re.split(r"^##+ ", DOCUMENT.read_text("utf-8"), flags=re.MULTILINE)
    return [_section(part) for part in parts if HEAD in part]


def _section(text: str) -> Section:
    lines = [line for line in text.splitlines() if line.startswith("|")]
    rows = [line for line in lines if line != HEAD and set(line) - set("|- ")]
    return Section(
        title=text.partition("\n")[0],
        files=tuple(dict.fromkeys(re.findall(r"\]\(\.\./(tests/[\w/]+\.py)\)", text))),
        rows=tuple(_names(row) for row in rows),
    )


def _names(row: str) -> tuple[str, ...]:
    """The names in the last of five cells."""
    cells = re.split(r"(?<!\\)\|", row.strip("|"))
    assert len(cells) == HEAD.count("|") - 1, row
    return tuple(re.findall(r"`([^`]+)`", cells[-1]))


SECTIONS = sections()


@pytest.fixture(scope="module")
def played() -> dict[str, set[str]]:
    """The cases of each file, as pytest itself collects them."""
    files = sorted({file for section in SECTIONS for file in section.files})
    listed = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *files],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert listed.returncode == 0, listed.stdout + listed.stderr
    cases: dict[str, set[str]] = {file: set() for file in files}
    for file, name, parameter in re.findall(
        r"^(\S+\.py)::test_([^\[\n]+)(?:\[(.+)\])?$", listed.stdout, re.MULTILINE
    ):
        cases[file].add(parameter or name)
    return cases


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.title)
def test_each_row_is_played_and_each_case_has_its_row(
    section: Section, played: dict[str, set[str]]
) -> None:
    cases = set().union(*(played[file] for file in section.files))
    names = {name for row in section.rows for name in row}

    assert cases
    assert [row for row in section.rows if not row] == []
    assert sorted(name for name in names if not _matching(cases, name)) == []
    told = set().union(*(_matching(cases, name) for name in names))
    assert sorted(cases - told) == []


def _matching(cases: set[str], name: str) -> set[str]:
    # A parameter's id may have brackets of its own, which are no pattern here.
    pattern = name.replace("[", "[[]")
    return {case for case in cases if fnmatchcase(case, pattern)}
