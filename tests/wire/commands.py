"""The commands an application registered, and Discord's rules for them."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from .errors import FormProblem, Json

SLASH, USER_MENU, MESSAGE_MENU = 1, 2, 3
SUBCOMMAND, GROUP, STRING, INTEGER, NUMBER = 1, 2, 3, 4, 10
_MOST = {SLASH: 100, USER_MENU: 15, MESSAGE_MENU: 15}
_MOST_CHARACTERS = 8000
_DEVANAGARI_AND_THAI = ("\u0900", "\u097f", "\u0e00", "\u0e7f")

Path = tuple[str | int, ...]


class Commands:
    """What is registered, globally (scope None) and per server."""

    def __init__(self, application_id: int, next_id: Callable[[], int]) -> None:
        self._application_id = application_id
        self._next_id = next_id
        self._scopes: dict[int | None, list[Json]] = {}
        self.puts = 0

    def of(self, scope: int | None) -> list[Json]:
        return self._scopes.get(scope, [])

    @property
    def any_registered(self) -> bool:
        return any(self._scopes.values())

    def replace(self, scope: int | None, definitions: list[Json]) -> list[Json]:
        """Take the whole list over; a command that keeps type and name keeps its id."""
        ids = {(old["type"], old["name"]): old["id"] for old in self.of(scope)}
        kept = [self._registered(scope, definition, ids) for definition in definitions]
        self._scopes[scope] = kept
        self.puts += 1
        return kept

    def find(self, name: str, *, kind: int, guild_id: int | None) -> Json:
        """The command as a client in that server would offer it."""
        for scope in (guild_id, None):
            for command in self.of(scope):
                if command["name"] == name and command["type"] == kind:
                    return command
        known = sorted({c["name"] for scope in self._scopes.values() for c in scope})
        raise LookupError(f"no command {name!r} of type {kind} is registered, only {known}")

    def _registered(self, scope: int | None, definition: Json, ids: dict[Any, str]) -> Json:
        given = {key: value for key, value in definition.items() if value is not None}
        kind = given.get("type", SLASH)
        permissions = given.get("default_member_permissions")
        command: Json = {
            "contexts": None,
            "nsfw": False,
            **given,
            "id": ids.get((kind, given["name"]), str(self._next_id())),
            "application_id": str(self._application_id),
            "version": str(self._next_id()),
            "type": kind,
            "description": given.get("description", ""),
            "default_member_permissions": None if permissions is None else str(permissions),
            "options": [_option(option) for option in given.get("options", ())],
        }
        if scope is not None:
            command["guild_id"] = str(scope)
        return command


def command_problems(definitions: list[Json]) -> list[FormProblem]:
    """What Discord refuses in a list of commands though its OpenAPI file allows it."""
    found: list[FormProblem] = []
    kinds = Counter(definition.get("type") or SLASH for definition in definitions)
    for kind, most in _MOST.items():
        if kinds[kind] > most:
            found.append(_no((), "APPLICATION_COMMAND_TOO_MANY", f"over {most} of type {kind}"))
    names = Counter((d.get("type") or SLASH, d["name"]) for d in definitions)
    for index, definition in enumerate(definitions):
        kind = definition.get("type") or SLASH
        if names[kind, definition["name"]] > 1:
            found.append(_no((index, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", "twice"))
        if kind == SLASH:
            found += _slash_problems(definition, (index,))
        elif definition.get("description") or definition.get("options"):
            found.append(_no((index,), "APPLICATION_COMMAND_MENU", "a menu has a name only"))
    return found


def _slash_problems(command: Json, path: Path) -> Iterator[FormProblem]:
    yield from _name_problems(command["name"], path)
    if not command.get("description"):
        yield _no((*path, "description"), "BASE_TYPE_REQUIRED", "This field is required")
    if _length(command) > _MOST_CHARACTERS:
        yield _no(path, "APPLICATION_COMMAND_TOO_LARGE", "over 8000 characters in all")
    yield from _options_problems(command.get("options") or [], path, depth=0)


def _options_problems(options: list[Json], path: Path, *, depth: int) -> Iterator[FormProblem]:
    names = Counter(option["name"] for option in options)
    nested = [option["type"] in (SUBCOMMAND, GROUP) for option in options]
    if any(nested) and not all(nested):
        yield _no(
            (*path, "options"), "APPLICATION_COMMAND_OPTIONS_MIXED", "subcommands stand alone"
        )
    optional_seen = False
    for index, option in enumerate(options):
        here = (*path, "options", index)
        yield from _name_problems(option["name"], here)
        if names[option["name"]] > 1:
            yield _no((*here, "name"), "APPLICATION_COMMAND_OPTIONS_NAME", "names must be unique")
        if depth > {GROUP: 0, SUBCOMMAND: 1}.get(option["type"], 2):
            yield _no((*here, "type"), "APPLICATION_COMMAND_NESTING", "nested too deeply")
        if option["type"] in (SUBCOMMAND, GROUP):
            yield from _options_problems(option.get("options") or [], here, depth=depth + 1)
            continue
        if option.get("required") and optional_seen:
            code = "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"
            yield _no(here, code, "Required options must be placed before non-required options")
        optional_seen = optional_seen or not option.get("required")
        yield from _choice_problems(option, here)


def _choice_problems(option: Json, path: Path) -> Iterator[FormProblem]:
    choices = option.get("choices") or []
    if choices and option.get("autocomplete"):
        code = "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE"
        yield _no((*path, "autocomplete"), code, "choices and autocomplete exclude each other")
    for low, high in (("min_value", "max_value"), ("min_length", "max_length")):
        low_value, high_value = option.get(low), option.get(high)
        if low_value is not None and high_value is not None and low_value > high_value:
            yield _no((*path, low), "NUMBER_TYPE_MAX", f"{low} is above {high}")
    for key in ("name", "value"):
        if len({choice[key] for choice in choices}) < len(choices):
            code = "APPLICATION_COMMAND_OPTIONS_CHOICE_DUPLICATE"
            yield _no((*path, "choices"), code, f"choice {key}s must be unique")


def _name_problems(name: str, path: Path) -> Iterator[FormProblem]:
    if not 1 <= len(name) <= 32 or not all(map(_may_be_in_a_name, name)) or name != name.lower():
        code = "APPLICATION_COMMAND_INVALID_NAME"
        yield _no((*path, "name"), code, f"{name!r} is not a lower-case command name")


def _may_be_in_a_name(sign: str) -> bool:
    first, last, thai_first, thai_last = _DEVANAGARI_AND_THAI
    is_of_script = first <= sign <= last or thai_first <= sign <= thai_last
    return sign in "-_'" or unicodedata.category(sign)[0] in "LN" or is_of_script


def _length(part: Json) -> int:
    """What counts towards the 8000: of every text, its longest translation."""
    total = 0
    for key in ("name", "description"):
        translations = (part.get(f"{key}_localizations") or {}).values()
        total += max((len(text) for text in [part.get(key) or "", *translations]), default=0)
    if isinstance(part.get("value"), str):
        total += len(part["value"])
    return total + sum(
        _length(inner) for key in ("options", "choices") for inner in part.get(key) or ()
    )


def _option(option: Json) -> Json:
    kept = {key: value for key, value in option.items() if value is not None}
    if "options" in kept:
        kept["options"] = [_option(inner) for inner in kept["options"]]
    return kept


def _no(path: Path, code: str, message: str) -> FormProblem:
    return FormProblem(path, code, message)
