"""What figures are called, and what their kinds, hair and plurals are. Pure tables; no shapes."""

from sandbox.modelslab.painter.colours import Rgb
from sandbox.modelslab.painter.kinds import Figure

_CALLED = {
    Figure.FOX: "fox vixen wolf coyote husky",
    Figure.DOG: "dog puppy hound corgi labrador retriever",
    Figure.CAT: "cat kitten kitty tiger panther leopard lynx",
    Figure.LION: "lion lioness",
    Figure.RABBIT: "rabbit bunny hare",
    Figure.BEAR: "bear cub polarbear grizzly teddy",
    Figure.PANDA: "panda",
    Figure.ELEPHANT: "elephant mammoth",
    Figure.HORSE: "horse pony stallion mare zebra donkey",
    Figure.UNICORN: "unicorn",
    Figure.DEER: "deer stag reindeer elk moose",
    Figure.BIRD: "bird eagle crow raven parrot hawk robin swallow sparrow seagull gull dove"
    " phoenix",
    Figure.OWL: "owl",
    Figure.PENGUIN: "penguin",
    Figure.FISH: "fish goldfish koi salmon carp clownfish",
    Figure.WHALE: "whale orca dolphin shark",
    Figure.TURTLE: "turtle tortoise",
    Figure.BUTTERFLY: "butterfly moth",
    Figure.DRAGON: "dragon wyvern dinosaur",
    Figure.PERSON: "person traveller traveler hero monk wanderer hiker",
    Figure.WOMAN: "woman girl lady witch mother grandmother dancer",
    Figure.MAN: "man gentleman father grandfather sailor samurai",
    Figure.CHILD: "child kid boy toddler baby",
    Figure.KNIGHT: "knight warrior soldier paladin",
    Figure.WIZARD: "wizard sorcerer mage gandalf",
    Figure.ROYAL: "king queen prince princess",
    Figure.ASTRONAUT: "astronaut cosmonaut spaceman",
    Figure.ROBOT: "robot android droid mech cyborg",
    Figure.BOAT: "boat ship sailboat yacht sailing galleon",
    Figure.CAR: "car automobile taxi van truck bus jeep",
    Figure.TRAIN: "train locomotive tram",
    Figure.ROCKET: "rocket shuttle ufo",
    Figure.BICYCLE: "bicycle bike cycle",
    Figure.BALLOON: "balloon airship zeppelin",
    Figure.PLANE: "plane airplane aeroplane aircraft jet biplane",
    Figure.HOUSE: "house cottage cabin hut home barn village hamlet",
    Figure.CASTLE: "castle fortress palace tower citadel",
    Figure.LIGHTHOUSE: "lighthouse",
    Figure.WINDMILL: "windmill mill",
    Figure.TREE: "tree oak pine willow maple sakura",
    Figure.FLOWER: "flower rose tulip daisy sunflower lily blossom poppy",
    Figure.MUSHROOM: "mushroom toadstool",
    Figure.CUP: "cup mug coffee tea cocoa espresso",
    Figure.VASE: "vase bouquet",
    Figure.FRUIT: "fruit apple pear lemon cherry grape oranges strawberry peach",
    Figure.BOOK: "book",
    Figure.CANDLE: "candle",
    Figure.STAR: "star comet",
}
FIGURES = {word: figure for figure, words in _CALLED.items() for word in words.split()}

#: The coats of kinds that do not wear their figure's usual one.
COATS: dict[str, Rgb] = {
    "wolf": (134, 142, 156),
    "husky": (120, 130, 150),
    "puppy": (206, 160, 108),
    "labrador": (222, 190, 134),
    "retriever": (226, 178, 104),
    "corgi": (228, 150, 78),
    "tiger": (236, 140, 48),
    "panther": (52, 50, 64),
    "leopard": (226, 182, 98),
    "kitten": (226, 150, 88),
    "lioness": (214, 176, 116),
    "polarbear": (236, 238, 240),
    "grizzly": (120, 84, 58),
    "teddy": (190, 140, 90),
    "mammoth": (126, 88, 64),
    "donkey": (146, 138, 136),
    "zebra": (228, 228, 226),
    "eagle": (112, 82, 62),
    "crow": (52, 52, 66),
    "raven": (46, 44, 60),
    "robin": (206, 92, 62),
    "parrot": (62, 176, 96),
    "dove": (236, 236, 240),
    "seagull": (226, 230, 236),
    "gull": (226, 230, 236),
    "phoenix": (240, 110, 40),
    "koi": (240, 120, 70),
    "salmon": (240, 138, 118),
    "shark": (112, 134, 156),
    "dolphin": (128, 156, 184),
    "orca": (46, 52, 68),
    "tortoise": (142, 134, 82),
    "moth": (176, 160, 140),
    "samurai": (150, 46, 52),
    "witch": (92, 62, 128),
    "queen": (150, 62, 120),
    "princess": (236, 138, 176),
    "king": (150, 44, 56),
    "prince": (62, 96, 176),
    "taxi": (246, 200, 48),
    "pine": (52, 118, 84),
    "willow": (128, 172, 88),
    "maple": (214, 96, 52),
    "sakura": (244, 172, 198),
    "rose": (206, 46, 72),
    "tulip": (228, 78, 78),
    "poppy": (224, 58, 44),
    "daisy": (246, 244, 236),
    "sunflower": (246, 196, 52),
    "lily": (246, 236, 226),
    "lemon": (244, 214, 74),
    "pear": (178, 200, 84),
    "oranges": (240, 146, 46),
    "grape": (124, 74, 148),
    "cherry": (186, 32, 56),
    "peach": (246, 170, 124),
}

#: Words that are many by themselves.
CROWDS = {"village": 4, "hamlet": 3}

#: Words that colour hair by themselves; "hair" and "eyes" take the colour before them.
HAIR: dict[str, Rgb] = {
    "blond": (236, 204, 120),
    "blonde": (236, 204, 120),
    "brunette": (92, 58, 40),
    "redhead": (196, 84, 40),
    "redhaired": (196, 84, 40),
}
HAIR_WORDS = frozenset({"hair", "haired", "braid", "ponytail", "curl"})
EYE_WORDS = frozenset({"eye", "eyed"})
CLOTHES = frozenset(
    {"dress", "coat", "jacket", "shirt", "sweater", "cloak", "robe", "suit", "gown", "kimono"}
)
BEARD_WORDS = frozenset({"beard", "bearded", "mustache", "moustache"})
OLD_WORDS = frozenset({"old", "elderly", "grandmother", "grandfather", "wizard", "gandalf"})
GREY_HAIR: Rgb = (206, 208, 212)

#: Plurals that do not simply end in s, and words that end in s without being one.
PLURALS = {"foxes": "fox", "wolves": "wolf", "houses": "house", "fishes": "fish", "men": "man"}
PLURALS |= {"women": "woman", "children": "child", "people": "person", "puppies": "puppy"}
PLURALS |= {"kitties": "kitty", "daisies": "daisy", "lilies": "lily", "cities": "city"}
PLURALS |= {"butterflies": "butterfly", "bunnies": "bunny", "ponies": "pony", "mice": "mouse"}
PLURALS |= {
    "fairies": "fairy",
    "buses": "bus",
    "bus": "bus",
    "ladies": "lady",
    "cherries": "cherry",
}
PLURALS |= {"strawberries": "strawberry", "peaches": "peach", "torches": "torch"}
PLURALS |= {"fortresses": "fortress", "witches": "witch", "babies": "baby", "poppies": "poppy"}
PLURALS |= {"princesses": "princess", "oranges": "oranges", "alps": "alps", "woods": "woods"}
PLURALS |= {"galaxies": "galaxy", "skies": "sky", "beaches": "beach", "blossoms": "blossom"}
# Many stars are a sky, one is a thing; a glass is no plural.
PLURALS |= {"stars": "stars", "cosmos": "cosmos", "heavens": "heavens", "canvas": "canvas"}
PLURALS |= {"indoors": "indoors", "rides": "rides", "riders": "riders"}


def singular(word: str) -> str:
    if word in PLURALS:
        return PLURALS[word]
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word


def is_plural(word: str) -> bool:
    return singular(word) != word
