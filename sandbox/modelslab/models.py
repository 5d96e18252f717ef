"""The models the stand-in knows, with the limits published for them. Asks nobody."""

from dataclasses import dataclass
from typing import Literal

Api = Literal["v6", "v7"]
Work = Literal["text", "image", "inpaint"]
#: How `init_image` comes on v7: alone, in a list, or with a second one beside it.
Init = Literal["one", "list", "pair"]

BOTH: frozenset[Api] = frozenset({"v6", "v7"})
ONLY_V6: frozenset[Api] = frozenset({"v6"})
ONLY_V7: frozenset[Api] = frozenset({"v7"})

EVERYTHING: frozenset[Work] = frozenset({"text", "image", "inpaint"})
FROM_TEXT: frozenset[Work] = frozenset({"text"})
FROM_IMAGE: frozenset[Work] = frozenset({"image"})
FROM_BOTH: frozenset[Work] = frozenset({"text", "image"})

IMAGEN_ASPECTS = ("1:1", "3:4", "4:3", "9:16", "16:9")
SEEDREAM_ASPECTS = ("1:1", "3:4", "4:3", "9:16", "16:9", "3:2", "2:3", "21:9")
BFL_SCHEDULERS = ("DPM++ 2M", "DPM++ SDE", "Euler", "Euler a")


@dataclass(frozen=True, kw_only=True)
class Model:
    """One model: where it answers, and which of its limits are written down somewhere."""

    id: str
    apis: frozenset[Api] = BOTH
    works: frozenset[Work] = EVERYTHING
    #: What of it also works on v6.
    works_on_v6: frozenset[Work] = EVERYTHING
    #: Allowed width and height on v6, both ends included.
    sides_px: tuple[int, int] = (256, 1024)
    default_side_px: int = 512
    #: The step count above which v6 silently takes this number instead.
    steps_cap: int = 20
    guidance: tuple[float, float] = (1, 20)
    size_required: bool = False
    aspect_required: bool = False
    #: Empty: any ratio is taken.
    aspects: tuple[str, ...] = ()
    #: Empty: any scheduler is taken on v7.
    schedulers: tuple[str, ...] = ()
    ignores_negative: bool = False
    rewrites_prompt: bool = True
    #: How many times longer than wide a picture may be by its ratio.
    longest: float = 5
    init: Init = "one"
    #: How many pictures a list may hold.
    most_inits: int = 1
    #: Sides that a picture must have on v6, whose size the result takes over. None: any.
    init_sides_px: tuple[int, int] | None = None
    #: Whether v7 wants a scheduler for work that starts from a picture.
    scheduler_needed: bool = False

    def does(self, work: Work, api: Api) -> bool:
        known = api in self.apis and work in self.works
        return known and (api == "v7" or work in self.works_on_v6)


def _diffusion(id: str) -> Model:
    return Model(id=id, scheduler_needed=True)


def _flux(
    id: str, sides_px: tuple[int, int] = (256, 1024), works: frozenset[Work] = FROM_TEXT
) -> Model:
    return Model(
        id=id,
        works=works,
        # The vendor's file on flux in v6 knows text2img alone.
        works_on_v6=FROM_TEXT,
        sides_px=sides_px,
        steps_cap=50,
        ignores_negative=True,
        rewrites_prompt=False,
    )


def _pony(id: str) -> Model:
    return Model(
        id=id,
        sides_px=(1024, 2048),
        init_sides_px=(1024, 2048),
        default_side_px=1024,
        scheduler_needed=True,
    )


def _provider(
    id: str,
    *,
    works: frozenset[Work] = FROM_TEXT,
    aspects: tuple[str, ...] = (),
    aspect_required: bool = False,
    init: Init = "one",
    most_inits: int = 1,
    longest: float = 5,
) -> Model:
    return Model(
        id=id,
        apis=ONLY_V7,
        works=works,
        aspects=aspects,
        aspect_required=aspect_required,
        init=init,
        most_inits=most_inits,
        longest=longest,
        rewrites_prompt=False,
    )


def _bfl_pro(id: str) -> Model:
    return Model(
        id=id,
        apis=ONLY_V7,
        works=FROM_TEXT,
        size_required=True,
        guidance=(1, 10),
        schedulers=BFL_SCHEDULERS,
        rewrites_prompt=False,
    )


_ALL = (
    # Nothing says which models v7 inpaints with, so these two are let in.
    _flux("flux", works=EVERYTHING),
    _flux("flux-dev", works=EVERYTHING),
    _flux("flux-2-dev"),
    _flux("qwen"),
    _flux("z-image-turbo", sides_px=(256, 1488)),
    _diffusion("sdxl"),
    _diffusion("midjourney"),
    _diffusion("realistic-vision-v13"),
    _diffusion("realistic-vision-51"),
    _diffusion("dream-shaper-8797"),
    _diffusion("anything-v5"),
    _diffusion("juggernaut-xl-v10"),
    _diffusion("stable-diffusion-v1-5"),
    _pony("pony-realism"),
    _pony("pony_realism"),
    _provider("imagen-3"),
    _provider("imagen-4", aspects=IMAGEN_ASPECTS, aspect_required=True),
    _provider("imagen-4.0-fast-generate", aspects=IMAGEN_ASPECTS, aspect_required=True),
    _provider("imagen-4.0-ultra", aspects=IMAGEN_ASPECTS, aspect_required=True),
    _provider("nano-banana-t2i"),
    _provider("nano-banana", works=FROM_IMAGE, init="pair"),
    _provider("nano-banana-pro", works=FROM_BOTH, init="list", most_inits=14),
    _provider("seedream-4", works=FROM_BOTH, aspects=SEEDREAM_ASPECTS, init="list", most_inits=10),
    _provider("seedream-4.5", aspects=SEEDREAM_ASPECTS),
    _provider("seedream-4.0-i2i", works=FROM_IMAGE, init="list", most_inits=10),
    _provider("seedream-4.5-i2i", works=FROM_IMAGE, init="list", most_inits=10),
    _provider("seededit-i2i", works=FROM_IMAGE),
    _provider("flux-kontext-pro", works=FROM_IMAGE, longest=21 / 9),
    _provider("gen4_image", aspect_required=True),
    _provider("gen4_image_turbo", works=FROM_IMAGE, init="pair"),
    _provider("gpt-image-2-t2i"),
    _provider("gemini-3.1-i2i", works=FROM_IMAGE),
    Model(id="seedream-t2i", apis=ONLY_V7, works=FROM_TEXT, size_required=True),
    Model(id="flux-kontext-dev", apis=ONLY_V6, works=FROM_IMAGE, steps_cap=50),
    _bfl_pro("flux-pro-1752000026"),
    _bfl_pro("flux-pro-1.1"),
    _bfl_pro("flux-pro-1.1-ultra"),
    Model(
        id="flux-2-pro",
        apis=ONLY_V7,
        works=FROM_BOTH,
        size_required=True,
        init="list",
        most_inits=10,
        ignores_negative=True,
        rewrites_prompt=False,
    ),
)

#: What the realtime API paints with. It is not in the table: no request can name it.
#: Nothing says how small a picture may be; 64 is a guess.
REALTIME = Model(id="realtime", apis=frozenset(), sides_px=(64, 1024))


def known_models() -> dict[str, Model]:
    """A fresh table by id, so that one server can forget or learn a model alone."""
    return {model.id: model for model in _ALL}
