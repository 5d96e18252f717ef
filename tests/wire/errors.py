"""What Discord answers when it says no: codes, sentences, nested form errors. Decides nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

_NO: dict[int, tuple[int, str]] = {
    0: (404, "404: Not Found"),
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10008: (404, "Unknown Message"),
    10013: (404, "Unknown User"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    30015: (400, "Maximum number of attachments in a message reached (10)"),
    40001: (401, "401: Unauthorized"),
    40005: (413, "Request entity too large"),
    40060: (400, "Interaction has already been acknowledged."),
    40094: (400, "You have reached the maximum number of follow-up messages for this interaction."),
    50001: (403, "Missing Access"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50013: (403, "Missing Permissions"),
    50027: (401, "Invalid Webhook Token"),
    50033: (400, "Invalid Recipient(s)"),
    50109: (400, "The request body contains invalid JSON."),
}


@dataclass(frozen=True)
class FormProblem:
    """One wrong field, where `path` leads to it from the top of the body."""

    path: tuple[str | int, ...]
    code: str
    message: str

    def __str__(self) -> str:
        return f"{dotted(self.path)}: {self.message}"


class ApiError(Exception):
    """An answer other than success. `is_violation`: a correct client would never have asked."""

    def __init__(
        self, code: int, *, problems: Sequence[FormProblem] = (), is_violation: bool = False
    ) -> None:
        self.code = code
        self.problems = tuple(problems)
        self.is_violation = is_violation
        self.status, self.message = (400, "Invalid Form Body") if code == 50035 else _NO[code]
        super().__init__(f"{self.status} {code} {self.message}")

    def body(self) -> Json:
        body: Json = {"message": self.message, "code": self.code}
        if self.problems:
            body["errors"] = _nested(self.problems)
        return body


def form_error(*problems: FormProblem, is_violation: bool = True) -> ApiError:
    return ApiError(50035, problems=problems, is_violation=is_violation)


def dotted(path: Sequence[str | int]) -> str:
    """`("embeds", 0, "title")` as `embeds[0].title`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.lstrip(".") or "(body)"


def _nested(problems: Sequence[FormProblem]) -> Json:
    """Problems as a tree; what is wrong with a whole is told before what is wrong in its parts."""
    errors: Json = {}
    for problem in sorted(problems, key=lambda problem: len(problem.path)):
        place = errors
        for step in problem.path:
            if "_errors" in place:
                break
            place = place.setdefault(str(step), {})
        else:
            told = {"code": problem.code, "message": problem.message}
            place.setdefault("_errors", []).append(told)
    return errors
