"""The words for places, times, weathers, styles and numbers. Pure tables; draws nothing."""

import re
from typing import TypeVar

from sandbox.modelslab.painter.kinds import Light, Scene, Style, Time, Weather

T = TypeVar("T")

#: Said in several words, understood as one; longest first, or their parts would win.
PHRASES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"\b{said}\b"), meant)
    for said, meant in (
        (r"hot[- ]air[- ]balloon(s?)", r"balloon\1"),
        (r"low[- ]?poly(gon)?", "lowpoly"),
        (r"(layered )?(paper[- ]?cut(out)?|cut[- ]?paper|origami)", "papercut"),
        (r"(die[- ]?cut )?stickers?", "sticker"),
        (r"line[- ]?art", "lineart"),
        (r"comic[- ]?(?:book|strip)s?|comics", "comic"),
        (r"(8|16|32)[- ]?bit", "16bit"),
        (r"oil[- ](painting|painted|paint)|oil on canvas", "oils"),
        (r"(concept|fantasy) art", "conceptart"),
        (r"epic fantasy", "conceptart"),
        (r"stop[- ]?motion", "claymation"),
        (r"film still|cinematic still", "cinematic"),
        (r"still[- ]?life", "stilllife"),
        (r"living[- ]?room|bed[- ]?room", "room"),
        (r"under[- ]?water|under the (sea|ocean)", "underwater"),
        (r"northern lights|polar lights", "aurora"),
        (r"close[- ]?up|head[- ]?shot", "portrait"),
        (r"outer[- ]space", "space"),
        (r"space[- ]?(?:ship|craft)(s?)", r"rocket\1"),
        (r"steam (?:train|engine)(s?)", r"train\1"),
        (r"(fire|snow|ice|sea)[- ](dragon|fox|wolf|cat|bird|turtle)", r"\2"),
        (r"polar[- ]?bear(s?)", r"polarbear\1"),
        (r"sea[- ]?horses?", "fish"),
        (r"light[- ]house(s?)", r"lighthouse\1"),
        (r"wind[- ]mill(s?)", r"windmill\1"),
        (r"(?:tea|coffee)[- ]?(?:cup|mug)(s?)", r"cup\1"),
        (r"(?:cup|mug)(s?) of (?:tea|coffee|cocoa)", r"cup\1"),
        (r"bowls? of (fruit|apples|oranges|pears)", "fruit"),
        (r"(vase|bunch|bouquet) (of|with) ((\w+) )?(flowers|roses|tulips|daisies|sunflowers)",
         r"\3 vase"),
        (r"golden hour", "sunset"),
        (r"full moon", "moonlit moon"),
        (r"studio light\w*", "lit"),
        (r"(?:white|negative|blank|empty) space|miniature set|game (art|sprite)", ""),
    )
)  # fmt: skip

#: Words of a clause such as "black lines on white paper", whose colours are the manner's.
_MANNER = "paper border background backdrop outline line colour color palette canvas render grain"
_MANNER += " pixel dot shading tone stroke wash brush texture style art facet"
OF_THE_MANNER = frozenset(_MANNER.split())


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
        Scene.SKY: "sky cloud heaven heavens air floating flying",
        Scene.SEA: "sea ocean beach coast shore harbour harbor island wave bay",
        Scene.LAKE: "lake river pond fjord lagoon",
        Scene.UNDERWATER: "underwater reef coral aquarium seabed",
        Scene.MOUNTAINS: "mountain peak alps cliff summit volcano valley",
        Scene.FOREST: "forest wood woods woodland jungle grove",
        Scene.CITY: "city town street skyline downtown metropolis cityscape cyberpunk",
        Scene.ROAD: "road highway route path lane",
        Scene.DESERT: "desert dune sahara sand canyon mars",
        Scene.SNOW: "snow winter ice arctic antarctica glacier frozen snowy icy tundra",
        Scene.SPACE: "space galaxy nebula cosmos planet orbit universe cosmic",
        Scene.MEADOW: "meadow field hill garden grass countryside park farm village prairie",
        Scene.ROOM: "room interior indoors kitchen library cafe bedroom fireplace window sofa",
        Scene.TABLE: "table desk stilllife",
    }
)
LIGHTS = _by_word({Light.MOON: "moon moonlit moonlight", Light.SUN: "sun sunny sunlight sunshine"})
STYLES = _by_word(
    {
        Style.PHOTO: "photo photograph photography photorealistic realistic dslr",
        Style.CINEMATIC: "cinematic movie anamorphic",
        Style.WATERCOLOUR: "watercolour watercolor aquarelle gouache",
        Style.OIL: "oils impasto impressionist impressionism gogh monet",
        Style.INK: "ink sketch pencil drawing charcoal engraving etching crosshatching",
        Style.ANIME: "anime manga ghibli cel",
        Style.COMIC: "comic halftone cartoon superhero",
        Style.PIXEL_ART: "pixel pixelart pixelated 16bit",
        Style.LOW_POLY: "lowpoly polygonal facet",
        Style.CLAY: "clay claymation plasticine",
        Style.ISOMETRIC: "isometric diorama",
        Style.NEON: "neon synthwave cyberpunk vaporwave glowing",
        Style.FANTASY: "conceptart fantasy painterly volumetric",
        Style.LINE_ART: "lineart outline minimalist",
        Style.PAPER_CUT: "papercut kirigami",
        Style.STICKER: "sticker emoji",
        Style.SEPIA: "sepia vintage daguerreotype antique",
    }
)
#: Said of many manners: they count where no other word names one.
VAGUE_STYLES = frozenset(
    {"photo", "photograph", "realistic", "glowing", "outline", "fantasy", "drawing"}
)
WEATHERS = _by_word(
    {
        Weather.RAIN: "rain rainy raining drizzle",
        Weather.STORM: "storm stormy thunderstorm lightning thunder tempest",
        Weather.SNOWFALL: "snowfall snowing blizzard snowflake snowy",
        Weather.FOG: "fog foggy mist misty haze hazy",
        Weather.RAINBOW: "rainbow",
        Weather.AURORA: "aurora",
    }
)
MOST = 12
_NUMBERS = "two three four five six seven eight nine ten eleven twelve"
COUNTS = {"one": 1, "pair": 2, "couple": 2, "few": 3, "some": 3, "several": 4, "bunch": 4}
COUNTS |= {"many": 6, "flock": 5, "school": 5, "herd": 5, "group": 4, "crowd": 7, "dozen": 12}
COUNTS |= {word: number for number, word in enumerate(_NUMBERS.split(), start=2)}
COUNTS |= {str(number): number for number in range(1, MOST + 1)}
NOT = frozenset({"no", "without"})
CLOSE = frozenset({"portrait", "face", "selfie", "bust"})
RIDING = frozenset({"riding", "rides", "ride", "riders", "rider"})
