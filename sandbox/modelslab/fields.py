"""Reads the fields of one request body and gathers every fault in them. Decides nothing."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Body: TypeAlias = Mapping[str, object]
Message: TypeAlias = str | Mapping[str, Sequence[str]]

_LINK = re.compile(r"https?://[^\s/]+\S*")


class Refused(Exception):
    """The request is not accepted. Carries the HTTP status and the words of the answer."""

    def __init__(self, status: int, message: Message, *, retry_after_s: int | None = None) -> None:
        super().__init__(str(message))
        self.status = status
        self.message = message
        self.retry_after_s = retry_after_s


class Fields:
    """One body, field by field. A null counts as absent; unknown fields are ignored.

    `loose` takes numbers that arrive as strings, as the older API's own examples send them.
    """

    def __init__(self, body: Body, *, loose: bool) -> None:
        self._body = body
        self._loose = loose
        self.faults: dict[str, list[str]] = {}

    def fault(self, name: str, text: str) -> None:
        self.faults.setdefault(name, []).append(text)

    def text(self, name: str, *, required: bool = False, default: str = "") -> str:
        value = self._body.get(name)
        if value is None or value == "":
            if required:
                self._missing(name)
            return default
        if not isinstance(value, str):
            self.fault(name, f"The {name} field must be a string.")
            return default
        return value

    def choice(self, name: str, allowed: Sequence[str], *, required: bool = False) -> str:
        """One of `allowed`; an empty list allows everything."""
        value = self.text(name, required=required)
        if value and allowed and value not in allowed:
            self.fault(name, f"The selected {name} is invalid.")
        return value

    def link(self, name: str, *, required: bool = False) -> str:
        """An address, of which only the form is looked at."""
        value = self.text(name, required=required)
        if value and not _LINK.fullmatch(value):
            self.fault(name, f"The {name} field must be a valid URL.")
            return ""
        return value

    def link_list(self, name: str, *, most: int) -> list[str]:
        """One to `most` addresses."""
        value = self._present(name, required=True)
        if value is None:
            return []
        if not isinstance(value, list):
            self.fault(name, f"The {name} field must be an array.")
            return []
        if not 1 <= len(value) <= most:
            self.fault(name, f"The {name} field must have between 1 and {most} items.")
        links = [link for link in value if isinstance(link, str) and _LINK.fullmatch(link)]
        if len(links) < len(value):
            self.fault(name, f"The {name} field must hold valid URLs.")
        return links

    def whole(
        self,
        name: str,
        low: int,
        high: int | None,
        *,
        required: bool = False,
        multiple_of: int = 1,
    ) -> int | None:
        value = self._present(name, required=required)
        if value is None:
            return None
        number = self._as_number(value)
        if number is None or number != int(number):
            self.fault(name, f"The {name} field must be an integer.")
            return None
        whole = int(number)
        self._in_range(name, whole, low, high)
        if whole % multiple_of:
            self.fault(name, f"{name} must be divisible by {multiple_of}")
        return whole

    def number(self, name: str, low: float, high: float) -> float | None:
        value = self._present(name, required=False)
        if value is None:
            return None
        number = self._as_number(value)
        if number is None:
            self.fault(name, f"The {name} field must be a number.")
            return None
        self._in_range(name, number, low, high)
        return number

    def switch(self, name: str, *, default: bool) -> bool:
        """A yes or no in any of the forms the documents use: JSON booleans, "yes" and "no"."""
        value = self._body.get(name)
        match value:
            case None:
                return default
            case bool():
                return value
            case "yes" | "true":
                return True
            case "no" | "false":
                return False
            case _:
                self.fault(name, f"The {name} field must be true or false.")
                return default

    def boolean(self, name: str, *, default: bool) -> bool:
        """A JSON boolean and nothing else, as the realtime API insists on."""
        value = self._body.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.fault(name, f"The {name} field must be true or false.")
            return default
        return value

    def _present(self, name: str, *, required: bool) -> object | None:
        value = self._body.get(name)
        if value is None and required:
            self._missing(name)
        return value

    def _missing(self, name: str) -> None:
        self.fault(name, f"The {name} field is required.")

    def _as_number(self, value: object) -> float | int | None:
        if isinstance(value, bool):
            return None
        if isinstance(value, int):
            return value
        if isinstance(value, str) and self._loose:
            if value.isdecimal():
                return int(value)
            try:
                value = float(value)
            except ValueError:
                return None
        if isinstance(value, float) and math.isfinite(value):
            return value
        return None

    def _in_range(self, name: str, value: float, low: float, high: float | None) -> None:
        if high is None:
            if value < low:
                self.fault(name, f"The {name} field must be at least {low:g}.")
        elif not low <= value <= high:
            self.fault(name, f"{name} must be between {low:g} and {high:g}")
