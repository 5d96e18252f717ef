"""Which models there are, and whether a request suits one. Never asks the vendor."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from bot.domain.refusal import BadOption
from bot.domain.request import Aspect, ImageRequest
from bot.modelslab.model import Generation, Model, Range, Safety, Sizing
from bot.modelslab.popular import POPULAR

__all__ = [
    "Catalogue",
    "Generation",
    "Model",
    "Range",
    "Review",
    "Safety",
    "Sizing",
    "review",
]

LORA_STRENGTH = Range(0.1, 1)
LORA_MAX_CHARS = 200
# Below it, a match shares little more than a few letters.
FUZZY_CUTOFF = 60.0
CLOSE_CUTOFF = 55.0
SEARCH_MAX_CHARS = 100


@dataclass(frozen=True, slots=True)
class Review:
    """A request as the model will get it; `ignored` names what the asker set in vain."""

    request: ImageRequest
    ignored: tuple[str, ...] = ()


class Catalogue:
    """Models in popular order, found by id or by what somebody types."""

    def __init__(self, models: Iterable[Model]) -> None:
        self._models = tuple(models)
        self._by_spelling = {_spelling(model.id): model for model in self._models}

    @classmethod
    def built_in(cls) -> "Catalogue":
        """The popular models, known without asking the vendor."""
        return cls(POPULAR)

    def get(self, model_id: str) -> Model | None:
        """The model of that id, however it is capitalised; `-`, `_` and spaces are the same."""
        return self._by_spelling.get(_spelling(model_id))

    def search(self, text: str, *, limit: int = 25) -> list[Model]:
        """Models that look like `text`, best first; the popular order where it is empty."""
        if not _letters(text):
            return list(self._models[:limit])
        return self._ranked(text, FUZZY_CUTOFF)[:limit]

    def close(self, text: str) -> tuple[str, ...]:
        """Up to three ids that may have been meant."""
        if not _letters(text):
            return ()
        return tuple(model.id for model in self._ranked(text, CLOSE_CUTOFF)[:3])

    def _ranked(self, text: str, cutoff: float) -> list[Model]:
        text = text[:SEARCH_MAX_CHARS]
        scored = [(_likeness(text, model), model) for model in self._models]
        # Sorting is stable: equals stay in popular order.
        scored.sort(key=lambda pair: -pair[0])
        return [model for score, model in scored if score >= cutoff]


def review(model: Model, request: ImageRequest) -> Review | BadOption:
    """The request cut to what the model takes, or the option that cannot work with it."""
    ignored = tuple(name for name in _asked(request) if name in model.ignores)
    if request.lora_strength is not None and not _loras(request.lora):
        ignored = (*(name for name in ignored if name != "lora_strength"), "lora_strength")
    cut = replace(
        request,
        model=model.id,
        lora=",".join(_loras(request.lora)) or None,
    )
    for name in ignored:
        cut = _without(cut, name)
    return _complaint(model, cut) or Review(cut, ignored)


def _complaint(model: Model, request: ImageRequest) -> BadOption | None:
    if not 1 <= request.count <= model.max_count:
        works = "1" if model.max_count == 1 else f"at most {model.max_count}"
        return BadOption("count", works)
    if model.sizing is not Sizing.NONE and request.aspect not in model.aspects:
        return BadOption("aspect", ", ".join(model.aspects))
    if request.lora is not None and len(request.lora) > LORA_MAX_CHARS:
        return BadOption("lora", f"at most {LORA_MAX_CHARS} characters")
    for name, value, allowed in (
        ("steps", request.steps, model.steps),
        ("guidance", request.guidance, model.guidance),
        ("lora_strength", request.lora_strength, LORA_STRENGTH),
    ):
        if value is not None and allowed is not None and value not in allowed:
            return BadOption(name, str(allowed))
    return None


def _asked(request: ImageRequest) -> tuple[str, ...]:
    """Names of the options that the asker set, in the order of the command's options."""
    return tuple(
        name
        for name, is_set in (
            ("negative", bool(request.negative.strip())),
            ("aspect", request.aspect is not Aspect.SQUARE),
            ("seed", request.seed is not None),
            ("steps", request.steps is not None),
            ("guidance", request.guidance is not None),
            ("lora", bool(_loras(request.lora))),
            ("lora_strength", request.lora_strength is not None),
            ("enhance", request.enhance),
        )
        if is_set
    )


def _without(request: ImageRequest, name: str) -> ImageRequest:
    match name:
        case "negative":
            return replace(request, negative="")
        case "aspect":
            return replace(request, aspect=Aspect.SQUARE)
        case "seed":
            return replace(request, seed=None)
        case "steps":
            return replace(request, steps=None)
        case "guidance":
            return replace(request, guidance=None)
        case "lora":
            return replace(request, lora=None)
        case "lora_strength":
            return replace(request, lora_strength=None)
        case "enhance":
            return replace(request, enhance=False)
        case _:
            raise ValueError(f"no option is called {name}")


def _loras(lora: str | None) -> list[str]:
    return [name.strip() for name in (lora or "").split(",") if name.strip()]


def _likeness(text: str, model: Model) -> float:
    """Up to 400: the id itself, its beginning, other literal matches, look-alikes (up to 100)."""
    wanted, model_id, name = _letters(text), _letters(model.id), _letters(model.name)
    if wanted == model_id:
        return 400.0
    if model_id.startswith(wanted) or name.startswith(wanted):
        return 300.0
    if wanted in model_id or wanted in name:
        return 200.0
    return fuzz.WRatio(_spelling(text), f"{_spelling(model.id)} {_spelling(model.name)}")


def _spelling(text: str) -> str:
    return "-".join(text.lower().replace("_", " ").replace("-", " ").split())


def _letters(text: str) -> str:
    return "".join(char for char in text.lower() if char.isalnum())
