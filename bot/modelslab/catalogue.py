"""Which models there are, and whether a request suits one. Never asks the vendor."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from bot.domain.refusal import BadOption
from bot.domain.request import Aspect, ImageRequest, Kind
from bot.modelslab.model import OPTIONS, Family, Model, Range, Rule, Sizing
from bot.modelslab.popular import POPULAR, TOOLS

__all__ = [
    "Catalogue",
    "Family",
    "Model",
    "Range",
    "Review",
    "Rule",
    "Sizing",
    "review",
    "side_max_px",
    "vendor_size",
]

LORA_STRENGTH = Range(0.1, 1)
LORA_MAX_CHARS = 200
# Below it, a match shares little more than a few letters.
FUZZY_CUTOFF = 60.0
CLOSE_CUTOFF = 55.0
SEARCH_MAX_CHARS = 100
NAMED_MAX = 5


@dataclass(frozen=True, slots=True)
class Review:
    """A request as the model will get it; `ignored` names what the asker set in vain."""

    request: ImageRequest
    ignored: tuple[str, ...] = ()


class Catalogue:
    """Models in popular order, found by id or by what somebody types, and tools by their kind.

    A tool is a model that nobody chooses: it is found by its id, never offered.
    """

    def __init__(self, models: Iterable[Model], tools: Iterable[Model] = ()) -> None:
        self._models = tuple(models)
        self._tools = tuple(tools)
        self._by_spelling = {_spelling(model.id): model for model in self._everything}

    @classmethod
    def built_in(cls) -> "Catalogue":
        """The popular models, known without asking the vendor."""
        return cls(POPULAR, TOOLS)

    @property
    def _everything(self) -> tuple[Model, ...]:
        return (*self._models, *self._tools)

    def get(self, model_id: str) -> Model | None:
        """The model of that id, however it is capitalised; `-`, `_` and spaces are the same."""
        return self._by_spelling.get(_spelling(model_id))

    def ignored(self, request: ImageRequest) -> tuple[str, ...]:
        """Names of the options that the asker set in vain; none where the request cannot work."""
        model = self.get(request.model)
        fit = None if model is None else review(model, request)
        return fit.ignored if isinstance(fit, Review) else ()

    def tool(self, kind: Kind) -> Model:
        """What does this kind of work, where there is nothing to choose.

        Raises LookupError for the kinds that have models to choose from.
        """
        for model in self._tools:
            if kind in model.kinds:
                return model
        raise LookupError(f"no tool is there to {kind}")

    def default(
        self, kind: Kind, *wanted: str | None, allowed: Collection[str] | None = None
    ) -> str:
        """The id of the first wanted model that may do this kind, else of the most popular one.

        With `allowed` None all may. Where none may, it is the model that would do it anywhere else:
        a refusal has to name one. Raises LookupError where no model knows the kind.
        """
        named = [model for model in map(self.get, filter(None, wanted)) if model is not None]
        able = [model.id for model in (*named, *self._everything) if kind in model.kinds]
        if not able:
            raise LookupError(f"no model knows how to {kind}")
        return next((each for each in able if allowed is None or each in allowed), able[0])

    def search(
        self,
        text: str,
        *,
        kind: Kind | None = Kind.IMAGINE,
        allowed: Collection[str] | None = None,
        limit: int = 25,
    ) -> list[Model]:
        """Models of this kind that look like `text`, best first; popular ones where it is empty.

        A kind of None stands for all, and so does None for the ids that are `allowed`.
        """
        found = self._ranked(text, kind, FUZZY_CUTOFF) if _letters(text) else self._knowing(kind)
        return [model for model in found if allowed is None or model.id in allowed][:limit]

    def close(self, text: str, *, kind: Kind = Kind.IMAGINE) -> tuple[str, ...]:
        """Up to three ids of this kind that may have been meant."""
        if not _letters(text):
            return ()
        return tuple(model.id for model in self._ranked(text, kind, CLOSE_CUTOFF)[:3])

    def able(self, model_ids: Iterable[str], *, kind: Kind) -> tuple[str, ...]:
        """Those of these models that know this kind, in the order of their names."""
        known = (self.get(model_id) for model_id in sorted(model_ids))
        return tuple(model.id for model in known if model is not None and kind in model.kinds)

    def _knowing(self, kind: Kind | None) -> list[Model]:
        return [model for model in self._models if kind is None or kind in model.kinds]

    def _ranked(self, text: str, kind: Kind | None, cutoff: float) -> list[Model]:
        text = text[:SEARCH_MAX_CHARS]
        scored = [(_likeness(text, model), model) for model in self._knowing(kind)]
        # Sorting is stable: equals stay in popular order.
        scored.sort(key=lambda pair: -pair[0])
        return [model for score, model in scored if score >= cutoff]


def review(model: Model, request: ImageRequest) -> Review | BadOption:
    """The request cut to what the model takes, or the option that cannot work with it."""
    rule = model.rules.get(request.kind)
    if rule is None:
        return BadOption("model", ", ".join(_popular_ids(request.kind)))
    asked = _asked(request)
    ignored = {name for name in asked if name in rule.ignores}
    if not _loras(request.lora):
        # A strength of nothing.
        ignored |= {"lora_strength"} & set(asked)
    cut = replace(request, model=model.id, lora=",".join(_loras(request.lora)) or None)
    for name in ignored:
        cut = _without(cut, name)
    complaint = _complaint(rule, cut)
    return complaint or Review(cut, tuple(name for name in asked if name in ignored))


def vendor_size(model: Model, kind: Kind, width_px: int, height_px: int) -> tuple[int, int] | None:
    """The width and height at which the vendor works on a picture of this size.

    None where it takes the picture as it is, up to `side_max_px`. The proportions are the
    picture's own to within two hundredths, unless it is longer than the rule allows (2:1 where the
    sides are 512 to 1024): then the size is the longest that works.
    """
    frame = model.rules[kind].frame
    return None if frame is None else frame.fit(width_px, height_px)


def side_max_px(model: Model, kind: Kind) -> int | None:
    """The largest sensible side of a picture that goes there as it is; None where it does not."""
    return model.rules[kind].side_max_px


def _popular_ids(kind: Kind) -> list[str]:
    return [model.id for model in (*POPULAR, *TOOLS) if kind in model.kinds][:NAMED_MAX]


def _complaint(rule: Rule, request: ImageRequest) -> BadOption | None:
    if not 1 <= request.count <= rule.max_count:
        works = "1" if rule.max_count == 1 else f"at most {rule.max_count}"
        return BadOption("count", works)
    if "aspect" not in rule.ignores and request.aspect not in rule.aspects:
        return BadOption("aspect", ", ".join(rule.aspects))
    if request.lora is not None and len(request.lora) > LORA_MAX_CHARS:
        return BadOption("lora", f"at most {LORA_MAX_CHARS} characters")
    for name, value, allowed in (
        ("strength", request.strength, rule.strength),
        ("steps", request.steps, rule.steps),
        ("guidance", request.guidance, rule.guidance),
        ("lora_strength", request.lora_strength, LORA_STRENGTH),
    ):
        if value is not None and allowed is not None and value not in allowed:
            return BadOption(name, str(allowed))
    return None


def _asked(request: ImageRequest) -> tuple[str, ...]:
    """Names of the options that the asker set, in the order of the commands' options."""
    is_set = {
        "strength": request.strength is not None,
        "negative": bool(request.negative.strip()),
        "aspect": request.aspect is not Aspect.SQUARE,
        "seed": request.seed is not None,
        "steps": request.steps is not None,
        "guidance": request.guidance is not None,
        "lora": bool(_loras(request.lora)),
        "lora_strength": request.lora_strength is not None,
        "enhance": request.enhance,
    }
    return tuple(name for name in OPTIONS if is_set[name])


def _without(request: ImageRequest, name: str) -> ImageRequest:
    match name:
        case "strength":
            return replace(request, strength=None)
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
