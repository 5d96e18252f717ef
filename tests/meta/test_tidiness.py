"""The repository speaks of the product alone: no secrets, no places on somebody's machine."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# In two parts each, so that this file does not hold what it looks for.
UNWANTED = [
    "/wo" + "rk/",
    ".lib" + "rary",
    "/ro" + "ot/",
    "pypi" + ".org",
    "python" + "hosted",
    "registry.npm" + "js",
    "deb." + "debian",
]


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


def test_no_file_names_a_place_outside(tracked: list[Path]) -> None:
    found = [
        f"{path.relative_to(ROOT)}: {unwanted}"
        for path in tracked
        for text in [path.read_bytes()]
        for unwanted in UNWANTED
        if unwanted.encode() in text
    ]

    assert tracked
    assert found == []


def test_what_is_private_is_not_tracked(tracked: list[Path]) -> None:
    names = {path.relative_to(ROOT).as_posix() for path in tracked}

    assert ".env" not in names
    assert not [name for name in names if name.startswith(("data/", ".venv/"))]
