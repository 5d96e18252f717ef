"""What is posted for work that starts from a picture, for every model and shape of picture.

On v6 it is checked with the vendor's own OpenAPI files, on v7 with a table of what its
documentation and SDK list.
"""

import itertools
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from bot.domain.request import SEED_MAX, Aspect, ImageRequest, Kind
from bot.modelslab.calls import Call, submission
from bot.modelslab.catalogue import Family, Model, side_max_px, vendor_size
from tests.modelslab import specs
from tests.modelslab.pictured import CATALOGUE, IMAGES, KEY, model, posted
from tests.modelslab.specs import Spec

MODEL_KINDS = (Kind.REMIX, Kind.INPAINT)
SHAPES = ((1024, 1024), (300, 200), (640, 1136), (4000, 3000), (1920, 1080), (3000, 500))
WISHES: tuple[dict[str, Any], ...] = (
    {},
    {
        "strength": 0.25,
        "negative": "blurry",
        "aspect": Aspect.WIDE,
        "seed": SEED_MAX,
        "steps": 20,
        "guidance": 10.0,
        "lora": "a,b",
        "lora_strength": 0.8,
        "enhance": True,
    },
    {"strength": 0.0, "steps": 1, "guidance": 1.0, "seed": 0, "lora": "a"},
    {"strength": 1.0},
)

CHECKPOINT = {"width", "height", "strength", "samples", "negative_prompt", "scheduler"}
FLUX = CHECKPOINT - {"negative_prompt", "scheduler"}
# Fields beside model_id, prompt, pictures and track_id that each v7 model is documented to take.
V7_REMIX: dict[str, set[str]] = {
    "flux": FLUX,
    "sdxl": CHECKPOINT,
    "realistic-vision-v13": CHECKPOINT,
    "midjourney": CHECKPOINT,
    "nano-banana-pro": {"aspect_ratio"},
    "flux-2-pro": {"aspect_ratio"},
    "flux-kontext-pro": {"aspect_ratio"},
    "seedream-4.5-i2i": {"aspect_ratio"},
    "seedream-4.0-i2i": set(),
    "seededit-i2i": set(),
}
V7_LISTS = {"nano-banana-pro", "flux-2-pro", "seedream-4.5-i2i", "seedream-4.0-i2i"}
# All others may come without.
V7_REQUIRED = {"seedream-4.5-i2i": {"aspect_ratio"}, "midjourney": {"scheduler"}}
URL = {"type": "string", "pattern": "^https?://"}
SIDE = {"type": "integer", "minimum": 512, "maximum": 1024, "multipleOf": 8}
V7_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["key", "model_id", "prompt", "init_image"],
    "additionalProperties": False,
    "properties": {
        "key": {"type": "string"},
        "model_id": {"type": "string"},
        "prompt": {"type": "string", "minLength": 1},
        "init_image": {
            "anyOf": [URL, {"type": "array", "minItems": 1, "maxItems": 10, "items": URL}]
        },
        "mask_image": URL,
        "negative_prompt": {"type": "string", "minLength": 1},
        "width": SIDE,
        "height": SIDE,
        "aspect_ratio": {"enum": ["1:1", "4:3", "3:4", "16:9", "9:16", "3:2", "2:3"]},
        "strength": {"type": "number", "minimum": 0, "maximum": 1},
        "samples": {"type": "integer", "minimum": 1, "maximum": 4},
        "scheduler": {"type": "string", "minLength": 1},
        "track_id": {"type": "string", "pattern": r"^\d+$"},
    },
}


def every_post(model: Model, kind: Kind) -> Iterator[tuple[ImageRequest, Call]]:
    for shape, count, wishes in itertools.product(SHAPES, range(1, 5), WISHES):
        if found := posted(model, kind, shape, count=count, **wishes):
            yield found


def of(*families: Family) -> list[Any]:
    return [
        pytest.param(found, kind, id=f"{kind}-{found.id}")
        for kind in MODEL_KINDS
        for found in CATALOGUE.search("", kind=kind, limit=1000)
        if found.rules[kind].family in families
    ]


@pytest.mark.parametrize(("model", "kind"), of(Family.V7))
def test_v7_bodies_have_what_the_model_takes_and_nothing_else(model: Model, kind: Kind) -> None:
    validator = jsonschema.Draft202012Validator(V7_SCHEMA)
    allowed = V7_REMIX[model.id] | {"model_id", "prompt", "track_id", "init_image"}
    if kind is Kind.INPAINT:
        allowed |= {"mask_image"}
    seen: set[str] = set()
    for asked, call in every_post(model, kind):
        validator.validate({"key": KEY, **call.body})
        assert V7_REQUIRED.get(model.id, set()) <= set(call.body) <= allowed
        assert call.body.get("samples", 1) == asked.count
        source = IMAGES["source"]
        assert call.body["init_image"] == ([source] if model.id in V7_LISTS else source)
        assert call.path == f"v7/images/{'inpaint' if kind is Kind.INPAINT else 'image-to-image'}"
        if kind is Kind.INPAINT:
            assert call.body["mask_image"] == IMAGES["mask"]
        seen |= set(call.body)
    assert seen == allowed


V6_SCHEMAS = {
    (Family.V6, Kind.REMIX): (specs.COMMUNITY, "ImageToImageRequest", "v6/images/img2img"),
    (Family.V6, Kind.INPAINT): (specs.COMMUNITY, "InpaintingRequest", "v6/images/inpaint"),
    (Family.REALTIME, Kind.REMIX): (
        specs.REALTIME, "RealtimeImageToImageRequest", "v6/realtime/img2img",
    ),
    (Family.REALTIME, Kind.INPAINT): (
        specs.REALTIME, "RealtimeInpaintRequest", "v6/realtime/inpaint",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("model", "kind"), of(Family.V6, Family.REALTIME))
def test_v6_bodies_are_what_the_vendors_openapi_files_want(model: Model, kind: Kind) -> None:
    file, schema, path = V6_SCHEMAS[model.rules[kind].family, kind]
    if model.id == "flux-kontext-dev":
        file, schema = specs.EDITING, "FluxKontextImageToImageRequest"
    spec = Spec(file, schema, model.id)
    posts = list(every_post(model, kind))
    assert len(posts) == len(SHAPES) * 4 * len(WISHES)
    for asked, call in posts:
        spec.check({"key": KEY, **call.body})
        assert call.path == path
        assert call.body["samples"] == asked.count
        assert call.body["strength"] == (
            model.rules[kind].strength.default  # type: ignore[union-attr]
            if asked.strength is None
            else asked.strength
        )
        # Said in any case: both defaults are documented both ways.
        words = file == specs.COMMUNITY
        assert call.body["safety_checker"] is True or (
            words and call.body["safety_checker"] == "yes"
        )
        assert call.body["enhance_prompt"] in (("yes", "no") if words else (True, False))
        assert ("mask_image" in call.body) == (kind is Kind.INPAINT)


@pytest.mark.parametrize(("model", "kind"), of(*Family))
def test_the_shape_is_the_pictures_own(model: Model, kind: Kind) -> None:
    for shape in SHAPES:
        found = posted(model, kind, shape)
        assert found is not None
        body = found[1].body
        assert ("width" in body) == ("height" in body)
        assert not ("width" in body and "aspect_ratio" in body)
        if "width" in body:
            assert (body["width"], body["height"]) == vendor_size(model, kind, *shape)
            assert side_max_px(model, kind) is None
        else:
            assert vendor_size(model, kind, *shape) is None
            assert side_max_px(model, kind) == 2048


@pytest.mark.parametrize(
    ("shape", "aspect"),
    [
        ((500, 500), "1:1"),
        ((1100, 1000), "1:1"),
        ((800, 600), "4:3"),
        ((900, 600), "3:2"),
        ((1920, 1080), "16:9"),
        ((1170, 2532), "9:16"),
        ((600, 900), "2:3"),
        ((5000, 100), "16:9"),
    ],
)
def test_the_nearest_aspect_is_told(shape: tuple[int, int], aspect: str) -> None:
    found = posted(model("nano-banana-pro"), Kind.REMIX, shape, aspect=Aspect.TALL)
    assert found is not None
    assert found[1].body["aspect_ratio"] == aspect


def test_an_aspect_that_the_editor_lacks_is_not_told() -> None:
    found = posted(model("seedream-4.5-i2i"), Kind.REMIX, (600, 800))
    assert found is not None
    assert found[1].body["aspect_ratio"] == "2:3"


def test_the_size_that_the_picture_has_there_is_the_one_that_is_told() -> None:
    found = posted(model("sdxl"), Kind.INPAINT, (4000, 3000), size=(768, 576), strength=0.9)
    assert found is not None
    assert found[1].body == {
        "model_id": "sdxl",
        "prompt": "a fox, oil on canvas",
        "negative_prompt": "lowres",
        "init_image": IMAGES["source"],
        "mask_image": IMAGES["mask"],
        "width": 768,
        "height": 576,
        "strength": 0.9,
        "samples": 1,
        "scheduler": "UniPCMultistepScheduler",
        "track_id": "123",
    }


def test_kontext_has_names_of_its_own() -> None:
    found = posted(model("flux-kontext-dev"), Kind.REMIX, (1600, 1200), guidance=4.0, seed=5)
    assert found is not None
    assert found[1].body == {
        "model_id": "flux-kontext-dev",
        "prompt": "a fox, oil on canvas",
        "negative_prompt": "lowres",
        "init_image": IMAGES["source"],
        "width": 1024,
        "height": 768,
        "strength": 0.5,
        "num_inference_steps": 28,
        "guidance": 4.0,
        "seed": 5,
        "samples": 1,
        "enhance_prompt": False,
        "safety_checker": True,
        "track_id": "123",
    }


@pytest.mark.parametrize("model_id", ["sdxl", "nano-banana-pro", "realesr-general-x4v3"])
def test_without_its_picture_no_body_is_made(model_id: str) -> None:
    found = model(model_id)
    (kind,) = found.kinds - {Kind.IMAGINE, Kind.INPAINT}
    request = ImageRequest(kind=kind, prompt="a fox", model=model_id)
    with pytest.raises(KeyError, match="source"):
        submission(found, request, prompt="a fox", negative="", seed=7, track_id="1")
    with pytest.raises(ValueError, match="takes a picture"):
        submission(found, request, prompt="a fox", negative="", seed=7, track_id="1", images=IMAGES)


def test_the_key_is_in_no_body() -> None:
    for kind in MODEL_KINDS:
        for found in CATALOGUE.search("", kind=kind, limit=1000):
            assert all("key" not in call.body for _, call in every_post(found, kind))
