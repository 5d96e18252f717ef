"""Turns the words of a prompt into a plan of a picture. Pure; draws nothing."""

import hashlib
import random
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from sandbox.modelslab.painter import names, words
from sandbox.modelslab.painter.colours import NAMED, SAME_COLOUR, Rgb
from sandbox.modelslab.painter.kinds import (
    HOMES,
    STILL_LIFE,
    Figure,
    Light,
    Scene,
    Style,
    Time,
    Weather,
)
from sandbox.modelslab.painter.names import is_plural, singular

T = TypeVar("T")

MAX_ACTORS = 4
#: How many a plural without a number means.
SOME = 3
#: Drawn as a heap already: "fruits" and "books" are one figure.
HEAPS = frozenset({Figure.FRUIT, Figure.BOOK})
#: Words between a colour and what it colours: "a red and very fluffy fox".
REACH = 3
#: The names of models that, as with the vendor, never look at the negative prompt.
DEAF_TO_NEGATIVES = frozenset({"flux", "flux-dev", "flux-2-dev"})
_WORD = re.compile(r"[^\W_]+")
_CLAUSE = re.compile(r"[,.;:!?\n]+")


@dataclass(frozen=True)
class Actor:
    """A figure in the picture; without a colour it wears its natural one."""

    figure: Figure
    colour: Rgb | None = None
    count: int = 1


@dataclass(frozen=True, kw_only=True)
class Look:
    """What is said of people's heads. None: as chance has it."""

    hair: Rgb | None = None
    eyes: Rgb | None = None
    beard: bool = False


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to be drawn. `dice` decides everything that the words leave open."""

    time: Time
    scene: Scene
    actors: tuple[Actor, ...]
    light: Light
    style: Style
    weather: Weather
    look: Look
    #: Whether the first figure is seen from near.
    close: bool
    #: Whether the first figure sits on the second.
    riding: bool
    #: A colour that belongs to no figure and so to the air.
    tint: Rgb | None
    #: The hue of a picture whose words mean nothing to the painter, 0 to 1; else None.
    hue: float | None
    dice: int


def make_plan(prompt: str, *, negative: str = "", seed: int = 0, model: str = "flux") -> Plan:
    """The plan for a prompt. Words of the negative prompt are crossed out of it."""
    unwanted: set[str] = set()
    if model not in DEAF_TO_NEGATIVES:
        unwanted = {singular(word) for word in _WORD.findall(negative.lower())}
    clauses = [_wanted(clause, unwanted) for clause in _CLAUSE.split(_understood(prompt))]
    heard = [word for clause in clauses for word in clause]
    dice = random.Random(_digest(" ".join(heard), str(seed), model))

    actors, look, tint = _subjects(word for clause in clauses for word in _of_the_subject(clause))
    light = _first(heard, words.LIGHTS)
    style = _style(heard)
    weather = _first(heard, words.WEATHERS)
    scene = _first(heard, words.SCENES)
    time = _first(heard, words.TIMES)
    close = not words.CLOSE.isdisjoint(heard)
    if close and not actors:
        actors = (Actor(Figure.PERSON),)
    lost = scene is None and not actors and time is None and light is None and weather is None
    if scene is None or _is_below(scene, actors):
        scene = _place(actors, weather, scene, close=close)
    if scene is Scene.ROOM and actors and all(actor.figure in STILL_LIFE for actor in actors):
        scene = Scene.TABLE
    if lost:
        scene = dice.choice((Scene.MEADOW, Scene.MOUNTAINS, Scene.LAKE, Scene.DESERT))
    if time is None:
        time = _time_by(light, scene, style, dice)
    if light is None:
        light = Light.MOON if time is Time.NIGHT else Light.SUN
    return Plan(
        time=time,
        scene=scene,
        actors=actors,
        light=light,
        style=style,
        weather=weather or Weather.CLEAR,
        look=look,
        close=close,
        riding=len(actors) > 1 and not words.RIDING.isdisjoint(heard),
        tint=tint,
        hue=_hue(prompt) if lost and tint is None else None,
        dice=dice.getrandbits(64),
    )


def _understood(prompt: str) -> str:
    prompt = prompt.lower()
    for said, meant in words.PHRASES:
        prompt = said.sub(meant, prompt)
    return prompt


def _wanted(clause: str, unwanted: set[str]) -> list[str]:
    """The words of a clause without the crossed out ones and those after a "no"."""
    said = _WORD.findall(clause)
    return [
        word
        for before, word in zip(["", *said], said, strict=False)
        if singular(word) not in unwanted and before not in words.NOT
    ]


def _of_the_subject(clause: list[str]) -> list[str]:
    """The clause without the colours of a mere manner, such as "black lines on white paper"."""
    ones = {singular(word) for word in clause}
    known = names.FIGURES.keys() | words.SCENES.keys() | words.LIGHTS.keys()
    of_manner = any(word in words.OF_THE_MANNER or word in words.STYLES for word in ones)
    if not of_manner or not ones.isdisjoint(known):
        return clause
    return [word for word in clause if _colour(word) is None and word not in words.COUNTS]


def _subjects(heard: Iterable[str]) -> tuple[tuple[Actor, ...], Look, Rgb | None]:
    """The figures in order of appearance, their heads, and the last colour that none wears."""
    actors: dict[Figure, Actor] = {}
    hair: Rgb | None = None
    eyes: Rgb | None = None
    colour: Rgb | None = None
    tint: Rgb | None = None
    beard, count, age = False, 1, 0
    for word in heard:
        one = singular(word)
        age += 1
        near = age <= REACH
        figure = names.FIGURES.get(one)
        named = None if figure else _colour(word)
        hair = names.HAIR.get(one) or hair or (names.GREY_HAIR if one in names.OLD_WORDS else None)
        beard = beard or one in names.BEARD_WORDS
        if named is not None:
            tint = colour or tint
            colour, age = named, 0
        elif one in names.HAIR_WORDS | names.EYE_WORDS | names.BEARD_WORDS and near and colour:
            hair, eyes = (hair, colour) if one in names.EYE_WORDS else (colour, eyes)
            colour = None
        elif one in names.CLOTHES and near and colour and actors:
            last = next(reversed(actors))
            actors[last] = replace(actors[last], colour=colour)
            colour = None
        elif word in words.COUNTS:
            count, age = words.COUNTS[word], 0
        elif figure is not None:
            few = count if near and count > 1 else _unsaid_count(word, figure)
            worn = (colour if near else None) or names.COATS.get(one)
            actors.setdefault(figure, Actor(figure, worn, few))
            tint = tint if near else colour or tint
            colour, count = None, 1
    look = Look(hair=hair, eyes=eyes, beard=beard)
    return _cast(actors), look, colour or tint


def _unsaid_count(word: str, figure: Figure) -> int:
    if is_plural(word) and figure not in HEAPS:
        return SOME
    return names.CROWDS.get(word, 1)


def _cast(actors: dict[Figure, Actor]) -> tuple[Actor, ...]:
    vase, flowers = actors.get(Figure.VASE), actors.get(Figure.FLOWER)
    if vase and flowers:
        # A vase brings its own flowers.
        actors[Figure.VASE] = replace(vase, colour=vase.colour or flowers.colour)
        del actors[Figure.FLOWER]
    return tuple(actors.values())[:MAX_ACTORS]


def _colour(word: str) -> Rgb | None:
    one = singular(word)
    return NAMED.get(SAME_COLOUR.get(one, one))


def _style(heard: list[str]) -> Style:
    """The first manner that is named; a vague word counts where there is no plain one."""
    plain = [word for word in heard if singular(word) not in words.VAGUE_STYLES]
    return _first(plain, words.STYLES) or _first(heard, words.STYLES) or Style.PLAIN


def _place(
    actors: tuple[Actor, ...], weather: Weather | None, scene: Scene | None, *, close: bool
) -> Scene:
    """Where it is when no word says so."""
    if scene is Scene.SEA:
        return Scene.UNDERWATER
    if weather is Weather.SNOWFALL:
        return Scene.SNOW
    if close:
        return Scene.STUDIO
    for actor in actors:
        if actor.figure in HOMES:
            # A cup beside somebody stands in a room, alone it fills the table.
            alone = all(other.figure in STILL_LIFE for other in actors)
            home = HOMES[actor.figure]
            return home if home is not Scene.TABLE or alone else Scene.ROOM
    return Scene.MEADOW


def _is_below(scene: Scene, actors: tuple[Actor, ...]) -> bool:
    """Whether a sea is rather seen from within."""
    figures = {actor.figure for actor in actors}
    swims = not figures.isdisjoint({Figure.FISH, Figure.WHALE})
    return scene is Scene.SEA and swims and Figure.BOAT not in figures


def _time_by(light: Light | None, scene: Scene, style: Style, dice: random.Random) -> Time:
    if light is Light.MOON or scene is Scene.SPACE or style is Style.NEON:
        return Time.NIGHT
    if light is Light.SUN:
        return dice.choice((Time.DAY, Time.SUNSET))
    return dice.choice((Time.DAY, Time.DAY, Time.DAWN, Time.SUNSET))


def _first(heard: list[str], table: dict[str, T]) -> T | None:
    for word in heard:
        meaning = table.get(word) or table.get(singular(word))
        if meaning is not None:
            return meaning
    return None


def _hue(prompt: str) -> float:
    return _digest(prompt.strip().lower()) % 1000 / 1000


def _digest(*parts: str) -> int:
    # Python's own hash() differs from run to run; pictures must not.
    return int.from_bytes(hashlib.blake2b("\n".join(parts).encode(), digest_size=8).digest())
