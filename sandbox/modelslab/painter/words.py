"""The words the painter knows, and what they mean to it. Pure tables; draws nothing."""

from enum import StrEnum, auto
from typing import TypeVar

from sandbox.modelslab.painter.colours import Rgb

T = TypeVar("T")


class Time(StrEnum):
    NIGHT = auto()
    DAWN = auto()
    DAY = auto()
    SUNSET = auto()


class Scene(StrEnum):
    SKY = auto()
    SEA = auto()
    UNDERWATER = auto()
    MOUNTAINS = auto()
    FOREST = auto()
    CITY = auto()
    DESERT = auto()
    SNOW = auto()
    SPACE = auto()
    MEADOW = auto()


class Figure(StrEnum):
    FOX = auto()
    CAT = auto()
    BIRD = auto()
    FISH = auto()
    TREE = auto()
    HOUSE = auto()
    BOAT = auto()
    PERSON = auto()
    FLOWER = auto()
    ROBOT = auto()
    STAR = auto()


class Light(StrEnum):
    MOON = auto()
    SUN = auto()


class Style(StrEnum):
    PLAIN = auto()
    WATERCOLOUR = auto()
    PIXEL = auto()
    NEON = auto()
    INK = auto()
    SEPIA = auto()


class Weather(StrEnum):
    CLEAR = auto()
    RAIN = auto()
    SNOWFALL = auto()
    FOG = auto()


def _by_word(table: dict[T, str]) -> dict[str, T]:
    return {word: meaning for meaning, words in table.items() for word in words.split()}


TIMES = _by_word(
    {
        Time.NIGHT: "night stars midnight nighttime moonlit moonlight starry nocturnal dark aurora",
        Time.DAWN: "dawn sunrise morning daybreak misty",
        Time.DAY: "day noon daytime sunny midday daylight afternoon",
        Time.SUNSET: "sunset dusk evening twilight",
    }
)
SCENES = _by_word(
    {
        Scene.SKY: "sky cloud heaven heavens air floating",
        Scene.SEA: "sea ocean beach lake coast shore harbour harbor island wave river",
        Scene.UNDERWATER: "underwater reef coral aquarium",
        Scene.MOUNTAINS: "mountain peak alps cliff summit volcano valley",
        Scene.FOREST: "forest wood woods woodland jungle grove",
        Scene.CITY: "city town street skyline downtown metropolis cityscape cyberpunk",
        Scene.DESERT: "desert dune sahara sand canyon mars",
        Scene.SNOW: "snow winter ice arctic glacier frozen snowy icy",
        Scene.SPACE: "space galaxy nebula cosmos planet orbit universe cosmic",
        Scene.MEADOW: "meadow field hill garden grass countryside park farm village",
    }
)
FIGURES = _by_word(
    {
        Figure.FOX: "fox vixen wolf dog puppy coyote",
        Figure.CAT: "cat kitten kitty tiger lion panther leopard",
        Figure.BIRD: "bird owl eagle crow raven parrot hawk robin swallow sparrow",
        Figure.FISH: "fish goldfish shark whale koi salmon carp",
        Figure.TREE: "tree oak pine willow maple",
        Figure.HOUSE: "house cottage cabin hut home castle barn lighthouse",
        Figure.BOAT: "boat ship sailboat yacht sailing galleon",
        Figure.PERSON: "person man woman girl boy child traveller traveler wizard astronaut knight"
        " king queen warrior portrait hero monk",
        Figure.FLOWER: "flower rose tulip daisy sunflower lily blossom",
        Figure.ROBOT: "robot android droid mech cyborg",
        Figure.STAR: "star comet",
    }
)
LIGHTS = _by_word({Light.MOON: "moon moonlit moonlight", Light.SUN: "sun sunny sunlight sunshine"})
STYLES = _by_word(
    {
        Style.WATERCOLOUR: "watercolour watercolor aquarelle gouache",
        Style.PIXEL: "pixel pixelart pixelated 8bit 16bit",
        Style.NEON: "neon synthwave cyberpunk vaporwave glowing",
        Style.INK: "ink sketch pencil drawing charcoal lineart engraving",
        Style.SEPIA: "sepia vintage daguerreotype antique",
    }
)
WEATHERS = _by_word(
    {
        Weather.RAIN: "rain rainy storm stormy raining",
        Weather.SNOWFALL: "snowfall snowing blizzard snowflake snowy",
        Weather.FOG: "fog foggy mist misty haze hazy",
    }
)
COUNTS = {"two": 2, "pair": 2, "couple": 2, "three": 3, "four": 4, "five": 5, "many": 5, "some": 3}
COUNTS |= {"flock": 5, "school": 5, "bunch": 4, "several": 4}
COUNTS |= {str(number): number for number in range(2, 6)}

#: The coats of kinds that do not wear their figure's usual one.
COATS: dict[str, Rgb] = {
    "wolf": (134, 142, 156),
    "dog": (176, 128, 84),
    "puppy": (206, 160, 108),
    "tiger": (236, 140, 48),
    "lion": (218, 168, 92),
    "panther": (52, 50, 64),
    "kitten": (226, 150, 88),
    "owl": (150, 112, 82),
    "eagle": (112, 82, 62),
    "crow": (52, 52, 66),
    "raven": (46, 44, 60),
    "robin": (206, 92, 62),
    "parrot": (62, 176, 96),
    "shark": (112, 134, 156),
    "whale": (70, 104, 150),
    "salmon": (240, 138, 118),
    "pine": (52, 118, 84),
    "willow": (128, 172, 88),
    "maple": (214, 96, 52),
    "rose": (206, 46, 72),
    "tulip": (228, 78, 78),
    "daisy": (246, 244, 236),
    "sunflower": (246, 196, 52),
    "lily": (246, 236, 226),
}
#: Where a figure is at home when the prompt names no place.
HOMES = {Figure.FISH: Scene.UNDERWATER, Figure.BOAT: Scene.SEA, Figure.STAR: Scene.SPACE}
#: Plurals that do not simply end in s.
PLURALS = {"foxes": "fox", "wolves": "wolf", "houses": "house", "fishes": "fish", "men": "man"}
PLURALS |= {"women": "woman", "children": "child", "people": "person", "puppies": "puppy"}
PLURALS |= {"kitties": "kitty", "daisies": "daisy", "lilies": "lily", "cities": "city"}
# Many stars are a sky, one is a thing.
PLURALS |= {
    "stars": "stars",
    "galaxies": "galaxy",
    "skies": "sky",
    "beaches": "beach",
    "blossoms": "blossom",
}


def singular(word: str) -> str:
    if word in PLURALS:
        return PLURALS[word]
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word
