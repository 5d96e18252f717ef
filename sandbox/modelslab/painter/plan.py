"""Turns the words of a prompt into a plan of a picture. Pure; draws nothing."""

import hashlib
import random
import re
from dataclasses import dataclass
from typing import TypeVar

from sandbox.modelslab.painter import words
from sandbox.modelslab.painter.colours import NAMED, SAME_COLOUR, Rgb
from sandbox.modelslab.painter.words import Figure, Light, Scene, Style, Time, Weather

T = TypeVar("T")

MAX_ACTORS = 4
#: Words between a colour and what it colours: "a red and very fluffy fox".
REACH = 3
#: The names of models that, as with the vendor, never look at the negative prompt.
DEAF_TO_NEGATIVES = frozenset({"flux", "flux-dev", "flux-2-dev"})
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Actor:
    """A figure in the picture; without a colour it wears its natural one."""

    figure: Figure
    colour: Rgb | None = None
    count: int = 1


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to be drawn. `dice` decides everything that the words leave open."""

    time: Time
    scene: Scene
    actors: tuple[Actor, ...]
    light: Light
    style: Style
    weather: Weather
    #: A colour that belongs to no figure and so to the air.
    tint: Rgb | None
    #: The hue of a picture whose words mean nothing to the painter, 0 to 1; else None.
    hue: float | None
    dice: int


def make_plan(prompt: str, *, negative: str = "", seed: int = 0, model: str = "flux") -> Plan:
    """The plan for a prompt. Words of the negative prompt are crossed out of it."""
    said = _WORD.findall(prompt.lower())
    unwanted: set[str] = set()
    if model not in DEAF_TO_NEGATIVES:
        unwanted = {words.singular(word) for word in _WORD.findall(negative.lower())}
    heard = [word for word in said if words.singular(word) not in unwanted]
    dice = random.Random(_digest(" ".join(heard), str(seed), model))

    actors, tint = _actors(heard)
    light = _first(heard, words.LIGHTS)
    style = _first(heard, words.STYLES)
    weather = _first(heard, words.WEATHERS) or Weather.CLEAR
    scene = _first(heard, words.SCENES)
    time = _first(heard, words.TIMES)
    lost = scene is None and not actors and time is None and light is None
    scene = scene or _home(actors, weather)
    if lost:
        scene = dice.choice((Scene.MEADOW, Scene.MOUNTAINS, Scene.SEA, Scene.DESERT))
    if scene is Scene.SEA and any(actor.figure is Figure.FISH for actor in actors):
        scene = Scene.UNDERWATER
    if time is None:
        time = _time_by(light, scene, style, dice)
    if light is None:
        light = Light.MOON if time is Time.NIGHT else Light.SUN
    return Plan(
        time=time,
        scene=scene,
        actors=actors,
        light=light,
        style=style or Style.PLAIN,
        weather=weather,
        tint=tint,
        hue=_hue(prompt) if lost and tint is None else None,
        dice=dice.getrandbits(64),
    )


def _actors(heard: list[str]) -> tuple[tuple[Actor, ...], Rgb | None]:
    """The figures in order of appearance, and the last colour that none of them wears."""
    actors: dict[Figure, Actor] = {}
    colour: Rgb | None = None
    tint: Rgb | None = None
    count, age = 1, 0
    for word in heard:
        one = words.singular(word)
        age += 1
        figure = words.FIGURES.get(one)
        named = None if figure else NAMED.get(SAME_COLOUR.get(one, one))
        if named is not None:
            tint = colour or tint
            colour, age = named, 0
        elif one in words.COUNTS:
            count, age = words.COUNTS[one], 0
        elif figure is not None:
            near = age <= REACH
            few = count if near and count > 1 else (3 if word != one else 1)
            actors.setdefault(
                figure, Actor(figure, (colour if near else None) or words.COATS.get(one), few)
            )
            tint = tint if near else colour or tint
            colour, count = None, 1
    return tuple(actors.values())[:MAX_ACTORS], colour or tint


def _home(actors: tuple[Actor, ...], weather: Weather) -> Scene:
    if weather is Weather.SNOWFALL:
        return Scene.SNOW
    for actor in actors:
        if actor.figure in words.HOMES:
            return words.HOMES[actor.figure]
    return Scene.MEADOW


def _time_by(light: Light | None, scene: Scene, style: Style | None, dice: random.Random) -> Time:
    if light is Light.MOON or scene is Scene.SPACE or style is Style.NEON:
        return Time.NIGHT
    if light is Light.SUN:
        return dice.choice((Time.DAY, Time.SUNSET))
    return dice.choice((Time.DAY, Time.DAY, Time.DAWN, Time.SUNSET))


def _first(heard: list[str], table: dict[str, T]) -> T | None:
    for word in heard:
        meaning = table.get(word) or table.get(words.singular(word))
        if meaning is not None:
            return meaning
    return None


def _hue(prompt: str) -> float:
    return _digest(prompt.strip().lower()) % 1000 / 1000


def _digest(*parts: str) -> int:
    # Python's own hash() differs from run to run; pictures must not.
    return int.from_bytes(hashlib.blake2b("\n".join(parts).encode(), digest_size=8).digest())
