"""What is known of one vendor model. Frozen values, no requests.

A model knows some kinds of work, and follows one rule for each. The rules follow the vendor's
documentation, its OpenAPI files for v6, and the provider schemas of its Python SDK for v7, which
has no reference. A field that a model is not documented to take is left out of the request, never
sent with a default.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum

from bot.domain.request import Aspect, Kind

# Every option of an `ImageRequest` that a model may ignore, in the order of the commands' options.
OPTIONS = (
    "strength",
    "negative",
    "aspect",
    "seed",
    "steps",
    "guidance",
    "lora",
    "lora_strength",
    "enhance",
)


class Family(StrEnum):
    """A part of the vendor's API: the piece of path that a submission and its fetch share."""

    V7 = "v7/images"
    V6 = "v6/images"
    REALTIME = "v6/realtime"
    EDITING = "v6/image_editing"


class Sizing(StrEnum):
    """How the model is told the shape of the picture."""

    PIXELS = "pixels"
    ASPECT = "aspect"
    NONE = "none"


class Switch(Enum):
    """How a yes or no is written: its type differs by endpoint."""

    OMITTED = "omitted"
    WORD = "word"
    BOOLEAN = "boolean"

    def written(self, *, on: bool) -> object:
        if self is Switch.WORD:
            return "yes" if on else "no"
        return on


class Form(StrEnum):
    """How the address of a picture is written."""

    STRING = "string"
    ARRAY = "array"


@dataclass(frozen=True, slots=True)
class Slot:
    """Where in a body an input picture stands. `role` is "source" or "mask"."""

    role: str
    field: str
    form: Form = Form.STRING


@dataclass(frozen=True, slots=True)
class Range:
    """What a number may be. `default` is sent when the asker says nothing; None sends nothing."""

    low: float
    high: float
    default: float | None = None

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    def __str__(self) -> str:
        return f"{self.low:g} to {self.high:g}"


@dataclass(frozen=True, slots=True)
class Frame:
    """The sizes at which a picture can be worked on: each side's limits, and the best square."""

    low_px: int
    high_px: int
    best_px: int
    step_px: int = 8

    def fit(self, width_px: int, height_px: int) -> tuple[int, int]:
        """The best size of about these proportions.

        A picture that is longer than `high_px` to `low_px` loses its proportions.
        """
        longer, shorter = max(width_px, height_px), min(width_px, height_px)
        scale = self.best_px / math.sqrt(longer * shorter)
        scale = max(scale, self.low_px / shorter)
        scale = min(scale, self.high_px / longer)
        return self._side(width_px * scale), self._side(height_px * scale)

    def _side(self, wanted_px: float) -> int:
        side_px = round(wanted_px / self.step_px) * self.step_px
        return min(max(side_px, self.low_px), self.high_px)


@dataclass(frozen=True, slots=True)
class Enlargement:
    """By how much a picture can be enlarged, in whole times, up to a side of `side_max_px`."""

    low: int
    high: int
    side_max_px: int

    @property
    def source_side_max_px(self) -> int:
        """Beyond it, even the lowest enlargement is too large."""
        return self.side_max_px // self.low

    def times(self, width_px: int, height_px: int) -> int:
        fitting = self.side_max_px // max(width_px, height_px)
        return min(max(fitting, self.low), self.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How one model does one kind of work: where it is asked, and what it is told.

    `takes` names what it hears of prompt, negative, seed, lora and lora_strength. A rule whose
    `max_count` is 1 has no documented field for a number of pictures.

    From text: `sizes` is filled where the shape is told in pixels, `aspects` for all that are told
    one. From a picture the shape is the picture's own: where there is a `frame`, the picture goes
    there in a size within it; elsewhere it goes there as it is, up to `side_max_px`.
    """

    family: Family
    endpoint: str
    takes: frozenset[str]
    sizing: Sizing = Sizing.NONE
    aspects: tuple[Aspect, ...] = ()
    sizes: Mapping[Aspect, tuple[int, int]] | None = field(default=None, hash=False)
    slots: tuple[Slot, ...] = ()
    frame: Frame | None = None
    side_max_px: int | None = None
    enlargement: Enlargement | None = None
    max_count: int = 1
    strength: Range | None = None
    steps: Range | None = None
    guidance: Range | None = None
    guidance_field: str = "guidance_scale"
    enhance: Switch = Switch.OMITTED
    safety: Switch = Switch.OMITTED
    names_model: bool = True
    track_id_is_number: bool = False
    # Fields that are the same in each request.
    fixed: tuple[tuple[str, str], ...] = ()

    @property
    def path(self) -> str:
        """Where a request is posted, relative to the API's base."""
        return f"{self.family}/{self.endpoint}"

    @property
    def starts_from_picture(self) -> bool:
        return bool(self.slots)

    @property
    def ignores(self) -> frozenset[str]:
        """The options of a request that never reach the model."""
        heard = {
            "strength": self.strength is not None,
            "aspect": self.sizing is not Sizing.NONE and not self.starts_from_picture,
            "steps": self.steps is not None,
            "guidance": self.guidance is not None,
            "enhance": self.enhance is not Switch.OMITTED,
        }
        return frozenset(name for name in OPTIONS if not heard.get(name, name in self.takes))


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model, and its rule for each kind of work that it knows."""

    id: str
    name: str
    rules: Mapping[Kind, Rule] = field(hash=False)

    @property
    def kinds(self) -> frozenset[Kind]:
        return frozenset(self.rules)
