"""Decides what a request for pictures from words asks for, as the vendor's documents allow.

Strict on what is written down (required fields, types, ranges), lenient on the rest. The temp,
base64 and LoRA fields are accepted and change nothing. Never draws, never queues, rings no webhook.
The blocks of fields that other endpoints share are here, too.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from sandbox.modelslab.fields import Body, Fields, Message, Refused
from sandbox.modelslab.models import REALTIME, Api, Model, Work
from sandbox.modelslab.wishes import Wish

SCHEDULERS = tuple(
    f"{name}Scheduler"
    for name in (
        "DDPM",
        "DDIM",
        "PNDM",
        "LMSDiscrete",
        "EulerDiscrete",
        "EulerAncestralDiscrete",
        "DPMSolverMultistep",
        "HeunDiscrete",
        "KDPM2Discrete",
        "DPMSolverSinglestep",
        "KDPM2AncestralDiscrete",
        "UniPCMultistep",
        "DDIMInverse",
        "DEISMultistep",
        "IPNDM",
        "KarrasVe",
        "ScoreSdeVe",
        "LCM",
    )
)
ALGORITHMS = ("none", "dpmsolver+++", "sde-dpmsolver++")
VEILS = ("blur", "sensitive_content_text", "pixelate", "black")
MAX_STEPS = 50
LONG_SIDE_PX = 1024
#: What the older API appends to a prompt unless it is told not to.
REWRITE = "highly detailed, intricate, cinematic lighting"


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a valid request asks for."""

    model: Model
    prompt: str
    negative: str
    #: Width and height are 0 where the picture decides that the work starts from.
    width_px: int
    height_px: int
    samples: int
    #: None: the vendor picks one.
    seed: int | None
    steps: int
    guidance: float
    scheduler: str
    #: How a flagged picture is covered; empty where nothing checks it.
    veil: str
    #: Whether the asker wants a ticket even where the pictures would come at once.
    ticket_only: bool = False
    #: What is done with pictures; None: it is painted from words alone.
    wish: Wish | None = None


Check: TypeAlias = Callable[[Body, Mapping[str, Model]], Order]


def check_v7_text_to_image(body: Body, models: Mapping[str, Model]) -> Order:
    """The order in a v7 text-to-image body. Raises Refused, with every faulty field named."""
    fields = Fields(body, loose=False)
    model_id = fields.text("model_id", required=True)
    prompt = fields.text("prompt", required=True)
    # Limits belong to a model, so without a model there is nothing more to check.
    model = find_model(models, model_id, api="v7", work="text") if model_id else None
    if model is None:
        raise Refused(400, fields.faults)
    order = v7_common(
        fields,
        model,
        prompt,
        size_required=model.size_required,
        aspect_required=model.aspect_required,
        side_px=LONG_SIDE_PX,
    )
    look_at_webhook(fields)
    if fields.faults:
        raise Refused(400, fields.faults)
    return order


def check_v6_text2img(body: Body, models: Mapping[str, Model]) -> Order:
    """The order in a v6 text2img body. Raises Refused with the first fault, as plain text."""
    fields = Fields(body, loose=True)
    model_id = fields.text("model_id", required=True)
    prompt = fields.text("prompt", required=True)
    model = find_model(models, model_id, api="v6", work="text") if model_id else None
    if model is None:
        raise Refused(400, first_fault(fields.faults))
    order = v6_common(fields, model, prompt)
    for name in ("multi_lingual", "upscale", "highres_fix"):
        fields.switch(name, default=False)
    look_at_webhook(fields)
    if fields.faults:
        raise Refused(400, first_fault(fields.faults))
    return order


def check_realtime_text2img(body: Body, _: Mapping[str, Model]) -> Order:
    """The order in a realtime text2img body, which names no model.

    Raises Refused with the first fault, as plain text.
    """
    fields = Fields(body, loose=False)
    order = realtime_common(fields)
    look_at_webhook(fields)
    if fields.faults:
        raise Refused(400, first_fault(fields.faults))
    return order


def v7_common(
    fields: Fields,
    model: Model,
    prompt: str,
    *,
    size_required: bool = False,
    aspect_required: bool = False,
    side_px: int = 0,
) -> Order:
    """The block of fields that the v7 endpoints share; `side_px` is a side that nobody tells."""
    width = fields.whole("width", 512, 1024, required=size_required)
    height = fields.whole("height", 512, 1024, required=size_required)
    aspect = fields.choice("aspect_ratio", model.aspects, required=aspect_required)
    shape = _shape(aspect, model, fields) if aspect else (side_px, side_px)
    samples = fields.whole("samples", 1, 4)
    steps = fields.whole("num_inference_steps", 1, MAX_STEPS)
    guidance = fields.number("guidance_scale", *model.guidance)
    seed = fields.whole("seed", 0, None)
    scheduler = fields.choice("scheduler", model.schedulers)
    return Order(
        model=model,
        prompt=prompt,
        negative="" if model.ignores_negative else fields.text("negative_prompt"),
        width_px=width or shape[0],
        height_px=height or shape[1],
        samples=samples or 1,
        seed=seed,
        steps=steps or 25,
        guidance=guidance or 7.5,
        scheduler=scheduler,
        veil="sensitive_content_text",
    )


def realtime_common(fields: Fields) -> Order:
    """The block of fields that the realtime endpoints share."""
    prompt = fields.text("prompt", required=True)
    negative = fields.text("negative_prompt")
    width = fields.whole("width", *REALTIME.sides_px)
    height = fields.whole("height", *REALTIME.sides_px)
    samples = fields.whole("samples", 1, 4)
    seed = fields.whole("seed", 0, None)
    # Not in the current file, but older documents have it, and only booleans were seen to work.
    rewritten = fields.boolean("enhance_prompt", default=False)
    checked = fields.boolean("safety_checker", default=False)
    ticket_only = fields.boolean("instant_response", default=False)
    fields.boolean("base64", default=False)
    return Order(
        model=REALTIME,
        prompt=f"{prompt}, {REWRITE}" if rewritten else prompt,
        negative=negative,
        width_px=width or REALTIME.default_side_px,
        height_px=height or REALTIME.default_side_px,
        samples=samples or 1,
        seed=seed,
        steps=REALTIME.steps_cap,
        guidance=7.5,
        scheduler="",
        # "Replaced by a blank image", says the file; there is no choice of the cover.
        veil="black" if checked else "",
        ticket_only=ticket_only,
    )


def v6_common(fields: Fields, model: Model, prompt: str) -> Order:
    """The block of fields that every v6 image endpoint shares."""
    side = model.default_side_px
    width = fields.whole("width", *model.sides_px, multiple_of=8)
    height = fields.whole("height", *model.sides_px, multiple_of=8)
    samples = fields.whole("samples", 1, 4)
    steps = fields.whole("num_inference_steps", 1, MAX_STEPS)
    guidance = fields.number("guidance_scale", *model.guidance)
    seed = fields.whole("seed", 0, None)
    scheduler = fields.choice("scheduler", SCHEDULERS)
    rewritten = fields.switch("enhance_prompt", default=True) and model.rewrites_prompt
    # The prose says "yes" is the default, the schema says false: the stand-in goes by the schema.
    checked = fields.switch("safety_checker", default=False) and not model.ignores_negative
    veil = fields.choice("safety_checker_type", VEILS) or "sensitive_content_text"
    negative = fields.text("negative_prompt")
    fields.whole("clip_skip", 1, 8)
    fields.choice("algorithm_type", ALGORITHMS)
    fields.number("ip_adapter_scale", 0, 1)
    for name in ("use_karras_sigmas", "base64", "temp"):
        fields.switch(name, default=False)
    return Order(
        model=model,
        prompt=f"{prompt}, {REWRITE}" if rewritten else prompt,
        negative="" if model.ignores_negative else negative,
        width_px=width or side,
        height_px=height or side,
        samples=samples or 1,
        seed=seed,
        steps=min(steps or 31, model.steps_cap),
        guidance=guidance or 7.5,
        scheduler=scheduler,
        veil=veil if checked else "",
    )


def look_at_webhook(fields: Fields) -> None:
    """The two fields about the webhook, as every endpoint but the editing tools takes them.

    The track_id is text here; the tools take a whole number. The vendor's prose wants https, its
    schemas any address, and so does the stand-in: a test's receiver has no certificate.
    """
    fields.text("track_id")
    fields.link("webhook")


def find_model(models: Mapping[str, Model], model_id: str, *, api: Api, work: Work) -> Model:
    model = models.get(model_id)
    if model is None or not model.does(work, api):
        raise Refused(400, f"Model not found: {model_id}")
    return model


def _shape(aspect: str, model: Model, fields: Fields) -> tuple[int, int]:
    """Pixels for a ratio such as "16:9": the long side is 1024, both are multiples of 8."""
    across, _, down = aspect.partition(":")
    width = int(across) if across.isdecimal() else 0
    height = int(down) if down.isdecimal() else 0
    longest = max(width, height)
    if not (width and height and longest <= model.longest * min(width, height)):
        fields.fault("aspect_ratio", "The selected aspect_ratio is invalid.")
        return LONG_SIDE_PX, LONG_SIDE_PX
    return (
        max(8, round(LONG_SIDE_PX * width / longest / 8) * 8),
        max(8, round(LONG_SIDE_PX * height / longest / 8) * 8),
    )


def first_fault(faults: Mapping[str, list[str]]) -> Message:
    return next(iter(faults.values()))[0]
