"""What is posted, for every model, aspect and count: checked with the vendor's own OpenAPI files on
v6, and with a table of what its documentation and SDK list on v7."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from bot.domain.request import SEED_MAX, Aspect, ImageRequest, Kind
from bot.modelslab.calls import Call, submission
from bot.modelslab.catalogue import Catalogue, Family, Model, Review, review
from tests.modelslab import specs
from tests.modelslab.specs import Spec

MODELS = Catalogue.built_in().search("", limit=1000)
KEY = "k"

COMMUNITY = {"width", "height", "samples", "seed", "negative_prompt", "num_inference_steps"} | {
    "guidance_scale",
    "lora_model",
    "lora_strength",
}
PIXELS = {"width", "height"}
PRO = PIXELS | {"negative_prompt", "guidance_scale"}
# Fields beside model_id, prompt and track_id that each v7 model is documented to take.
V7_FIELDS: dict[str, set[str]] = {
    "flux": COMMUNITY - {"negative_prompt", "lora_model", "lora_strength"},
    "sdxl": COMMUNITY,
    "realistic-vision-v13": COMMUNITY,
    "midjourney": COMMUNITY,
    "imagen-3": set(),
    "imagen-4": {"aspect_ratio"},
    "imagen-4.0-fast-generate": {"aspect_ratio"},
    "imagen-4.0-ultra": {"aspect_ratio", "samples"},
    "nano-banana-pro": {"aspect_ratio"},
    "nano-banana-t2i": set(),
    "seedream-4.5": {"aspect_ratio"},
    "seedream-4": {"aspect_ratio"},
    "seedream-t2i": PIXELS,
    "flux-2-pro": PIXELS,
    "flux-pro-1.1": PRO | {"lora_model"},
    "flux-pro-1.1-ultra": PRO,
    "flux-pro-1752000026": PRO | {"lora_model"},
    "gen4_image": {"aspect_ratio"},
    "gpt-image-2-t2i": set(),
}
# Of these, what the model cannot do without.
V7_REQUIRED = {"width", "height", "aspect_ratio"}
V7_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["key", "model_id", "prompt"],
    "additionalProperties": False,
    "properties": {
        "key": {"type": "string"},
        "model_id": {"type": "string"},
        "prompt": {"type": "string", "minLength": 1},
        "negative_prompt": {"type": "string", "minLength": 1},
        "width": {"type": "integer", "minimum": 512, "maximum": 1024, "multipleOf": 8},
        "height": {"type": "integer", "minimum": 512, "maximum": 1024, "multipleOf": 8},
        "aspect_ratio": {"enum": [aspect.value for aspect in Aspect]},
        "samples": {"type": "integer", "minimum": 1, "maximum": 4},
        "num_inference_steps": {"type": "integer", "minimum": 1, "maximum": 50},
        "guidance_scale": {"type": "number", "minimum": 1, "maximum": 20},
        "seed": {"type": "integer", "minimum": 0, "maximum": 2**32 - 1},
        "lora_model": {"type": "string", "minLength": 1},
        "lora_strength": {"type": "string", "pattern": r"^(0\.\d+|1)(,(0\.\d+|1))*$"},
        "track_id": {"type": "string", "pattern": r"^\d+$"},
    },
}

WISHES: tuple[dict[str, Any], ...] = (
    {},
    {
        "negative": "blurry",
        "seed": SEED_MAX,
        "steps": 20,
        "guidance": 10.0,
        "lora": "a,b",
        "lora_strength": 0.8,
        "enhance": True,
    },
    {"steps": 1, "guidance": 1.0, "seed": 0, "lora": "a"},
)


def posted(model: Model, **wishes: Any) -> tuple[ImageRequest, Call] | None:
    """The request and its POST; None where the model's rule refuses the wish."""
    asked = replace(ImageRequest(kind=Kind.IMAGINE, prompt="a fox", model=model.id), **wishes)
    found = review(model, asked)
    if not isinstance(found, Review):
        return None
    call = submission(
        model,
        found.request,
        prompt="a fox, oil on canvas",
        negative=", ".join(filter(None, [asked.negative, "lowres"])),
        seed=found.request.seed if found.request.seed is not None else 7,
        track_id="123",
    )
    return found.request, call


def every_post(model: Model) -> Iterator[tuple[ImageRequest, Call]]:
    for aspect, count, wishes in itertools.product(Aspect, range(1, 5), WISHES):
        if found := posted(model, aspect=aspect, count=count, **wishes):
            yield found


def of(family: Family) -> list[Any]:
    return [pytest.param(m, id=m.id) for m in MODELS if m.rules[Kind.IMAGINE].family is family]


@pytest.mark.parametrize("model", of(Family.V6))
def test_v6_bodies_are_what_the_vendors_openapi_file_wants(model: Model) -> None:
    spec = Spec(specs.COMMUNITY, "TextToImageRequest", model.id)
    bodies = [call for _, call in every_post(model)]
    assert len(bodies) == len(Aspect) * 4 * len(WISHES)
    for call in bodies:
        spec.check({"key": KEY, **call.body})
        assert call.path == "v6/images/text2img"
        assert call.body["model_id"] == model.id
        # Said in any case: both defaults are documented both ways.
        assert call.body["safety_checker"] in ("yes", True)
        assert call.body["enhance_prompt"] in ("yes", "no")


@pytest.mark.parametrize("model", of(Family.REALTIME))
def test_realtime_bodies_are_what_the_vendors_openapi_file_wants(model: Model) -> None:
    spec = Spec(specs.REALTIME, "RealtimeTextToImageRequest")
    for _, call in every_post(model):
        spec.check({"key": KEY, **call.body})
        assert isinstance(call.body["enhance_prompt"], bool)
        assert call.path == "v6/realtime/text2img"


@pytest.mark.parametrize("model", of(Family.V7))
def test_v7_bodies_have_what_the_model_takes_and_nothing_else(model: Model) -> None:
    validator = jsonschema.Draft202012Validator(V7_SCHEMA)
    allowed = V7_FIELDS[model.id] | {"model_id", "prompt", "track_id"}
    needed = V7_FIELDS[model.id] & V7_REQUIRED
    seen: set[str] = set()
    for asked, call in every_post(model):
        validator.validate({"key": KEY, **call.body})
        assert needed <= set(call.body) <= allowed
        assert call.body.get("samples", 1) == asked.count
        assert call.path == "v7/images/text-to-image"
        seen |= set(call.body)
    assert seen == allowed


@pytest.mark.parametrize("model", [pytest.param(m, id=m.id) for m in MODELS])
def test_exactly_one_way_to_tell_the_shape(model: Model) -> None:
    for asked, call in every_post(model):
        has_pixels, has_aspect = "width" in call.body, "aspect_ratio" in call.body
        assert has_pixels == ("height" in call.body)
        assert not (has_pixels and has_aspect)
        if has_aspect:
            assert call.body["aspect_ratio"] == asked.aspect.value
        if has_pixels:
            ratio = call.body["width"] / call.body["height"]  # type: ignore[operator]
            assert ratio == pytest.approx(asked.aspect.ratio, rel=0.03)


def test_the_askers_numbers_arrive() -> None:
    model = Catalogue.built_in().get("sdxl")
    assert model is not None
    found = posted(model, steps=33, guidance=4.5, count=3, seed=5, lora="a,b", lora_strength=0.8)
    assert found is not None
    assert found[1].body == {
        "model_id": "sdxl",
        "prompt": "a fox, oil on canvas",
        "negative_prompt": "lowres",
        "width": 1024,
        "height": 1024,
        "samples": 3,
        "num_inference_steps": 33,
        "guidance_scale": 4.5,
        "seed": 5,
        "lora_model": "a,b",
        "lora_strength": "0.8,0.8",
        "track_id": "123",
    }


def test_the_key_is_in_no_body() -> None:
    for model in MODELS:
        assert all("key" not in call.body for _, call in every_post(model))


def test_the_check_itself_catches_a_wrong_body() -> None:
    model = Catalogue.built_in().get("qwen")
    assert model is not None
    spec = Spec(specs.COMMUNITY, "TextToImageRequest", model.id)
    found = posted(model)
    assert found is not None
    for wrong in ({"width": 1100}, {"seed": "7"}, {"samples": 5}, {"num_inference_steps": 21}):
        with pytest.raises(jsonschema.ValidationError):
            spec.check({"key": KEY, **found[1].body, **wrong})
    with pytest.raises(AssertionError):
        spec.check({"key": KEY, **found[1].body, "prompt_strength": 1})
