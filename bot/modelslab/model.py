"""What is known of one vendor model. Frozen values, no requests.

The rules follow the vendor's documentation, its OpenAPI files for v6, and the provider schemas of
its Python SDK for v7, which has no reference. A field that a model is not documented to take is
left out of the request, never sent with a default.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum

from bot.domain.request import Aspect


class Generation(StrEnum):
    """Which generation of the vendor's API makes this model's pictures."""

    V7 = "v7"
    V6 = "v6"
    REALTIME = "realtime"

    @property
    def family(self) -> str:
        """The part of the path that a submission and its fetch share."""
        return {
            Generation.V7: "v7/images",
            Generation.V6: "v6/images",
            Generation.REALTIME: "v6/realtime",
        }[self]

    @property
    def path(self) -> str:
        """Where text becomes a picture, relative to the API's base."""
        return f"{self.family}/{'text-to-image' if self is Generation.V7 else 'text2img'}"


class Sizing(StrEnum):
    """How the model is told the shape of the picture."""

    PIXELS = "pixels"
    ASPECT = "aspect"
    NONE = "none"


class Safety(Enum):
    """How the vendor's safety checker is asked for: its type differs by endpoint."""

    OMITTED = None  # v7: undocumented
    WORD = "yes"
    BOOLEAN = True


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model and its rule.

    `ignores` names the options of an `ImageRequest` that never reach the model. `sizes` is filled
    for models told in pixels, `aspects` for all that are told a shape. A model whose `max_count`
    is 1 has no documented field for a number of pictures.
    """

    id: str
    name: str
    generation: Generation
    sizing: Sizing
    aspects: tuple[Aspect, ...] = ()
    sizes: Mapping[Aspect, tuple[int, int]] | None = field(default=None, hash=False)
    max_count: int = 1
    ignores: frozenset[str] = frozenset()
    steps: Range | None = None
    guidance: Range | None = None
    safety: Safety = Safety.OMITTED

    @property
    def family(self) -> str:
        return self.generation.family
