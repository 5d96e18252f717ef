"""Decides what a request to the editing tools asks for, as the vendor's documents allow.

Numbers are numbers and booleans booleans here, track_id among them. Never fetches, never draws.
"""

from collections.abc import Mapping
from typing import cast

from sandbox.modelslab.fields import Body, Fields, Refused
from sandbox.modelslab.models import Model
from sandbox.modelslab.requests import Order, first_fault
from sandbox.modelslab.wishes import JPEG, PNG, Length, Wish

UPSCALERS = (
    "realesr-general-x4v3",
    "RealESRGAN_x4plus",
    "RealESRGAN_x4plus_anime_6B",
    "RealESRGAN_x2plus",
    "ultra_resolution",
)
USUAL_SCALE = 3
LENGTHS = ("short", "normal", "long")


def check_super_resolution(body: Body, _: Mapping[str, Model]) -> Order:
    """The order in a super_resolution body. Raises Refused with the first fault."""
    fields = Fields(body, loose=False)
    model_id = fields.choice("model_id", UPSCALERS) or UPSCALERS[0]
    scale = fields.whole("scale", 1, None)
    fields.boolean("face_enhance", default=False)
    links = {"source": fields.link("init_image", required=True)}
    wish = Wish(task="upscale", links=links, scale=USUAL_SCALE if scale is None else scale)
    return _order(fields, wish, model_id)


def check_removebg_mask(body: Body, _: Mapping[str, Model]) -> Order:
    """The order in a removebg_mask body. Raises Refused with the first fault."""
    fields = Fields(body, loose=False)
    seed = fields.whole("seed", 0, None)
    for name in ("alpha_matting", "post_process_mask", "base64"):
        fields.boolean(name, default=False)
    for name, high in (
        ("alpha_matting_foreground_threshold", 240),
        ("alpha_matting_background_threshold", 20),
        ("alpha_matting_erode_size", 5),
    ):
        fields.whole(name, 0, high)
    wish = Wish(
        task="cut_out",
        # "Link or valid base64 data", so that any text may be one.
        links={"source": fields.text("image", required=True)},
        only_mask=fields.boolean("only_mask", default=False),
        inverse_mask=fields.boolean("inverse_mask", default=False),
        inline=True,
    )
    return _order(fields, wish, "removebg_mask", seed=seed)


def check_caption(body: Body, _: Mapping[str, Model]) -> Order:
    """The order in a caption body. Raises Refused with the first fault.

    The vendor's schema also wants a prompt, which neither it nor any page describes: whether
    there is one does not matter.
    """
    fields = Fields(body, loose=False)
    fields.text("prompt")
    length = fields.choice("length", LENGTHS) or "normal"
    fields.boolean("base64", default=False)
    links = {"source": fields.link("init_image", required=True)}
    wish = Wish(task="caption", links=links, length=cast(Length, length), kinds=(PNG, JPEG))
    return _order(fields, wish, "caption")


def _order(fields: Fields, wish: Wish, name: str, *, seed: int | None = None) -> Order:
    fields.whole("track_id", -(2**63), 2**63 - 1)
    fields.link("webhook")
    if fields.faults:
        raise Refused(400, first_fault(fields.faults))
    return Order(
        model=Model(id=name, apis=frozenset()),
        prompt="",
        negative="",
        width_px=0,
        height_px=0,
        samples=1,
        seed=seed,
        steps=0,
        guidance=0,
        scheduler="",
        veil="",
        wish=wish,
    )
