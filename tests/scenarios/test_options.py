"""Every option of /imagine has its effect at the vendor, by the model's rule, and on the card."""

import io
from dataclasses import dataclass, field
from typing import Any

import pytest
from PIL import Image

from sandbox.modelslab import Mood
from tests.scenarios.town import Town
from tests.wire.options import ClientRefused

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = {"DEFAULT_SERVER_DAY": "1000"}

FLUX_PX = {
    "1:1": (1024, 1024),
    "3:2": (960, 640),
    "2:3": (640, 960),
    "4:3": (1024, 768),
    "3:4": (768, 1024),
    "16:9": (1024, 576),
    "9:16": (576, 1024),
}


@pytest.fixture(autouse=True)
def _hurry(shared_town: Town) -> None:
    shared_town.vendor.default_mood = Mood.AT_ONCE


@pytest.mark.parametrize("count", [1, 2, 3, 4])
async def test_as_many_pictures_as_were_asked_for(shared_town: Town, count: int) -> None:
    asked = await shared_town.asks("a row of lighthouses", count=count, aspect="16:9")
    card = await shared_town.pictures(asked)
    [bought] = shared_town.bought(asked)
    assert bought.body["samples"] == count
    assert len(card.attachments) == count
    for number, (file, served) in enumerate(
        zip(card.attachments, bought.pictures, strict=True), start=1
    ):
        which = "" if count == 1 else f" ({number} of {count})"
        assert file.description == f"Generated picture{which}: a row of lighthouses"
        with Image.open(io.BytesIO(file.bytes)) as ours, Image.open(io.BytesIO(served)) as theirs:
            assert ours.tobytes() == theirs.tobytes()
    assert shared_town.entries(asked) == [("reserve", count), ("settle", 0)]
    assert f"{count} picture" in card.content


@pytest.mark.parametrize("aspect", FLUX_PX)
async def test_every_aspect_in_pixels(shared_town: Town, aspect: str) -> None:
    asked = await shared_town.asks("a wide valley", aspect=aspect)
    card = await shared_town.pictures(asked)
    [bought] = shared_town.bought(asked)
    assert (bought.body["width"], bought.body["height"]) == FLUX_PX[aspect]
    assert "aspect_ratio" not in bought.body
    assert card.attachments[0].size_px == FLUX_PX[aspect]
    assert (aspect in card.content) == (aspect != "1:1")


@pytest.mark.parametrize("aspect", FLUX_PX)
async def test_every_aspect_by_its_name(shared_town: Town, aspect: str) -> None:
    asked = await shared_town.asks("a wide valley", model="seedream-4.5", aspect=aspect)
    card = await shared_town.pictures(asked)
    [bought] = shared_town.bought(asked)
    assert bought.body["aspect_ratio"] == aspect
    assert not {"width", "height", "samples"} & set(bought.body)
    across, down = map(int, aspect.split(":"))
    width_px, height_px = card.attachments[0].size_px or (0, 1)
    assert width_px / height_px == pytest.approx(across / down, rel=0.02)


@dataclass(frozen=True)
class Rule:
    """What a member sets, what must and must not reach the vendor, and what the card says."""

    model: str
    options: dict[str, Any]
    sent: dict[str, Any]
    absent: set[str] = field(default_factory=set)
    said: tuple[str, ...] = ()
    endpoint: str = "/api/v7/images/text-to-image"


EVERYTHING: dict[str, Any] = {
    "negative": "rain",
    "seed": 4242,
    "steps": 12,
    "guidance": 3.5,
    "style": "ink",
    "lora": "add-detail, night-sky",
    "lora_strength": 0.6,
    "enhance": True,
}
INK = "black ink drawing, confident lines, cross-hatching, white paper"
RULES = [
    Rule(
        "flux",
        EVERYTHING,
        sent={
            "model_id": "flux",
            "prompt": f"a fox, {INK}",
            "seed": 4242,
            "num_inference_steps": 12,
            "guidance_scale": 3.5,
        },
        absent={"negative_prompt", "lora_model", "lora_strength", "enhance_prompt"},
        said=(
            "seed 4242",
            "12 steps",
            "guidance 3.5",
            "style ink",
            "negative prompt, LoRA, LoRA strength, prompt enhancement: ignored by flux",
        ),
    ),
    Rule(
        "sdxl",
        EVERYTHING,
        sent={
            "model_id": "sdxl",
            "negative_prompt": "rain, colour, photograph",
            "seed": 4242,
            "num_inference_steps": 12,
            "guidance_scale": 3.5,
            "lora_model": "add-detail,night-sky",
            "lora_strength": "0.6,0.6",
        },
        absent={"enhance_prompt"},
        said=("sdxl", "LoRA add-detail, night-sky at 0.6", "prompt enhancement: ignored by sdxl"),
    ),
    Rule(
        "z-image-turbo",
        EVERYTHING,
        sent={
            "model_id": "z-image-turbo",
            "negative_prompt": "rain, colour, photograph",
            "enhance_prompt": "yes",
            "safety_checker": "yes",
            "num_inference_steps": 12,
        },
        said=("z-image-turbo", "enhanced prompt"),
        endpoint="/api/v6/images/text2img",
    ),
    Rule(
        "z-image-turbo",
        {},
        sent={"enhance_prompt": "no", "num_inference_steps": 20},
        absent={"negative_prompt", "guidance_scale"},
        endpoint="/api/v6/images/text2img",
    ),
    Rule(
        "seedream-4.5",
        EVERYTHING,
        sent={"model_id": "seedream-4.5", "prompt": f"a fox, {INK}"},
        absent={
            "negative_prompt",
            "seed",
            "num_inference_steps",
            "guidance_scale",
            "lora_model",
            "enhance_prompt",
        },
        said=("seed", "steps", "guidance", "LoRA", "ignored by seedream-4.5"),
    ),
    Rule("flux", {}, sent={"num_inference_steps": 25, "samples": 1}, absent={"guidance_scale"}),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.model}-{len(rule.options)}")
async def test_options_reach_the_vendor_by_the_models_rule(shared_town: Town, rule: Rule) -> None:
    asked = await shared_town.asks("a fox", model=rule.model, **rule.options)
    card = await shared_town.pictures(asked)
    [bought] = shared_town.bought(asked)
    assert bought.endpoint == rule.endpoint
    assert {name: bought.body.get(name) for name in rule.sent} == rule.sent
    assert not rule.absent & set(bought.body)
    for words in rule.said:
        assert words in card.content
    # What is ignored is said at once, not only when it is too late.
    if "ignored" in card.content:
        assert "ignored" in card.edits[0].content


async def test_the_same_seed_paints_the_same_and_none_is_drawn_and_kept(shared_town: Town) -> None:
    asked = [await shared_town.asks("a hill", aspect="3:2", seed=99) for _ in range(2)]
    first, second = [(await shared_town.pictures(one)).attachments[0] for one in asked]
    drawn = await shared_town.asks("a hill", aspect="3:2")
    await shared_town.pictures(drawn)
    with Image.open(io.BytesIO(first.bytes)) as one, Image.open(io.BytesIO(second.bytes)) as two:
        assert one.tobytes() == two.tobytes()
    assert shared_town.bought(drawn)[0].body["seed"] == shared_town.job(drawn)["seed"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"model": "seedream-4.5", "count": 2}, "What works: 1."),
        ({"model": "nano-banana-pro", "count": 4}, "What works: 1."),
        ({"model": "imagen-4", "aspect": "3:2"}, "What works: 1:1, 4:3, 3:4, 16:9, 9:16."),
        ({"model": "z-image-turbo", "steps": 30}, "What works: 1 to 20."),
        ({"model": "flux-pro-1.1", "guidance": 15.0}, "What works: 1 to 10."),
        ({"model": "sdlx"}, "Did you mean sdxl"),
        ({"model": "seadream 4.5"}, "seedream-4.5"),
        ({"model": "@everyone **x**"}, "There is no model called"),
        ({"style": "watercolor"}, "watercolour"),
    ],
)
async def test_what_cannot_work_is_refused_with_what_would(
    shared_town: Town, options: dict[str, Any], told: str
) -> None:
    booked, posts = shared_town.rows("SELECT count(*) AS n FROM ledger"), shared_town.vendor.posts
    asked = await shared_town.asks("a fox", **options)
    words = await shared_town.refused(asked)
    assert told in words
    assert "Nothing was charged." in words
    assert asked.message is not None
    assert asked.message.mentioned == []
    assert shared_town.rows("SELECT count(*) AS n FROM ledger") == booked
    assert shared_town.vendor.posts == posts


@pytest.mark.parametrize(
    "options",
    [{"count": 5}, {"count": 0}, {"steps": 51}, {"aspect": "21:9"}, {"seed": -1}, {"guidance": 21}],
)
async def test_discord_itself_stops_what_no_model_takes(
    shared_town: Town, options: dict[str, Any]
) -> None:
    with pytest.raises(ClientRefused):
        await shared_town.asks("a fox", **options)


@pytest.mark.parametrize(
    ("option", "typed", "first"),
    [
        ("model", "", "flux"),
        ("model", "SDXL", "sdxl"),
        ("model", "nano ban", "nano-banana-pro"),
        ("model", "seedraem", "seedream-4.5"),
        ("style", "", None),
        ("style", "WATER", "watercolour"),
        ("style", "cnmtc", "cinematic"),
        ("model", "qqqqqqqqqq", None),
    ],
)
async def test_suggestions_come_from_memory(
    shared_town: Town, option: str, typed: str, first: str | None
) -> None:
    asked_before = len(shared_town.vendor.requests)
    choices = await shared_town.discord.autocomplete(
        shared_town.ana, shared_town.general, "imagine", focused=option, value=typed, timeout_s=1.0
    )
    assert len(choices) <= 25
    if first is not None:
        assert choices[0]["value"] == first
    assert bool(choices) == (typed != "qqqqqqqqqq")
    assert len(shared_town.vendor.requests) == asked_before
