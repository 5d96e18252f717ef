"""What a route handler is given and gives back."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .bodies import Body
from .errors import ApiError, Json
from .spec import Operation

if TYPE_CHECKING:
    from .core import Core


@dataclass(frozen=True)
class Call:
    """A request that matched an operation, was read, and passed the OpenAPI file."""

    operation: Operation
    query: Mapping[str, str]
    body: Body

    @property
    def params(self) -> Json:
        return self.operation.params

    def id(self, name: str, *, unknown: int) -> int:
        """A snowflake of the path; error code `unknown` if it is none."""
        text: str = self.params[name]
        if not text.isdigit():
            raise ApiError(unknown)
        return int(text)


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any = None


Handler = Callable[["Core", Call], Awaitable[Answer]]
Routes = dict[tuple[str, str], Handler]
