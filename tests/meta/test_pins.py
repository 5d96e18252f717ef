"""The pins: exact, hashed, in line with pyproject.toml, and true on everybody's machine."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import bot

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LAYERS = ("runtime", "sandbox", "dev")


def _pins(layer: str) -> dict[str, Requirement]:
    joined = (ROOT / "constraints" / f"{layer}.txt").read_text().replace("\\\n", " ")
    lines = [line for line in joined.splitlines() if line and not line.lstrip().startswith("#")]
    requirements = [Requirement(line.partition(" --hash")[0]) for line in lines]
    return {canonicalize_name(each.name): each for each in requirements}


def _wanted(layer: str) -> list[Requirement]:
    extras = {"runtime": (), "sandbox": ("sandbox",), "dev": ("sandbox", "dev")}[layer]
    lines = PROJECT["dependencies"] + [
        line for extra in extras for line in PROJECT["optional-dependencies"][extra]
    ]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("layer", LAYERS)
def test_the_pins_name_no_place(layer: str) -> None:
    """Neither an index nor a folder: pip's own settings say where to look."""
    for line in (ROOT / "constraints" / f"{layer}.txt").read_text().splitlines():
        if line.lstrip().startswith("#"):
            names = line.replace("limner (pyproject.toml)", "limner")
            names = re.sub(r"-c constraints/[a-z]+\.txt", "", names)
            assert re.fullmatch(r" +# via [a-z0-9, -]+", names), line
        else:
            pin = r"[a-z0-9-]+==[0-9a-z.]+( ; [a-z_]+ [<>=!]+ '[A-Za-z0-9.]+')? \\"
            sha256 = r"    --hash=sha256:[0-9a-f]{64}( \\)?"
            assert re.fullmatch(f"{pin}|{sha256}", line), line


@pytest.mark.parametrize("layer", LAYERS)
def test_every_pin_is_hashed(layer: str) -> None:
    lines = (ROOT / "constraints" / f"{layer}.txt").read_text().splitlines()

    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if "==" in line:
            assert following.startswith("    --hash=sha256:"), line


@pytest.mark.parametrize("layer", LAYERS)
def test_every_library_asked_for_is_pinned_within_its_range(layer: str) -> None:
    pins = _pins(layer)

    for wanted in _wanted(layer):
        (pin,) = pins[canonicalize_name(wanted.name)].specifier
        assert pin.operator == "=="
        assert wanted.specifier.contains(pin.version), f"{wanted} is pinned to {pin.version}"


def test_each_layer_holds_the_one_before_with_the_same_versions() -> None:
    runtime, sandbox, dev = map(_pins, LAYERS)

    assert runtime.items() <= sandbox.items() <= dev.items()
    assert "simcord" not in runtime
    assert "pytest" not in sandbox


def test_young_libraries_are_held_tightly() -> None:
    wanted = {each.name: str(each.specifier) for each in _wanted("sandbox")}

    assert wanted["simcord"].startswith("==")
    assert wanted["discord.py"].startswith("~=2.7.")


def test_pins_made_on_one_python_hold_what_a_newer_one_needs() -> None:
    # discord.py asks for it from 3.13 on, where the standard library lost audioop.
    pin = _pins("runtime")["audioop-lts"]

    assert pin.marker is not None
    assert pin.marker.evaluate({"python_full_version": "3.13.0"})
    assert not pin.marker.evaluate({"python_full_version": "3.11.0"})


def test_the_version_is_said_once_and_the_same() -> None:
    assert PROJECT["version"] == bot.__version__
