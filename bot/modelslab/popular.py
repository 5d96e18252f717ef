"""The models that ship with Limner, most popular first. Data, no decisions.

Sources: the vendor's model selection guide and MCP tool reference (v7 ranges), its OpenAPI files
for v6 `text2img` and realtime, its pages for Pony, Flux and Z-Image, and the provider schemas in
its Python SDK (Google, Black Forest Labs, ByteDance, Runway). Where they contradict each other,
the narrower range is taken. What no source says is marked as inferred.
"""

from collections.abc import Mapping
from types import MappingProxyType

from bot.domain.request import Aspect
from bot.modelslab.model import Generation, Model, Range, Safety, Sizing

Sizes = Mapping[Aspect, tuple[int, int]]

EVERY_ASPECT = tuple(Aspect)
GOOGLE_ASPECTS = (Aspect.SQUARE, Aspect.SCREEN, Aspect.SCREEN_TALL, Aspect.WIDE, Aspect.TALL)
RUNWAY_ASPECTS = (Aspect.SQUARE, Aspect.WIDE, Aspect.TALL)


def _sizes(
    square: tuple[int, int],
    photo: tuple[int, int],
    screen: tuple[int, int],
    wide: tuple[int, int],
) -> Sizes:
    """Every aspect from the lying shapes: the standing ones are the same, turned."""
    return MappingProxyType(
        {
            Aspect.SQUARE: square,
            Aspect.PHOTO: photo,
            Aspect.PHOTO_TALL: photo[::-1],
            Aspect.SCREEN: screen,
            Aspect.SCREEN_TALL: screen[::-1],
            Aspect.WIDE: wide,
            Aspect.TALL: wide[::-1],
        }
    )


# 512-1024 px each way, multiples of 64.
LARGE = _sizes((1024, 1024), (960, 640), (1024, 768), (1024, 576))
# Stable Diffusion 1.5 was trained on 512 px and doubles its subjects much above 768 (inferred);
# 16:9 must pass 768, as no side may be below 512.
SMALL = _sizes((640, 640), (768, 512), (768, 576), (896, 512))
# Pony wants no side below 1024 (up to 2048).
PONY = _sizes((1024, 1024), (1536, 1024), (1344, 1024), (1792, 1024))
# Z-Image goes up to 1488.
Z_IMAGE = _sizes((1024, 1024), (1152, 768), (1216, 896), (1344, 768))

# On v7 nothing says that a prompt can be enhanced.
V7_IGNORES = frozenset({"enhance"})
FLUX_IGNORES = frozenset({"negative", "lora", "lora_strength"})
PROMPT_ALONE = frozenset(
    {"negative", "steps", "guidance", "seed", "lora", "lora_strength", "enhance"}
)

V7_STEPS = Range(1, 50, 25)
# v6 silently caps at 20: better said than done.
V6_STEPS = Range(1, 20, 20)
GUIDANCE = Range(1, 20, 7.5)
# Distilled and flow models want less than 7.5: theirs is left to the vendor (inferred).
GUIDANCE_UNSAID = Range(1, 20)
PRO_GUIDANCE = Range(1, 10)


def _community(model_id: str, name: str, sizes: Sizes) -> Model:
    """A Stable Diffusion checkpoint on v7, with every knob."""
    return Model(
        id=model_id,
        name=name,
        generation=Generation.V7,
        sizing=Sizing.PIXELS,
        aspects=EVERY_ASPECT,
        sizes=sizes,
        max_count=4,
        ignores=V7_IGNORES,
        steps=V7_STEPS,
        guidance=GUIDANCE,
    )


def _by_aspect(
    model_id: str, name: str, aspects: tuple[Aspect, ...], *, max_count: int = 1
) -> Model:
    """A closed provider's model that takes a prompt and an aspect."""
    return Model(
        id=model_id,
        name=name,
        generation=Generation.V7,
        sizing=Sizing.ASPECT,
        aspects=aspects,
        max_count=max_count,
        ignores=PROMPT_ALONE,
    )


def _by_prompt(model_id: str, name: str) -> Model:
    """A closed provider's model that takes a prompt and nothing else that is known."""
    return Model(
        id=model_id,
        name=name,
        generation=Generation.V7,
        sizing=Sizing.NONE,
        ignores=PROMPT_ALONE | {"aspect"},
    )


def _by_pixels(
    model_id: str, name: str, ignores: frozenset[str], *, guidance: Range | None = None
) -> Model:
    """A closed provider's model that requires width and height."""
    return Model(
        id=model_id,
        name=name,
        generation=Generation.V7,
        sizing=Sizing.PIXELS,
        aspects=EVERY_ASPECT,
        sizes=LARGE,
        ignores=ignores,
        guidance=guidance,
    )


def _v6(
    model_id: str,
    name: str,
    sizes: Sizes,
    *,
    ignores: frozenset[str] = frozenset(),
    guidance: Range = GUIDANCE_UNSAID,
    safety: Safety = Safety.WORD,
) -> Model:
    """A model that is documented on v6 `text2img` alone."""
    return Model(
        id=model_id,
        name=name,
        generation=Generation.V6,
        sizing=Sizing.PIXELS,
        aspects=EVERY_ASPECT,
        sizes=sizes,
        max_count=4,
        ignores=ignores,
        steps=V6_STEPS,
        guidance=guidance,
        safety=safety,
    )


FLUX = Model(
    id="flux",
    name="Flux",
    generation=Generation.V7,
    sizing=Sizing.PIXELS,
    aspects=EVERY_ASPECT,
    sizes=LARGE,
    max_count=4,
    ignores=V7_IGNORES | FLUX_IGNORES,
    steps=V7_STEPS,
    guidance=GUIDANCE_UNSAID,
)

REALTIME = Model(
    id="realtime",
    name="Realtime Stable Diffusion",
    generation=Generation.REALTIME,
    sizing=Sizing.PIXELS,
    aspects=EVERY_ASPECT,
    sizes=SMALL,
    max_count=4,
    ignores=frozenset({"steps", "guidance", "lora", "lora_strength"}),
    safety=Safety.BOOLEAN,
)

PRO_IGNORES = frozenset({"steps", "seed", "enhance", "lora_strength"})

POPULAR: tuple[Model, ...] = (
    FLUX,
    _community("sdxl", "Stable Diffusion XL", LARGE),
    _by_aspect("nano-banana-pro", "Nano Banana Pro", EVERY_ASPECT),  # which aspects: inferred
    _by_aspect("imagen-4", "Imagen 4", GOOGLE_ASPECTS),
    _by_aspect("seedream-4.5", "Seedream 4.5", EVERY_ASPECT),
    _community("realistic-vision-v13", "Realistic Vision 1.3", SMALL),
    _community("midjourney", "Midjourney style", SMALL),
    _by_pixels("flux-2-pro", "Flux 2 Pro", PROMPT_ALONE),
    _by_pixels("flux-pro-1.1", "Flux Pro 1.1", PRO_IGNORES, guidance=PRO_GUIDANCE),
    _by_pixels(
        "flux-pro-1.1-ultra", "Flux Pro 1.1 Ultra", PRO_IGNORES | {"lora"}, guidance=PRO_GUIDANCE
    ),
    _v6("z-image-turbo", "Z-Image Turbo", Z_IMAGE),
    _v6("pony_realism", "Pony Realism", PONY, guidance=GUIDANCE),
    REALTIME,
    _by_aspect("imagen-4.0-ultra", "Imagen 4 Ultra", GOOGLE_ASPECTS, max_count=4),
    _by_aspect("imagen-4.0-fast-generate", "Imagen 4 Fast", GOOGLE_ASPECTS),
    _by_prompt("nano-banana-t2i", "Nano Banana"),
    _by_aspect("seedream-4", "Seedream 4", EVERY_ASPECT),
    _by_pixels("seedream-t2i", "Seedream 3", PROMPT_ALONE),
    # Its `size` field is named by the vendor's page, the values are not.
    _by_prompt("gpt-image-2-t2i", "GPT Image 2"),
    # 3:2 and 4:3 would have to be said in pixels, in a list that is not published.
    _by_aspect("gen4_image", "Runway Gen-4 Image", RUNWAY_ASPECTS),
    _v6("qwen", "Qwen Image", LARGE, safety=Safety.BOOLEAN),
    _v6("flux-2-dev", "Flux 2 Dev", LARGE, ignores=FLUX_IGNORES),
    _by_pixels("flux-pro-1752000026", "Flux 1 Pro", PRO_IGNORES, guidance=PRO_GUIDANCE),
    _by_prompt("imagen-3", "Imagen 3"),
)
