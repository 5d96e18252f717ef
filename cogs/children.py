"""The requests that results and found pictures lead to. Pure: reads no picture, asks nobody."""

from dataclasses import replace
from types import MappingProxyType

from bot.domain.request import Aspect, ImageRequest, Kind
from bot.engine.intake import Defaults
from bot.modelslab.catalogue import Catalogue
from cogs.faces import Action

# Low enough that a variation is still the same picture.
VARY_STRENGTH = 0.3

KINDS = MappingProxyType(
    {
        Action.REMIX: Kind.REMIX,
        Action.VARY: Kind.REMIX,
        Action.AREA: Kind.INPAINT,
        Action.UPSCALE: Kind.UPSCALE,
        Action.CUTOUT: Kind.CUTOUT,
        Action.DESCRIBE: Kind.DESCRIBE,
    }
)
_CHOSEN = frozenset({Kind.REMIX, Kind.INPAINT})


def blank(defaults: Defaults) -> ImageRequest:
    """What a picture that nobody made here brings along: its finder's own defaults."""
    return ImageRequest(
        kind=Kind.IMAGINE,
        prompt="",
        model=defaults.models[Kind.IMAGINE],
        negative=defaults.negative,
        private=defaults.private,
    )


def usual_strength(catalogue: Catalogue, request: ImageRequest) -> float | None:
    """How much the request's model changes where nobody says; None where it hears of none."""
    model = catalogue.get(request.model)
    rule = None if model is None else model.rules.get(request.kind)
    return None if rule is None or rule.strength is None else rule.strength.default


def with_strength(
    request: ImageRequest, strength: float | None, catalogue: Catalogue
) -> ImageRequest:
    """The request with a strength that somebody gave, if it is not the usual one anyway."""
    said = None if strength == usual_strength(catalogue, request) else strength
    return replace(request, strength=said)


def child(
    parent: ImageRequest, action: Action, defaults: Defaults, *, catalogue: Catalogue
) -> ImageRequest:
    """What `action` asks for on a picture of `parent`'s; the picture itself is still missing.

    The parent's words stay, and its model where that may do this here; else the asker's default
    does. What was tuned for another model or kind of work does not fit here.
    """
    kind = KINDS[action]
    if kind not in _CHOSEN:
        return _by_a_tool(parent, kind, catalogue)
    model = catalogue.default(
        kind, parent.model, defaults.models[kind], allowed=defaults.allowed_models
    )
    strength = VARY_STRENGTH if action is Action.VARY else parent.strength
    if kind is parent.kind and model == parent.model:
        return replace(
            parent,
            count=1,
            seed=None,
            strength=strength,
            source=None,
            mask=None,
            parent_job=None,
            parent_picture=None,
        )
    return ImageRequest(
        kind=kind,
        prompt=parent.prompt,
        model=model,
        negative=parent.negative,
        aspect=Aspect.SQUARE,
        style=parent.style,
        strength=strength if action is Action.VARY or kind is parent.kind else None,
        private=parent.private,
        spoiler=parent.spoiler,
    )


def _by_a_tool(parent: ImageRequest, kind: Kind, catalogue: Catalogue) -> ImageRequest:
    return ImageRequest(
        kind=kind,
        prompt=parent.prompt,
        model=catalogue.tool(kind).id,
        # A description is for the one who wondered, not for the channel.
        private=parent.private or kind is Kind.DESCRIBE,
        spoiler=parent.spoiler,
    )
