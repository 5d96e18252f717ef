"""What a picture can be made of: the painter's vocabulary as plain names. No words, no shapes."""

from enum import StrEnum, auto


class Time(StrEnum):
    NIGHT = auto()
    DAWN = auto()
    DAY = auto()
    SUNSET = auto()


class Scene(StrEnum):
    SKY = auto()
    SEA = auto()
    LAKE = auto()
    UNDERWATER = auto()
    MOUNTAINS = auto()
    FOREST = auto()
    CITY = auto()
    ROAD = auto()
    DESERT = auto()
    SNOW = auto()
    SPACE = auto()
    MEADOW = auto()
    ROOM = auto()
    TABLE = auto()
    STUDIO = auto()


class Figure(StrEnum):
    FOX = auto()
    DOG = auto()
    CAT = auto()
    LION = auto()
    RABBIT = auto()
    BEAR = auto()
    PANDA = auto()
    ELEPHANT = auto()
    HORSE = auto()
    UNICORN = auto()
    DEER = auto()
    BIRD = auto()
    OWL = auto()
    PENGUIN = auto()
    FISH = auto()
    WHALE = auto()
    TURTLE = auto()
    BUTTERFLY = auto()
    DRAGON = auto()
    PERSON = auto()
    WOMAN = auto()
    MAN = auto()
    CHILD = auto()
    KNIGHT = auto()
    WIZARD = auto()
    ROYAL = auto()
    ASTRONAUT = auto()
    ROBOT = auto()
    BOAT = auto()
    CAR = auto()
    TRAIN = auto()
    ROCKET = auto()
    BICYCLE = auto()
    BALLOON = auto()
    PLANE = auto()
    HOUSE = auto()
    CASTLE = auto()
    LIGHTHOUSE = auto()
    WINDMILL = auto()
    TREE = auto()
    FLOWER = auto()
    MUSHROOM = auto()
    CUP = auto()
    VASE = auto()
    FRUIT = auto()
    BOOK = auto()
    CANDLE = auto()
    STAR = auto()


class Light(StrEnum):
    MOON = auto()
    SUN = auto()


class Style(StrEnum):
    PLAIN = auto()
    PHOTO = auto()
    CINEMATIC = auto()
    WATERCOLOUR = auto()
    OIL = auto()
    INK = auto()
    ANIME = auto()
    COMIC = auto()
    PIXEL_ART = auto()
    LOW_POLY = auto()
    CLAY = auto()
    ISOMETRIC = auto()
    NEON = auto()
    FANTASY = auto()
    LINE_ART = auto()
    PAPER_CUT = auto()
    STICKER = auto()
    SEPIA = auto()


class Weather(StrEnum):
    CLEAR = auto()
    RAIN = auto()
    STORM = auto()
    SNOWFALL = auto()
    FOG = auto()
    RAINBOW = auto()
    AURORA = auto()


PEOPLE = frozenset(
    {
        Figure.PERSON,
        Figure.WOMAN,
        Figure.MAN,
        Figure.CHILD,
        Figure.KNIGHT,
        Figure.WIZARD,
        Figure.ROYAL,
        Figure.ASTRONAUT,
    }
)
STILL_LIFE = frozenset({Figure.CUP, Figure.VASE, Figure.FRUIT, Figure.BOOK, Figure.CANDLE})
#: Where a figure is at home when the prompt names no place.
HOMES = {
    Figure.FISH: Scene.UNDERWATER,
    Figure.WHALE: Scene.UNDERWATER,
    Figure.TURTLE: Scene.UNDERWATER,
    Figure.BOAT: Scene.SEA,
    Figure.LIGHTHOUSE: Scene.SEA,
    Figure.PENGUIN: Scene.SNOW,
    Figure.OWL: Scene.FOREST,
    Figure.DEER: Scene.FOREST,
    Figure.MUSHROOM: Scene.FOREST,
    Figure.DRAGON: Scene.MOUNTAINS,
    Figure.CASTLE: Scene.MOUNTAINS,
    Figure.STAR: Scene.SPACE,
    Figure.ROCKET: Scene.SPACE,
    Figure.ASTRONAUT: Scene.SPACE,
    Figure.CAR: Scene.ROAD,
    Figure.BICYCLE: Scene.ROAD,
    Figure.PLANE: Scene.SKY,
    Figure.BALLOON: Scene.SKY,
} | dict.fromkeys(STILL_LIFE, Scene.TABLE)
