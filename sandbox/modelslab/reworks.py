"""Decides what a request that starts from pictures asks for, as the vendor's documents allow.

As strict as its sister for pictures from words. Never fetches the pictures, never draws.
"""

from collections.abc import Mapping
from dataclasses import replace

from sandbox.modelslab.fields import Body, Fields, Refused
from sandbox.modelslab.models import REALTIME, Model
from sandbox.modelslab.requests import (
    MAX_STEPS,
    Order,
    find_model,
    first_fault,
    look_at_webhook,
    realtime_common,
    v6_common,
    v7_common,
)
from sandbox.modelslab.wishes import JPEG, PNG, Task, Wish

KONTEXT = "flux-kontext-dev"
V7_FRAME_PX = (512, 1024)
#: What the vendor calls normal; no document says what an unset strength means.
USUAL_STRENGTH = 0.7
KONTEXT_STRENGTH = 0.5
KONTEXT_STEPS = 28


def check_v7_image_to_image(body: Body, models: Mapping[str, Model]) -> Order:
    """The order in a v7 image-to-image body. Raises Refused, with every faulty field named."""
    fields = Fields(body, loose=False)
    model_id = fields.text("model_id", required=True)
    prompt = fields.text("prompt", required=True)
    model = find_model(models, model_id, api="v7", work="image") if model_id else None
    if model is None:
        raise Refused(400, fields.faults)
    if model.scheduler_needed:
        fields.text("scheduler", required=True)
    order = v7_common(fields, model, prompt)
    wish = Wish(
        task="blend",
        links=_v7_sources(fields, model),
        strength=_strength(fields, USUAL_STRENGTH),
        frame_px=V7_FRAME_PX,
    )
    look_at_webhook(fields)
    if fields.faults:
        raise Refused(400, fields.faults)
    return replace(order, wish=wish)


def check_v7_inpaint(body: Body, models: Mapping[str, Model]) -> Order:
    """The order in a v7 inpaint body. Raises Refused, with every faulty field named."""
    fields = Fields(body, loose=False)
    model_id = fields.text("model_id", required=True)
    prompt = fields.text("prompt", required=True)
    model = find_model(models, model_id, api="v7", work="inpaint") if model_id else None
    if model is None:
        raise Refused(400, fields.faults)
    order = v7_common(fields, model, prompt)
    wish = replace(_repainting(fields), frame_px=V7_FRAME_PX)
    look_at_webhook(fields)
    if fields.faults:
        raise Refused(400, fields.faults)
    return replace(order, wish=wish)


def check_v6_img2img(body: Body, models: Mapping[str, Model]) -> Order:
    """The order in a v6 img2img body. Raises Refused with the first fault, as plain text.

    The result is as large as the picture, whatever the width and height say.
    """
    fields = Fields(body, loose=True)
    model_id = fields.text("model_id", required=True)
    # Only the pages on text2img and kontext want a prompt.
    prompt = fields.text("prompt", required=model_id == KONTEXT)
    model = find_model(models, model_id, api="v6", work="image") if model_id else None
    if model is None:
        raise Refused(400, first_fault(fields.faults))
    if model.id == KONTEXT:
        order = _kontext(fields, model, prompt)
    else:
        wish = Wish(
            task="blend",
            links={"source": fields.link("init_image", required=True)},
            strength=_strength(fields, USUAL_STRENGTH),
            sides_px=model.init_sides_px,
            frame_px=(8, model.sides_px[1]),
        )
        order = replace(v6_common(fields, model, prompt), width_px=0, height_px=0, wish=wish)
    look_at_webhook(fields)
    if fields.faults:
        raise Refused(400, first_fault(fields.faults))
    return order


def check_v6_inpaint(body: Body, models: Mapping[str, Model]) -> Order:
    """The order in a v6 inpaint body. Raises Refused with the first fault, as plain text."""
    fields = Fields(body, loose=True)
    model_id = fields.text("model_id", required=True)
    prompt = fields.text("prompt")
    model = find_model(models, model_id, api="v6", work="inpaint") if model_id else None
    if model is None:
        raise Refused(400, first_fault(fields.faults))
    order = replace(v6_common(fields, model, prompt), wish=_repainting(fields))
    look_at_webhook(fields)
    if fields.faults:
        raise Refused(400, first_fault(fields.faults))
    return order


def check_realtime_img2img(body: Body, _: Mapping[str, Model]) -> Order:
    """The order in a realtime img2img body. Raises Refused with the first fault."""
    return _realtime(body, "blend")


def check_realtime_inpaint(body: Body, _: Mapping[str, Model]) -> Order:
    """The order in a realtime inpaint body. Raises Refused with the first fault."""
    return _realtime(body, "repaint")


def _realtime(body: Body, task: Task) -> Order:
    fields = Fields(body, loose=False)
    order = realtime_common(fields)
    if task == "repaint":
        wish = _repainting(fields)
    else:
        links = {"source": fields.link("init_image", required=True)}
        wish = Wish(task=task, links=links, strength=_strength(fields, USUAL_STRENGTH))
    look_at_webhook(fields)
    if fields.faults:
        raise Refused(400, first_fault(fields.faults))
    return replace(order, model=REALTIME, wish=replace(wish, kinds=(PNG, JPEG)))


def _kontext(fields: Fields, model: Model, prompt: str) -> Order:
    """Its own block: other names and defaults, numbers in either form, booleans in one."""
    side = model.default_side_px
    steps = fields.whole("num_inference_steps", 1, MAX_STEPS)
    guidance = fields.number("guidance", 0, 20)
    width = fields.whole("width", *model.sides_px, multiple_of=8)
    height = fields.whole("height", *model.sides_px, multiple_of=8)
    samples = fields.whole("samples", 1, 4)
    seed = fields.whole("seed", 0, None)
    checked = fields.boolean("safety_checker", default=False)
    for name in ("enhance_prompt", "base64", "temp"):
        fields.boolean(name, default=False)
    links = {"source": fields.link("init_image", required=True)}
    if second := fields.link("init_image_2"):
        links["source_2"] = second
    return Order(
        model=model,
        prompt=prompt,
        negative=fields.text("negative_prompt"),
        width_px=width or side,
        height_px=height or side,
        samples=samples or 1,
        seed=seed,
        steps=KONTEXT_STEPS if steps is None else steps,
        guidance=2.5 if guidance is None else guidance,
        scheduler="",
        veil="black" if checked else "",
        wish=Wish(task="blend", links=links, strength=_strength(fields, KONTEXT_STRENGTH)),
    )


def _v7_sources(fields: Fields, model: Model) -> dict[str, str]:
    """The addresses of one picture, of two, or of a list: each model takes one form alone."""
    if model.init == "list":
        links = fields.link_list("init_image", most=model.most_inits)
    else:
        links = [fields.link("init_image", required=True)]
    if model.init == "pair":
        links.append(fields.link("init_image_2", required=True))
    further = {f"source_{number}": link for number, link in enumerate(links[1:], start=2)}
    return {"source": "".join(links[:1]), **further}


def _repainting(fields: Fields) -> Wish:
    links = {
        "source": fields.link("init_image", required=True),
        "mask": fields.link("mask_image", required=True),
    }
    # "White is repainted": wholly, unless a strength says otherwise.
    return Wish(task="repaint", links=links, strength=_strength(fields, 1))


def _strength(fields: Fields, usual: float) -> float:
    strength = fields.number("strength", 0, 1)
    return usual if strength is None else strength
