"""The commands a newcomer meets: each is listed with one sentence, and CI calls the same."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROMISED = {
    "try",
    "sandbox",
    "run",
    "doctor",
    "test",
    "check",
    "format",
    "torture",
    "bench",
    "lock",
    "clean",
}


def _targets() -> dict[str, str]:
    """The Makefile's commands (targets that are no files), with what follows their ##."""
    makefile = (ROOT / "Makefile").read_text()
    (phony,) = re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    sentences = dict(re.findall(r"^([a-z]+):[^\n#]*## (.+)$", makefile, re.MULTILINE))
    return {name: sentences.get(name, "") for name in phony.split()}


def test_every_command_has_one_sentence() -> None:
    targets = _targets()

    assert set(targets) >= PROMISED
    for name, sentence in targets.items():
        assert re.fullmatch(r"[A-Z].+\.", sentence), f"make {name} wants a sentence"


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_alone_lists_them() -> None:
    listed = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout

    for name, sentence in _targets().items():
        assert re.search(rf"make {name} +{re.escape(sentence)}", listed)


def test_ci_calls_what_a_developer_calls() -> None:
    run = (ROOT / ".ci" / "run").read_text()

    assert run.startswith("#!/usr/bin/env bash")
    assert "set -euo pipefail" in run
    assert run.splitlines()[-2:] == ["make check", "make test"]
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111, "it must be executable"
    subprocess.run(["bash", "-n", ROOT / ".ci" / "run"], check=True)
