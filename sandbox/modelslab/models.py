"""The models the stand-in knows, with the limits published for them. Asks nobody."""

from dataclasses import dataclass
from typing import Literal

Api = Literal["v6", "v7"]
Work = Literal["text", "image", "inpaint"]

BOTH: frozenset[Api] = frozenset({"v6", "v7"})
ONLY_V6: frozenset[Api] = frozenset({"v6"})
ONLY_V7: frozenset[Api] = frozenset({"v7"})

EVERYTHING: frozenset[Work] = frozenset({"text", "image", "inpaint"})
FROM_TEXT: frozenset[Work] = frozenset({"text"})
FROM_IMAGE: frozenset[Work] = frozenset({"image"})

IMAGEN_ASPECTS = ("1:1", "3:4", "4:3", "9:16", "16:9")
SEEDREAM_ASPECTS = ("1:1", "3:4", "4:3", "9:16", "16:9", "3:2", "2:3", "21:9")
BFL_SCHEDULERS = ("DPM++ 2M", "DPM++ SDE", "Euler", "Euler a")


@dataclass(frozen=True, kw_only=True)
class Model:
    """One model: where it answers, and which of its limits are written down somewhere."""

    id: str
    apis: frozenset[Api] = BOTH
    works: frozenset[Work] = EVERYTHING
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


def _diffusion(id: str) -> Model:
    return Model(id=id)


def _flux(id: str, sides_px: tuple[int, int] = (256, 1024)) -> Model:
    return Model(
        id=id,
        works=FROM_TEXT,
        sides_px=sides_px,
        steps_cap=50,
        ignores_negative=True,
        rewrites_prompt=False,
    )


def _pony(id: str) -> Model:
    return Model(id=id, sides_px=(1024, 2048), default_side_px=1024)


def _provider(
    id: str,
    *,
    works: frozenset[Work] = FROM_TEXT,
    aspects: tuple[str, ...] = (),
    aspect_required: bool = False,
) -> Model:
    return Model(
        id=id,
        apis=ONLY_V7,
        works=works,
        aspects=aspects,
        aspect_required=aspect_required,
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
    _flux("flux"),
    _flux("flux-dev"),
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
    _provider("nano-banana", works=FROM_IMAGE),
    _provider("nano-banana-pro", works=frozenset({"text", "image"})),
    _provider("seedream-4", aspects=SEEDREAM_ASPECTS),
    _provider("seedream-4.5", aspects=SEEDREAM_ASPECTS),
    _provider("seedream-4.0-i2i", works=FROM_IMAGE),
    _provider("seedream-4.5-i2i", works=FROM_IMAGE),
    _provider("seededit-i2i", works=FROM_IMAGE),
    _provider("flux-kontext-pro", works=FROM_IMAGE),
    _provider("gen4_image", aspect_required=True),
    _provider("gen4_image_turbo", works=FROM_IMAGE),
    _provider("gpt-image-2-t2i"),
    Model(id="seedream-t2i", apis=ONLY_V7, works=FROM_TEXT, size_required=True),
    Model(id="flux-kontext-dev", apis=ONLY_V6, works=FROM_IMAGE, steps_cap=50),
    _bfl_pro("flux-pro-1752000026"),
    _bfl_pro("flux-pro-1.1"),
    _bfl_pro("flux-pro-1.1-ultra"),
    Model(
        id="flux-2-pro",
        apis=ONLY_V7,
        works=frozenset({"text", "image"}),
        size_required=True,
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
