"""The options that commands share: ranges that Discord checks, descriptions, values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from discord import app_commands

from bot.domain.request import COUNT_MAX, PROMPT_MAX_CHARS, SEED_MAX, Aspect, ImageRequest, Kind
from bot.engine.intake import Defaults
from bot.modelslab.catalogue import Catalogue
from bot.pictures import AREAS
from cogs.children import with_strength

NEGATIVE_MAX_CHARS = 1000
NAME_MAX_CHARS = 100
LORA_MAX_CHARS = 200
LINK_MAX_CHARS = 2000
CHOICES_MAX = 25

Prompt = app_commands.Range[str, 1, PROMPT_MAX_CHARS]
Negative = app_commands.Range[str, 1, NEGATIVE_MAX_CHARS]
Name = app_commands.Range[str, 1, NAME_MAX_CHARS]
Lora = app_commands.Range[str, 1, LORA_MAX_CHARS]
Count = app_commands.Range[int, 1, COUNT_MAX]
Seed = app_commands.Range[int, 0, SEED_MAX]
Steps = app_commands.Range[int, 1, 50]
Guidance = app_commands.Range[float, 1.0, 20.0]
Strength = app_commands.Range[float, 0.1, 1.0]
Change = app_commands.Range[float, 0.0, 1.0]
Link = app_commands.Range[str, 1, LINK_MAX_CHARS]

DESCRIPTIONS = {
    "prompt": "What the picture shows, in your own words.",
    "negative": "What it must not show.",
    "model": "Which model paints; type a few letters to search.",
    "aspect": "Width to height.",
    "count": "How many pictures; some models make one at a time.",
    "seed": "The same seed and words give the same picture again.",
    "steps": "How long the model works on it; more is slower.",
    "guidance": "How closely it keeps to your words.",
    "style": "A ready-made look that is added to your words.",
    "lora": "Ids of LoRA add-ons for the model, separated by commas.",
    "lora_strength": "How strongly the LoRA add-ons act.",
    "enhance": "Let the image service rewrite the prompt.",
    "private": "Only you see the result.",
    "spoiler": "Hide the picture until it is clicked.",
}

PICTURE = {
    "image": "The picture to start from: PNG, JPEG, WebP or GIF.",
    "link": "Or its address: a picture on the web, or a message of mine.",
    "strength": "How much changes: 0 keeps the picture, 1 changes all of it. Usually 0.7.",
}
MASK = {
    "mask": "What is to change: a picture of the same shape, white is repainted.",
    "area": "Or a part of the picture. With neither, you paint it in your browser.",
}
# A picture brings its own shape.
TUNING = {name: words for name, words in DESCRIPTIONS.items() if name != "aspect"}

AREA_CHOICES = [app_commands.Choice(name=name, value=name) for name in AREAS]
ASPECTS = [app_commands.Choice(name=aspect.value, value=aspect.value) for aspect in Aspect]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a member gave with a command; None is what they left out."""

    prompt: str
    strength: float | None = None
    negative: str | None = None
    model: str | None = None
    aspect: str | None = None
    count: int | None = None
    seed: int | None = None
    steps: int | None = None
    guidance: float | None = None
    style: str | None = None
    lora: str | None = None
    lora_strength: float | None = None
    enhance: bool | None = None
    private: bool | None = None
    spoiler: bool | None = None

    def request(self, kind: Kind, defaults: Defaults) -> ImageRequest:
        """The request that these options make; the defaults fill the gaps."""
        return ImageRequest(
            kind=kind,
            prompt=self.prompt,
            model=defaults.models[kind] if self.model is None else self.model,
            negative=defaults.negative if self.negative is None else self.negative.strip(),
            aspect=defaults.aspect if self.aspect is None else Aspect(self.aspect),
            count=defaults.count if self.count is None else self.count,
            seed=self.seed,
            steps=self.steps,
            guidance=self.guidance,
            style=self.style,
            lora=_listed(self.lora),
            lora_strength=self.lora_strength,
            enhance=bool(self.enhance),
            private=defaults.private if self.private is None else self.private,
            spoiler=bool(self.spoiler),
            strength=self.strength,
        )

    def rework(self, kind: Kind, defaults: Defaults, catalogue: Catalogue) -> ImageRequest:
        """The same for work on a picture, whose shape is its own; the picture is still missing."""
        request = self.request(kind, replace(defaults, aspect=Aspect.SQUARE))
        return with_strength(request, self.strength, catalogue)


def _listed(names: str | None) -> str | None:
    """Names with commas between them; None where there is none."""
    found = [name.strip() for name in (names or "").split(",") if name.strip()]
    return ", ".join(found) or None


def described(*groups: Mapping[str, str]) -> dict[str, str]:
    """The descriptions of some groups of options."""
    return {name: words for group in groups for name, words in group.items()}


def style_choices(styles: Iterable[str], typed: str) -> list[app_commands.Choice[str]]:
    """Styles that fit what was typed."""
    return name_choices(matching(typed, styles))


def name_choices(names: Iterable[str]) -> list[app_commands.Choice[str]]:
    """Names as a list to pick from: as many, and as much of each, as Discord takes."""
    offered = [name[:NAME_MAX_CHARS] for name in names][:CHOICES_MAX]
    return [app_commands.Choice(name=name, value=name) for name in offered]


def names_choices(before: Sequence[str], names: Iterable[str]) -> list[app_commands.Choice[str]]:
    """Lists with commas that begin with those before; one that Discord would cut is left out."""
    whole = (", ".join([*before, name]) for name in names)
    return name_choices(each for each in whole if len(each) <= NAME_MAX_CHARS)


def choice_name(name: str, model_id: str) -> str:
    """A model in the list: its name, and its id where that says more."""
    return name[:100] if name == model_id else f"{name} ({model_id})"[:100]


def matching(typed: str, names: Iterable[str]) -> list[str]:
    """The names that fit what was typed, best first: beginnings, parts, letters in that order."""
    wanted = typed.casefold().strip()
    ranked = sorted((_rank(wanted, name.casefold()), name) for name in names)
    return [name for rank, name in ranked if rank < _NO_MATCH][:CHOICES_MAX]


_NO_MATCH = 3


def _rank(wanted: str, name: str) -> int:
    if name.startswith(wanted):
        return 0
    if wanted in name:
        return 1
    rest = iter(name)
    return 2 if all(letter in rest for letter in wanted) else _NO_MATCH
