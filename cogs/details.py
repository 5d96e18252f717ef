"""Everything that is known of one job, for the Details button. Pure; only reads."""

import discord

from bot.domain.job import Job, StoredPicture
from bot.domain.request import ImageRequest, Kind
from bot.engine.records import Details
from cogs.cards import KIND_WORDS, OPTION_WORDS
from cogs.echo import clip, code, echo

# Discord counts 6000 over all texts of a message's embeds; the rest is left to the short fields.
PROMPT_UNITS = 3000
NEGATIVE_UNITS = 1600
VALUE_SIGNS = 80


def details(found: Details) -> list[discord.Embed]:
    """The whole prompt in words that can be copied, then what the pictures were made with."""
    job = found.job
    # Work on a picture alone has no words.
    words = code(job.request.prompt, limit=PROMPT_UNITS) if job.request.prompt else None
    first = discord.Embed(title=f"Job {job.id}", description=words)
    for name, value in _facts(found):
        first.add_field(name=name, value=clip(value, 240))
    if not job.request.negative:
        return [first]
    negative = code(job.request.negative, limit=NEGATIVE_UNITS)
    return [first, discord.Embed(title="Negative prompt", description=negative)]


def _facts(found: Details) -> list[tuple[str, str]]:
    job, request = found.job, found.job.request
    ignored = ", ".join(OPTION_WORDS.get(name, name) for name in found.ignored)
    facts = [
        ("Work", KIND_WORDS.get(request.kind, "")),
        ("Model", echo(request.model, limit=VALUE_SIGNS)),
        ("Seed", _seed(found)),
        ("Aspect", "" if request.kind is not Kind.IMAGINE else request.aspect.value),
        *_chosen(request),
        ("Pictures", "" if not request.pictures else _pictures(job, found.pictures)),
        ("Ignored by the model", ignored),
        ("Made from", _parent(request)),
        ("Asked", f"<t:{int(job.created_at.timestamp())}:f>"),
    ]
    return [(name, value) for name, value in facts if value]


def _seed(found: Details) -> str:
    if not found.takes_seed:
        return "chosen by the model" if found.job.request.pictures else ""
    return f"{found.job.seed}{'' if found.job.request.seed is not None else ' (drawn)'}"


def _chosen(request: ImageRequest) -> list[tuple[str, str]]:
    lora = echo(request.lora or "", limit=VALUE_SIGNS)
    if lora and request.lora_strength is not None:
        lora = f"{lora} at {request.lora_strength:g}"
    return [
        ("Strength", "" if request.strength is None else f"{request.strength:g}"),
        ("Steps", "" if request.steps is None else str(request.steps)),
        ("Guidance", "" if request.guidance is None else f"{request.guidance:g}"),
        ("Style", echo(request.style or "", limit=VALUE_SIGNS)),
        ("LoRA", lora),
        ("Prompt enhancement", "on" if request.enhance else ""),
    ]


def _pictures(job: Job, kept: tuple[StoredPicture, ...]) -> str:
    if not kept:
        return f"{job.request.count} asked for"
    sizes = dict.fromkeys(f"{each.width_px}×{each.height_px}" for each in kept)
    return f"{len(kept)} of {job.request.count}, {', '.join(sizes)} px"


def _parent(request: ImageRequest) -> str:
    if request.parent_job is None:
        return ""
    which = "" if request.parent_picture is None else f", picture {request.parent_picture}"
    return f"job {request.parent_job}{which}"
