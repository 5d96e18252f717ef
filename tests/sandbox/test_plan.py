"""Words become a plan: who, where, when, in which colour and manner."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.modelslab.painter.colours import NAMED, Rgb
from sandbox.modelslab.painter.kinds import Figure, Light, Scene, Style, Time, Weather
from sandbox.modelslab.painter.names import COATS, GREY_HAIR
from sandbox.modelslab.painter.plan import Actor, Look, make_plan

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("prompt", "time", "scene", "figures"),
    [
        ("a red fox at night in a forest", Time.NIGHT, Scene.FOREST, [Figure.FOX]),
        ("Sunset over the SEA with a boat", Time.SUNSET, Scene.SEA, [Figure.BOAT]),
        ("a house in the snow at dawn", Time.DAWN, Scene.SNOW, [Figure.HOUSE]),
        ("foxes under trees at noon", Time.DAY, Scene.MEADOW, [Figure.FOX, Figure.TREE]),
        ("a robot in space", Time.NIGHT, Scene.SPACE, [Figure.ROBOT]),
        ("a knight, a cat; mountains by day", Time.DAY, Scene.MOUNTAINS,
         [Figure.KNIGHT, Figure.CAT]),
        ("starry city street", Time.NIGHT, Scene.CITY, []),
        ("many stars over the desert", Time.NIGHT, Scene.DESERT, []),
        ("fish in the ocean at night", Time.NIGHT, Scene.UNDERWATER, [Figure.FISH]),
        ("moonlit garden flower", Time.NIGHT, Scene.MEADOW, [Figure.FLOWER]),
    ],
)  # fmt: skip
def test_who_where_and_when(prompt: str, time: Time, scene: Scene, figures: list[Figure]) -> None:
    plan = make_plan(prompt)
    assert (plan.time, plan.scene) == (time, scene)
    assert [actor.figure for actor in plan.actors] == figures


@pytest.mark.parametrize(
    ("figure", "scene"),
    [
        ("fish", Scene.UNDERWATER),
        ("ship", Scene.SEA),
        ("star", Scene.SPACE),
        ("cat", Scene.MEADOW),
        ("rocket", Scene.SPACE),
        ("penguin", Scene.SNOW),
        ("car", Scene.ROAD),
        ("lighthouse", Scene.SEA),
        ("cup of coffee", Scene.TABLE),
        ("cup and a cat", Scene.ROOM),
        ("vase of roses by a window", Scene.TABLE),
        ("portrait of a man", Scene.STUDIO),
        ("portrait of a man in a forest", Scene.FOREST),
        ("whale in the sea", Scene.UNDERWATER),
        ("whale and a boat in the sea", Scene.SEA),
    ],
)
def test_a_figure_without_a_place_is_at_home(figure: str, scene: Scene) -> None:
    assert make_plan(f"a {figure}").scene is scene


@pytest.mark.parametrize(
    ("prompt", "coats", "tint"),
    [
        ("a red fox", [NAMED["red"]], None),
        ("a red fox and a blue house", [NAMED["red"], NAMED["blue"]], None),
        ("a golden, very fluffy cat", [NAMED["golden"]], None),
        ("a gold bird", [NAMED["golden"]], None),
        ("a fox in a blue forest", [None], NAMED["blue"]),
        ("blue forest, red fox", [NAMED["red"]], NAMED["blue"]),
        ("purple haze", [], NAMED["purple"]),
        ("a wolf", [COATS["wolf"]], None),
        ("a black wolf", [NAMED["black"]], None),
        ("a fox", [None], None),
        ("a woman in a red dress", [NAMED["red"]], None),
        ("a white dress", [], NAMED["white"]),
    ],
)
def test_a_colour_belongs_to_the_figure_after_it(
    prompt: str, coats: list[Rgb | None], tint: Rgb | None
) -> None:
    plan = make_plan(prompt)
    assert [actor.colour for actor in plan.actors] == coats
    assert plan.tint == tint


@pytest.mark.parametrize(
    ("prompt", "count"),
    [
        ("a cat", 1),
        ("two cats", 2),
        ("5 cats", 5),
        ("cats", 3),
        ("a flock of birds", 5),
        ("three birds", 3),
        ("two very old boats", 2),
        ("seven butterflies", 7),
        ("a dozen wolves", 12),
        ("two hot-air balloons", 2),
        ("three polar bears", 3),
        ("8-bit fox", 1),
        ("one cat", 1),
        ("a few foxes", 3),
        ("books", 1),
        ("a village", 4),
    ],
)
def test_figures_are_counted(prompt: str, count: int) -> None:
    assert make_plan(prompt).actors[0].count == count


def test_each_figure_has_its_own_number() -> None:
    plan = make_plan("two cats, a dog and 3 birds")
    assert [actor.count for actor in plan.actors] == [2, 1, 3]


@pytest.mark.parametrize(
    ("prompt", "figure"),
    [
        ("a puppy", Figure.DOG),
        ("a lion", Figure.LION),
        ("a bunny", Figure.RABBIT),
        ("a polar bear", Figure.BEAR),
        ("giant pandas", Figure.PANDA),
        ("elephants", Figure.ELEPHANT),
        ("a white stallion", Figure.HORSE),
        ("a unicorn", Figure.UNICORN),
        ("a stag", Figure.DEER),
        ("an owl", Figure.OWL),
        ("a shark", Figure.WHALE),
        ("a sea turtle", Figure.TURTLE),
        ("a butterfly", Figure.BUTTERFLY),
        ("an ice dragon", Figure.DRAGON),
        ("an old lady", Figure.WOMAN),
        ("a gentleman", Figure.MAN),
        ("children", Figure.CHILD),
        ("a warrior", Figure.KNIGHT),
        ("a wizard", Figure.WIZARD),
        ("the queen", Figure.ROYAL),
        ("an astronaut", Figure.ASTRONAUT),
        ("a taxi", Figure.CAR),
        ("a steam train", Figure.TRAIN),
        ("a spaceship", Figure.ROCKET),
        ("a bike", Figure.BICYCLE),
        ("a hot air balloon", Figure.BALLOON),
        ("an airplane", Figure.PLANE),
        ("a fortress", Figure.CASTLE),
        ("a light house", Figure.LIGHTHOUSE),
        ("a windmill", Figure.WINDMILL),
        ("a toadstool", Figure.MUSHROOM),
        ("a mug of tea", Figure.CUP),
        ("a bouquet of red roses", Figure.VASE),
        ("a bowl of apples", Figure.FRUIT),
        ("an open book", Figure.BOOK),
        ("a candle", Figure.CANDLE),
    ],
)
def test_things_are_known_by_many_names(prompt: str, figure: Figure) -> None:
    assert [actor.figure for actor in make_plan(prompt).actors] == [figure]


@pytest.mark.parametrize(
    ("prompt", "scene"),
    [
        ("a calm river", Scene.LAKE),
        ("a long road", Scene.ROAD),
        ("the kitchen", Scene.ROOM),
        ("a cosy living room", Scene.ROOM),
        ("still life", Scene.TABLE),
        ("under the sea", Scene.UNDERWATER),
        ("antarctica", Scene.SNOW),
        ("a galaxy", Scene.SPACE),
    ],
)
def test_places_are_known_by_many_names(prompt: str, scene: Scene) -> None:
    assert make_plan(prompt).scene is scene


@pytest.mark.parametrize(
    ("prompt", "look"),
    [
        ("portrait of a woman with red hair and green eyes",
         Look(hair=NAMED["red"], eyes=NAMED["green"])),
        ("a blue-eyed man, black beard", Look(hair=NAMED["black"], eyes=NAMED["blue"], beard=True)),
        ("an elderly man", Look(hair=GREY_HAIR)),
        ("a woman, nothing else", Look()),
    ],
)  # fmt: skip
def test_hair_and_eyes_take_the_colour_before_them(prompt: str, look: Look) -> None:
    plan = make_plan(prompt)
    assert plan.look == look
    assert plan.actors[0].colour is None


@pytest.mark.parametrize("word", ["portrait", "close-up", "headshot", "selfie"])
def test_a_portrait_is_seen_from_near(word: str) -> None:
    assert make_plan(f"{word} of a fox").close
    assert make_plan(word).actors == (Actor(Figure.PERSON),)
    assert not make_plan("a fox").close


def test_somebody_rides() -> None:
    assert make_plan("an astronaut riding a horse").riding
    assert not make_plan("an astronaut and a horse").riding
    assert not make_plan("riding").riding


def test_what_is_not_wanted_is_not_there() -> None:
    plan = make_plan("a forest without wolves, no moon")
    assert (plan.actors, plan.light) == ((), Light.SUN)


@pytest.mark.parametrize(
    ("prompt", "style"),
    [
        ("watercolor fox", Style.WATERCOLOUR),
        ("pixel art fox", Style.PIXEL_ART),
        ("neon fox", Style.NEON),
        ("pencil drawing of a fox", Style.INK),
        ("vintage photo of a fox", Style.SEPIA),
        ("fox photograph", Style.PHOTO),
        ("cinematic photo", Style.CINEMATIC),
        ("oil painting of a fox", Style.OIL),
        ("anime fox", Style.ANIME),
        ("comic portrait", Style.COMIC),
        ("a low-poly fox", Style.LOW_POLY),
        ("claymation", Style.CLAY),
        ("isometric fox", Style.ISOMETRIC),
        ("fantasy art", Style.FANTASY),
        ("line-art", Style.LINE_ART),
        ("paper cut-out of a fox", Style.PAPER_CUT),
        ("stickers", Style.STICKER),
        ("fox", Style.PLAIN),
    ],
)
def test_styles(prompt: str, style: Style) -> None:
    assert make_plan(prompt).style is style


SHIPPED = tomllib.loads((ROOT / "bot" / "styles.toml").read_text())
LOOKS = {name: Style(name.replace("-", "_")) for name in SHIPPED}


@pytest.mark.parametrize(("name", "style"), LOOKS.items(), ids=LOOKS)
def test_a_shipped_style_leads_to_its_look_and_to_nothing_else(name: str, style: Style) -> None:
    suffix = SHIPPED[name]["suffix"]
    for subject in ("a red fox and two cats", "a fox in a forest by day"):
        plain, styled = make_plan(subject), make_plan(f"{subject}, {suffix}")
        assert styled.style is style
        # Night belongs to neon; chance decides the hour where nothing was said.
        styled = replace(styled, style=Style.PLAIN, dice=plain.dice)
        if plain.scene is not Scene.FOREST:
            styled = replace(styled, time=plain.time, light=plain.light)
        assert styled == plain


def test_sun_moon_and_weather() -> None:
    assert make_plan("a fox under the moon").light is Light.MOON
    assert make_plan("a fox in the sun").light is Light.SUN
    assert make_plan("a rainy city").weather is Weather.RAIN
    assert make_plan("a foggy forest").weather is Weather.FOG
    assert make_plan("thunderstorm").weather is Weather.STORM
    assert make_plan("a unicorn under a rainbow").weather is Weather.RAINBOW
    lights = make_plan("northern lights")
    assert (lights.weather, lights.time) == (Weather.AURORA, Time.NIGHT)


def test_the_negative_prompt_crosses_words_out_unless_the_model_is_deaf() -> None:
    kept = make_plan("a fox and a cat", negative="cats, ugly", model="sdxl")
    assert [actor.figure for actor in kept.actors] == [Figure.FOX]
    deaf = make_plan("a fox and a cat", negative="cats, ugly", model="flux")
    assert len(deaf.actors) == 2


def test_the_seed_moves_the_dice_and_leaves_the_words_alone() -> None:
    one, two = (make_plan("a red fox at night in a forest", seed=seed) for seed in (1, 2))
    assert one.dice != two.dice
    assert (one.time, one.scene, one.actors) == (two.time, two.scene, two.actors)


def test_unknown_words_get_a_palette_of_their_own() -> None:
    one, two = make_plan("quantum serenity"), make_plan("lorem ipsum")
    assert one.hue is not None
    assert one.hue != two.hue
    assert make_plan("a fox").hue is None


@pytest.mark.parametrize("prompt", ["", "   ", "🦊", "狐", "!!!", "a" * 4000, "\x00\n"])
def test_any_text_has_a_plan(prompt: str) -> None:
    assert make_plan(prompt).actors == ()


def test_a_crowd_is_limited() -> None:
    plan = make_plan("a fox, a cat, a bird, a fish, a tree, a house and a robot")
    assert len(plan.actors) == 4
    assert plan.actors[0] == Actor(Figure.FOX)
