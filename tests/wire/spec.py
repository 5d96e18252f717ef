"""Discord's OpenAPI file as a judge of requests, answers and shapes. Knows nothing about sockets.

Two relaxations of the file, both because the documentation says otherwise: ids may be sent as
integers, and the codes inside nested form errors are words.
"""

import functools
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jsonschema
import jsonschema_rs
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from .errors import FormProblem, Json, dotted

SPEC_FILE = Path(__file__).parent.parent / "data" / "discord-openapi.json"
_URN = "urn:discord"

# Keys that real clients send and Discord takes, though the file does not know them.
_TOLERATED = tuple(
    (re.compile(operation), re.compile(key))
    for operation, key in (
        (r"PUT /applications/.*/commands", r"\[\d+\]\.nsfw"),
        (r"PATCH .*/messages/.*|POST /interactions/.*", r"(data\.)?tts"),
        (r".*", r"(data\.)?embeds\[\d+\]\.flags"),
        (
            r".*",
            r"(data\.)?attachments\[\d+\]\."
            r"(url|proxy_url|size|width|height|content_type|spoiler)",
        ),
        (r"\w+ /webhooks/.*", r"enforce_nonce"),
    )
)


@dataclass(frozen=True)
class Operation:
    """One row of the file: a method on a path template, and the values found in the path."""

    method: str
    template: str
    params: Json

    def __str__(self) -> str:
        return f"{self.method} {self.template}"


class Spec:
    def __init__(self, document: Json) -> None:
        self._document = document
        schemas = document["components"]["schemas"]
        schemas["SnowflakeType"] = {"type": ["string", "integer"], "pattern": "^(0|[1-9][0-9]*)$"}
        schemas["InnerErrors"]["properties"]["_errors"]["items"] = {
            "type": "object",
            "properties": {"code": {"type": ["string", "integer"]}, "message": {"type": "string"}},
            "required": ["code", "message"],
        }
        self._fast = jsonschema_rs.Registry([(_URN, document)])
        self._slow: Registry[Any] = Registry().with_resource(
            _URN, Resource.from_contents(document, default_specification=DRAFT202012)
        )
        self._templates = sorted(document["paths"], key=lambda path: path.count("{"))
        self._patterns = {path: _pattern(path) for path in self._templates}
        self._validators: dict[str, jsonschema_rs.Draft202012Validator] = {}

    def match(self, method: str, path: str) -> Operation | None:
        """The operation that answers this request; literal paths win over placeholders."""
        for template in self._templates:
            found = self._patterns[template].fullmatch(path)
            if found and method.lower() in self._document["paths"][template]:
                return Operation(method, template, found.groupdict())
        return None

    def request_problems(
        self, operation: Operation, body: object, *, multipart: bool = False
    ) -> list[FormProblem]:
        """What is wrong with a request body, unknown keys included."""
        steps = self._steps(operation, "requestBody", "content")
        content = self._at(steps)
        if content is None:
            return [] if body is None else [_problem((), "this operation takes no body")]
        kind = "multipart/form-data" if multipart else "application/json"
        if kind not in content:
            return [_problem((), f"this operation takes no {kind}")]
        if body is None:
            return [_problem((), "a body is required")]
        steps += (kind, "schema")
        problems = self._problems(steps, body)
        return problems or [
            _problem(path, "no schema knows this key")
            for path in self._unknown_keys([self._at(steps)], body, ())
            if not _tolerated(str(operation), dotted(path))
        ]

    def answer_problems(self, operation: Operation, status: int, body: object) -> list[FormProblem]:
        """What is wrong with an answer: its status, its body, or that it has one."""
        responses = self._at(self._steps(operation, "responses"))
        key = str(status) if str(status) in responses else f"{status // 100}XX"
        if key not in responses:
            return [_problem((), f"the file knows no answer {status}")]
        steps = self._steps(operation, "responses", key)
        response = responses[key]
        if "$ref" in response:
            steps = tuple(response["$ref"].split("/")[1:])
            response = self._at(steps)
        if "content" not in response:
            return [] if body is None else [_problem((), f"{status} has no body")]
        return self._problems((*steps, "content", "application/json", "schema"), body)

    def shape_problems(self, schema: str, value: object) -> list[FormProblem]:
        """What is wrong with a value that should have the shape of one named schema."""
        return self._problems(("components", "schemas", schema), value)

    def _steps(self, operation: Operation, *more: str) -> tuple[str, ...]:
        return ("paths", operation.template, operation.method.lower(), *more)

    def _at(self, steps: Iterable[str]) -> Any:
        place: Any = self._document
        for step in steps:
            place = place.get(step) if isinstance(place, dict) else None
        return place

    def _problems(self, steps: tuple[str, ...], value: object) -> list[FormProblem]:
        pointer = _URN + "#" + "".join("/" + _escaped(step) for step in steps)
        if pointer not in self._validators:
            self._validators[pointer] = jsonschema_rs.Draft202012Validator(
                {"$ref": pointer}, registry=self._fast, validate_formats=True
            )
        if self._validators[pointer].is_valid(value):
            return []
        # The fast validator only says that nothing matched; the slow one can say why.
        slow = jsonschema.Draft202012Validator(
            {"$ref": pointer},
            registry=self._slow,
            format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
        )
        causes = [_deepest(error) for error in slow.iter_errors(value)]
        return [_problem(tuple(cause.absolute_path), cause.message[:300]) for cause in causes] or [
            _problem((), "; ".join(e.message for e in self._validators[pointer].iter_errors(value)))
        ]

    def _unknown_keys(
        self, schemas: list[Json], value: object, path: tuple[str | int, ...]
    ) -> Iterator[tuple[str | int, ...]]:
        branches = [branch for schema in schemas for branch in self._branches(schema, value)]
        if isinstance(value, list):
            items = [branch["items"] for branch in branches if "items" in branch]
            for index, item in enumerate(value):
                yield from self._unknown_keys(items, item, (*path, index))
        elif isinstance(value, dict):
            for key, child in value.items():
                known = [b["properties"][key] for b in branches if key in b.get("properties", {})]
                known += [
                    b["additionalProperties"]
                    for b in branches
                    if isinstance(b.get("additionalProperties"), dict)
                ]
                if known:
                    yield from self._unknown_keys(known, child, (*path, key))
                elif any("properties" in branch for branch in branches):
                    yield (*path, key)

    def _branches(self, schema: Json, value: object) -> Iterator[Json]:
        """The plain schemas that a value may be held against, unions opened."""
        if "$ref" in schema:
            schema = self._at(schema["$ref"].split("/")[1:])
        if not _is_about(schema, value):
            return
        yield schema
        for union in ("oneOf", "anyOf", "allOf"):
            for branch in schema.get(union, ()):
                yield from self._branches(branch, value)


@functools.cache
def discord_spec() -> Spec:
    """The file, read once for the whole test run."""
    return Spec(json.loads(SPEC_FILE.read_text(encoding="utf-8")))


def _problem(path: tuple[str | int, ...], message: str) -> FormProblem:
    return FormProblem(path, "INVALID_BY_SPEC", message)


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(template)))


def _escaped(step: str) -> str:
    return quote(step.replace("~", "~0").replace("/", "~1"), safe="~@")


def _tolerated(operation: str, key: str) -> bool:
    return any(o.fullmatch(operation) and k.fullmatch(key) for o, k in _TOLERATED)


def _is_about(schema: Json, value: object) -> bool:
    """False for a union's branch that names another `type` than the value does."""
    if not isinstance(value, dict):
        return True
    kinds = schema.get("properties", {}).get("type", {}).get("enum")
    return kinds is None or value.get("type") in kinds


def _deepest(error: jsonschema.ValidationError) -> jsonschema.ValidationError:
    """The cause behind a failed union: the deepest error of a branch meant by the value."""
    while error.context:
        wrong_kind = {
            cause.schema_path[0]
            for cause in error.context
            if (cause.validator == "type" and not cause.relative_path)
            or (cause.validator in ("enum", "const") and list(cause.relative_path) == ["type"])
        }
        meant = [c for c in error.context if c.schema_path[0] not in wrong_kind]
        error = max(meant or error.context, key=lambda cause: len(cause.absolute_path))
    return error
