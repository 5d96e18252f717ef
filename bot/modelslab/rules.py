"""The rules that models share, by what they are made of. Data, no decisions.

Sources: the vendor's model selection guide and MCP tool reference (v7 ranges), its OpenAPI files
for v6 `text2img`, `img2img`, `inpaint`, editing and realtime, its pages for Pony, Flux and
Z-Image, and the provider schemas in its Python SDK (Google, Black Forest Labs, ByteDance, Runway).
Where they contradict each other, the narrower range is taken. What no source says is marked as
inferred.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from bot.domain.request import Aspect, Kind
from bot.modelslab.model import (
    Enlargement,
    Family,
    Form,
    Frame,
    Range,
    Rule,
    Sizing,
    Slot,
    Switch,
)

Sizes = Mapping[Aspect, tuple[int, int]]
Rules = Mapping[Kind, Rule]

EVERY_ASPECT = tuple(Aspect)


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

# The same for pictures to start from, which may have any proportions. Multiples of 8 keep them
# within two hundredths; v7 has no other documented step.
LARGE_FRAME = Frame(512, 1024, best_px=1024)
SMALL_FRAME = Frame(512, 1024, best_px=640)
PONY_FRAME = Frame(1024, 2048, best_px=1024)
# Only the upper limit is documented; 256 is v6's own for text (inferred).
REALTIME_FRAME = Frame(256, 1024, best_px=640)
KONTEXT_FRAME = Frame(256, 1024, best_px=1024)
# Where a picture goes as it is, no limit is documented. Models look at about a megapixel of it,
# and a file of 5 MB must hold it (inferred).
AS_IT_IS_PX = 2048
# What the bot delivers at most.
OUTPUT_SIDE_MAX_PX = 4096

COMMUNITY_TAKES = frozenset({"prompt", "negative", "seed", "lora", "lora_strength"})
FLUX_TAKES = frozenset({"prompt", "seed"})
PROMPT_ALONE = frozenset({"prompt"})
PROMPT_AND_NEGATIVE = frozenset({"prompt", "negative"})

V7_STEPS = Range(1, 50, 25)
# v6 silently caps at 20: better said than done.
V6_STEPS = Range(1, 20, 20)
GUIDANCE = Range(1, 20, 7.5)
# Distilled and flow models want less than 7.5: theirs is left to the vendor (inferred).
GUIDANCE_UNSAID = Range(1, 20)
STRENGTH = Range(0, 1, 0.7)

SOURCE = Slot("source", "init_image")
SOURCES = Slot("source", "init_image", Form.ARRAY)
MASK = Slot("mask", "mask_image")

# Stable Diffusion asks for one when it starts from a picture, Flux does not. The vendor's own
# examples name this one.
SCHEDULED = (("scheduler", "UniPCMultistepScheduler"),)


def community(sizes: Sizes, frame: Frame) -> Rules:
    """A Stable Diffusion checkpoint on v7, with every knob."""
    remix = Rule(
        family=Family.V7,
        endpoint="image-to-image",
        # Seed, steps, guidance and LoRA are documented for text alone.
        takes=PROMPT_AND_NEGATIVE,
        sizing=Sizing.PIXELS,
        slots=(SOURCE,),
        frame=frame,
        max_count=4,
        strength=STRENGTH,
        fixed=SCHEDULED,
    )
    return MappingProxyType(
        {
            Kind.IMAGINE: Rule(
                family=Family.V7,
                endpoint="text-to-image",
                takes=COMMUNITY_TAKES,
                sizing=Sizing.PIXELS,
                aspects=EVERY_ASPECT,
                sizes=sizes,
                max_count=4,
                steps=V7_STEPS,
                guidance=GUIDANCE,
            ),
            Kind.REMIX: remix,
            Kind.INPAINT: _inpaint(remix),
        }
    )


def flux() -> Rules:
    """Flux on v7: as a checkpoint, but deaf to what it must avoid, and with its own pace."""
    rules = community(LARGE, LARGE_FRAME)
    remix = replace(rules[Kind.REMIX], takes=PROMPT_ALONE, fixed=())
    imagine = replace(rules[Kind.IMAGINE], takes=FLUX_TAKES, guidance=GUIDANCE_UNSAID)
    return MappingProxyType(
        {Kind.IMAGINE: imagine, Kind.REMIX: remix, Kind.INPAINT: _inpaint(remix)}
    )


def v6(
    sizes: Sizes,
    *,
    takes: frozenset[str] = COMMUNITY_TAKES,
    guidance: Range = GUIDANCE_UNSAID,
    safety: Switch = Switch.WORD,
) -> Rules:
    """A model that is documented on v6 `text2img` alone."""
    rule = Rule(
        family=Family.V6,
        endpoint="text2img",
        takes=takes,
        sizing=Sizing.PIXELS,
        aspects=EVERY_ASPECT,
        sizes=sizes,
        max_count=4,
        steps=V6_STEPS,
        guidance=guidance,
        enhance=Switch.WORD,
        safety=safety,
    )
    return MappingProxyType({Kind.IMAGINE: rule})


def pony() -> Rules:
    """A Pony checkpoint: on v6 for everything, as only there its sizes are documented."""
    imagine = v6(PONY, guidance=GUIDANCE)[Kind.IMAGINE]
    remix = replace(_from_picture(imagine, "img2img", PONY_FRAME), fixed=SCHEDULED)
    return MappingProxyType(
        {Kind.IMAGINE: imagine, Kind.REMIX: remix, Kind.INPAINT: _inpaint(remix)}
    )


def realtime() -> Rules:
    """The realtime API, which names no model."""
    imagine = Rule(
        family=Family.REALTIME,
        endpoint="text2img",
        takes=frozenset({"prompt", "negative", "seed"}),
        sizing=Sizing.PIXELS,
        aspects=EVERY_ASPECT,
        sizes=SMALL,
        max_count=4,
        # It refuses "yes" and "no".
        enhance=Switch.BOOLEAN,
        safety=Switch.BOOLEAN,
        names_model=False,
    )
    remix = _from_picture(imagine, "img2img", REALTIME_FRAME)
    return MappingProxyType(
        {Kind.IMAGINE: imagine, Kind.REMIX: remix, Kind.INPAINT: _inpaint(remix)}
    )


def kontext_dev() -> Rules:
    """Flux Kontext on v6 `img2img`, whose fields are its own."""
    return MappingProxyType(
        {
            Kind.REMIX: Rule(
                family=Family.V6,
                endpoint="img2img",
                takes=frozenset({"prompt", "negative", "seed"}),
                sizing=Sizing.PIXELS,
                slots=(SOURCE,),
                frame=KONTEXT_FRAME,
                max_count=4,
                strength=Range(0, 1, 0.5),
                steps=Range(1, 50, 28),
                guidance=Range(0, 20, 2.5),
                guidance_field="guidance",
                enhance=Switch.BOOLEAN,
                safety=Switch.BOOLEAN,
            )
        }
    )


def by_aspect(aspects: tuple[Aspect, ...], *, max_count: int = 1) -> Rules:
    """A closed provider's model that takes a prompt and an aspect."""
    rule = Rule(
        family=Family.V7,
        endpoint="text-to-image",
        takes=PROMPT_ALONE,
        sizing=Sizing.ASPECT,
        aspects=aspects,
        max_count=max_count,
    )
    return MappingProxyType({Kind.IMAGINE: rule})


def by_prompt() -> Rules:
    """A closed provider's model that takes a prompt and nothing else that is known."""
    rule = Rule(family=Family.V7, endpoint="text-to-image", takes=PROMPT_ALONE)
    return MappingProxyType({Kind.IMAGINE: rule})


def by_pixels(takes: frozenset[str] = PROMPT_ALONE, *, guidance: Range | None = None) -> Rules:
    """A closed provider's model that requires width and height."""
    rule = Rule(
        family=Family.V7,
        endpoint="text-to-image",
        takes=takes,
        sizing=Sizing.PIXELS,
        aspects=EVERY_ASPECT,
        sizes=LARGE,
        guidance=guidance,
    )
    return MappingProxyType({Kind.IMAGINE: rule})


def editor(slot: Slot, aspects: tuple[Aspect, ...] = ()) -> Rules:
    """A closed provider's model that edits a picture by a prompt; it has no strength."""
    rule = Rule(
        family=Family.V7,
        endpoint="image-to-image",
        takes=PROMPT_ALONE,
        sizing=Sizing.ASPECT if aspects else Sizing.NONE,
        aspects=aspects,
        slots=(slot,),
        side_max_px=AS_IT_IS_PX,
    )
    return MappingProxyType({Kind.REMIX: rule})


def upscaler() -> Rules:
    """Super resolution, as large as the bot can deliver."""
    enlargement = Enlargement(2, 4, OUTPUT_SIDE_MAX_PX)
    rule = replace(
        _tool("super_resolution", SOURCE, enlargement.source_side_max_px),
        enlargement=enlargement,
        names_model=True,
    )
    return MappingProxyType({Kind.UPSCALE: rule})


def cutter() -> Rules:
    """Background removal. The picture's field has a name of its own."""
    rule = _tool("removebg_mask", Slot("source", "image"), OUTPUT_SIDE_MAX_PX)
    return MappingProxyType({Kind.CUTOUT: rule})


def captioner() -> Rules:
    """Caption. The vendor's file calls a prompt required, its page and its SDK know none."""
    rule = replace(
        _tool("caption", SOURCE, AS_IT_IS_PX),
        fixed=(("prompt", "Describe this picture."), ("length", "normal")),
    )
    return MappingProxyType({Kind.DESCRIBE: rule})


def _tool(endpoint: str, slot: Slot, side_max_px: int) -> Rule:
    return Rule(
        family=Family.EDITING,
        endpoint=endpoint,
        takes=frozenset(),
        slots=(slot,),
        side_max_px=side_max_px,
        names_model=False,
        track_id_is_number=True,
    )


def _from_picture(imagine: Rule, endpoint: str, frame: Frame) -> Rule:
    """The same knobs as from text, with a picture and a strength."""
    return replace(
        imagine,
        endpoint=endpoint,
        aspects=(),
        sizes=None,
        slots=(SOURCE,),
        frame=frame,
        strength=STRENGTH,
    )


def _inpaint(remix: Rule) -> Rule:
    """The same again with a mask, which every generation of the API calls alike."""
    return replace(remix, endpoint="inpaint", slots=(SOURCE, MASK))
