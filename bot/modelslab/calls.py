"""What is said to the vendor: requests and pictures as bodies of POSTs. Pure: nothing is sent."""

import base64
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bot.domain.request import Aspect, ImageRequest
from bot.modelslab.model import Form, Model, Rule, Sizing, Switch

UPLOAD = "v6/base64_to_url"
NO_IMAGES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Call:
    """A POST: `path` below the API's base, and the body without the key."""

    path: str
    body: dict[str, object]


def submission(
    model: Model,
    request: ImageRequest,
    *,
    prompt: str,
    negative: str,
    seed: int,
    track_id: str,
    images: Mapping[str, str] = NO_IMAGES,
    size: tuple[int, int] | None = None,
    webhook: str | None = None,
) -> Call:
    """The POST that asks for `request`, with the style's words already in prompt and negative.

    `track_id` is a number written as text: some endpoints read it as one, some as the other.
    `webhook` is where the vendor may tell that it is done, or never does. `images` has the
    addresses of the input pictures at the vendor, by "source" and "mask", and `size` is what they
    measure there; without it they measure what fits the model best.
    """
    rule = model.rules[request.kind]
    body: dict[str, object] = {"track_id": int(track_id) if rule.track_id_is_number else track_id}
    if webhook is not None:
        body["webhook"] = webhook
    if rule.names_model:
        body["model_id"] = model.id
    if "prompt" in rule.takes:
        body["prompt"] = prompt
    if negative and "negative" in rule.takes:
        body["negative_prompt"] = negative
    if rule.max_count > 1:
        body["samples"] = request.count
    if "seed" in rule.takes:
        body["seed"] = seed
    body |= _pictures(rule, images) | _shape(rule, request, size)
    body |= _knobs(rule, request) | _lora(rule, request) | _switches(rule, request)
    return Call(rule.path, body | dict(rule.fixed))


def upload_body(data: bytes, mime: str, *, key: str) -> bytes:
    """The body of the POST to `UPLOAD`, which lends the vendor a picture for a day."""
    frame = json.dumps({"key": key, "base64_string": f"data:{mime};base64,"}).encode()
    # Spliced in, as base64 needs no escapes: `dumps` would look at each of millions of letters,
    # and no other thread runs meanwhile.
    return frame.removesuffix(b'"}') + base64.b64encode(data) + b'"}'


def _pictures(rule: Rule, images: Mapping[str, str]) -> dict[str, object]:
    return {
        slot.field: [images[slot.role]] if slot.form is Form.ARRAY else images[slot.role]
        for slot in rule.slots
    }


def _shape(rule: Rule, request: ImageRequest, size: tuple[int, int] | None) -> dict[str, object]:
    """Width and height, or the aspect, or by how much to enlarge: one of them at most."""
    if rule.enlargement is not None:
        return {"scale": rule.enlargement.times(*_measured(request, size))}
    if rule.sizing is Sizing.PIXELS:
        width_px, height_px = _pixels(rule, request, size)
        return {"width": width_px, "height": height_px}
    if rule.sizing is Sizing.ASPECT:
        aspect = request.aspect
        if rule.starts_from_picture:
            aspect = _nearest(rule.aspects, *_measured(request, size))
        return {"aspect_ratio": aspect.value}
    return {}


def _pixels(rule: Rule, request: ImageRequest, size: tuple[int, int] | None) -> tuple[int, int]:
    if rule.frame is not None:
        return size or rule.frame.fit(*_measured(request, size))
    if rule.sizes is None:
        raise ValueError(f"{rule.path} has no sizes")
    return rule.sizes[request.aspect]


def _measured(request: ImageRequest, size: tuple[int, int] | None) -> tuple[int, int]:
    """What the picture measures that the work starts from."""
    if size is not None:
        return size
    if request.source is None:
        raise ValueError(f"to {request.kind} takes a picture")
    return request.source.width_px, request.source.height_px


def _nearest(aspects: tuple[Aspect, ...], width_px: int, height_px: int) -> Aspect:
    ratio = width_px / height_px
    return min(aspects, key=lambda aspect: abs(math.log(aspect.ratio / ratio)))


def _knobs(rule: Rule, request: ImageRequest) -> dict[str, object]:
    knobs: dict[str, object] = {}
    for name, asked, allowed in (
        ("strength", request.strength, rule.strength),
        ("num_inference_steps", request.steps, rule.steps),
        (rule.guidance_field, request.guidance, rule.guidance),
    ):
        value = allowed.default if allowed is not None and asked is None else asked
        if allowed is not None and value is not None:
            knobs[name] = value
    return knobs


def _lora(rule: Rule, request: ImageRequest) -> dict[str, object]:
    """The LoRA's id and strength as text, one strength for each of a list of ids."""
    if not request.lora or "lora" not in rule.takes:
        return {}
    lora: dict[str, object] = {"lora_model": request.lora}
    if request.lora_strength is not None and "lora_strength" in rule.takes:
        ids = request.lora.count(",") + 1
        lora["lora_strength"] = ",".join([f"{request.lora_strength:g}"] * ids)
    return lora


def _switches(rule: Rule, request: ImageRequest) -> dict[str, object]:
    switches: dict[str, object] = {}
    if rule.enhance is not Switch.OMITTED:
        # Never left out: the vendor's default is to rewrite the prompt.
        switches["enhance_prompt"] = rule.enhance.written(on=request.enhance)
    if rule.safety is not Switch.OMITTED:
        switches["safety_checker"] = rule.safety.written(on=True)
    return switches
