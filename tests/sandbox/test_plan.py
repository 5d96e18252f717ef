"""Words become a plan: who, where, when, in which colour and manner."""

import pytest

from sandbox.modelslab.painter.colours import NAMED, Rgb
from sandbox.modelslab.painter.plan import Actor, make_plan
from sandbox.modelslab.painter.words import COATS, Figure, Light, Scene, Style, Time, Weather


@pytest.mark.parametrize(
    ("prompt", "time", "scene", "figures"),
    [
        ("a red fox at night in a forest", Time.NIGHT, Scene.FOREST, [Figure.FOX]),
        ("Sunset over the SEA with a boat", Time.SUNSET, Scene.SEA, [Figure.BOAT]),
        ("a house in the snow at dawn", Time.DAWN, Scene.SNOW, [Figure.HOUSE]),
        ("foxes under trees at noon", Time.DAY, Scene.MEADOW, [Figure.FOX, Figure.TREE]),
        ("a robot in space", Time.NIGHT, Scene.SPACE, [Figure.ROBOT]),
        ("a knight, a cat; mountains by day", Time.DAY, Scene.MOUNTAINS,
         [Figure.PERSON, Figure.CAT]),
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
    [("fish", Scene.UNDERWATER), ("ship", Scene.SEA), ("star", Scene.SPACE), ("cat", Scene.MEADOW)],
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
    [("a cat", 1), ("two cats", 2), ("5 cats", 5), ("cats", 3), ("a flock of birds", 5)],
)
def test_figures_are_counted(prompt: str, count: int) -> None:
    assert make_plan(prompt).actors[0].count == count


@pytest.mark.parametrize(
    ("prompt", "style"),
    [
        ("watercolor fox", Style.WATERCOLOUR),
        ("pixel art fox", Style.PIXEL),
        ("neon fox", Style.NEON),
        ("pencil drawing of a fox", Style.INK),
        ("vintage fox", Style.SEPIA),
        ("fox", Style.PLAIN),
    ],
)
def test_styles(prompt: str, style: Style) -> None:
    assert make_plan(prompt).style is style


def test_sun_moon_and_weather() -> None:
    assert make_plan("a fox under the moon").light is Light.MOON
    assert make_plan("a fox in the sun").light is Light.SUN
    assert make_plan("a rainy city").weather is Weather.RAIN
    assert make_plan("a foggy forest").weather is Weather.FOG


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
