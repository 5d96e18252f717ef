"""The models that ship with Limner, most popular first, and the tools beside them.

Data, no decisions; where the rules come from is said in `rules`.
"""

from types import MappingProxyType

from bot.domain.request import Aspect, Kind
from bot.modelslab import rules
from bot.modelslab.model import Model, Range, Rule, Switch

GOOGLE_ASPECTS = (Aspect.SQUARE, Aspect.SCREEN, Aspect.SCREEN_TALL, Aspect.WIDE, Aspect.TALL)
RUNWAY_ASPECTS = (Aspect.SQUARE, Aspect.WIDE, Aspect.TALL)
# The vendor's list for Seedream 4.5's editor leaves out 3:4.
SEEDREAM_EDIT_ASPECTS = tuple(
    aspect for aspect in rules.EVERY_ASPECT if aspect is not Aspect.SCREEN_TALL
)

PRO_GUIDANCE = Range(1, 10)
FLUX_PRO = rules.by_pixels(rules.PROMPT_AND_NEGATIVE | {"lora"}, guidance=PRO_GUIDANCE)
LARGE_CHECKPOINT = rules.community(rules.LARGE, rules.LARGE_FRAME)
SMALL_CHECKPOINT = rules.community(rules.SMALL, rules.SMALL_FRAME)


def _model(model_id: str, name: str, *known: rules.Rules) -> Model:
    """A model that follows all these rules, each for its kinds of work."""
    merged: dict[Kind, Rule] = {}
    for part in known:
        merged.update(part)
    return Model(id=model_id, name=name, rules=MappingProxyType(merged))


# Not here, as they want two pictures where a request has one: `nano-banana` and
# `gen4_image_turbo` (`init_image` and `init_image_2`).
POPULAR: tuple[Model, ...] = (
    _model("flux", "Flux", rules.flux()),
    _model("sdxl", "Stable Diffusion XL", LARGE_CHECKPOINT),
    _model(
        "nano-banana-pro",
        "Nano Banana Pro",
        rules.by_aspect(rules.EVERY_ASPECT),  # which aspects: inferred
        rules.editor(rules.SOURCES, rules.EVERY_ASPECT),
    ),
    _model("imagen-4", "Imagen 4", rules.by_aspect(GOOGLE_ASPECTS)),
    _model("seedream-4.5", "Seedream 4.5", rules.by_aspect(rules.EVERY_ASPECT)),
    _model(
        "seedream-4.5-i2i",
        "Seedream 4.5 Edit",
        rules.editor(rules.SOURCES, SEEDREAM_EDIT_ASPECTS),
    ),
    _model("flux-kontext-pro", "Flux Kontext Pro", rules.editor(rules.SOURCE, rules.EVERY_ASPECT)),
    _model("flux-kontext-dev", "Flux Kontext Dev", rules.kontext_dev()),
    _model("realistic-vision-v13", "Realistic Vision 1.3", SMALL_CHECKPOINT),
    _model("midjourney", "Midjourney style", SMALL_CHECKPOINT),
    _model(
        "flux-2-pro",
        "Flux 2 Pro",
        rules.by_pixels(),
        rules.editor(rules.SOURCES, rules.EVERY_ASPECT),  # which aspects: inferred
    ),
    _model("flux-pro-1.1", "Flux Pro 1.1", FLUX_PRO),
    _model(
        "flux-pro-1.1-ultra",
        "Flux Pro 1.1 Ultra",
        rules.by_pixels(rules.PROMPT_AND_NEGATIVE, guidance=PRO_GUIDANCE),
    ),
    _model("z-image-turbo", "Z-Image Turbo", rules.v6(rules.Z_IMAGE)),
    _model("pony_realism", "Pony Realism", rules.pony()),
    _model("realtime", "Realtime Stable Diffusion", rules.realtime()),
    _model("imagen-4.0-ultra", "Imagen 4 Ultra", rules.by_aspect(GOOGLE_ASPECTS, max_count=4)),
    _model("imagen-4.0-fast-generate", "Imagen 4 Fast", rules.by_aspect(GOOGLE_ASPECTS)),
    _model("nano-banana-t2i", "Nano Banana", rules.by_prompt()),
    _model("seedream-4", "Seedream 4", rules.by_aspect(rules.EVERY_ASPECT)),
    _model("seedream-4.0-i2i", "Seedream 4 Edit", rules.editor(rules.SOURCES)),
    _model("seedream-t2i", "Seedream 3", rules.by_pixels()),
    _model("seededit-i2i", "SeedEdit", rules.editor(rules.SOURCE)),
    # Its `size` field is named by the vendor's page, the values are not.
    _model("gpt-image-2-t2i", "GPT Image 2", rules.by_prompt()),
    # 3:2 and 4:3 would have to be said in pixels, in a list that is not published.
    _model("gen4_image", "Runway Gen-4 Image", rules.by_aspect(RUNWAY_ASPECTS)),
    _model("qwen", "Qwen Image", rules.v6(rules.LARGE, safety=Switch.BOOLEAN)),
    _model(
        "flux-2-dev",
        "Flux 2 Dev",
        rules.v6(rules.LARGE, takes=rules.FLUX_TAKES),
    ),
    _model("flux-pro-1752000026", "Flux 1 Pro", FLUX_PRO),
    _model("imagen-3", "Imagen 3", rules.by_prompt()),
)

# What nobody chooses: the one way to do a kind of work. The names are the vendor's.
TOOLS: tuple[Model, ...] = (
    _model("realesr-general-x4v3", "Super Resolution", rules.upscaler()),
    _model("removebg_mask", "Background Removal", rules.cutter()),
    _model("caption", "Caption", rules.captioner()),
)
