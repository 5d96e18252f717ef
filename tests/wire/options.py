"""Turns what a person typed into a command's options, as strictly as Discord's own client.

Pure: refuses with `ClientRefused` what the client would not send; sends nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from .bodies import Upload
from .commands import GROUP, SUBCOMMAND
from .errors import Json
from .messages import Attachment
from .shapes import channel_shape, member_shape, role_shape, user_shape
from .world import Channel, Guild, Role, User

_SAFE_INTEGER = 2**53
_LONGEST_STRING = 6000


class Type(IntEnum):
    """What an option takes."""

    STRING = 3
    INTEGER = 4
    BOOLEAN = 5
    USER = 6
    CHANNEL = 7
    ROLE = 8
    NUMBER = 10
    ATTACHMENT = 11


class ClientRefused(Exception):
    """Discord's client would not have let the person do this."""


@dataclass
class Filled:
    """An interaction's `options` and the objects they name."""

    options: list[Json]
    resolved: Json = field(default_factory=dict)


def leaf(command: Json, words: list[str]) -> tuple[list[Json], list[Json]]:
    """The option definitions behind a path of subcommands, and the heads passed on the way."""
    definitions: list[Json] = command["options"]
    heads: list[Json] = []
    for word in words:
        named = [d for d in definitions if d["name"] == word and d["type"] in (SUBCOMMAND, GROUP)]
        if not named:
            raise ClientRefused(f"/{command['name']} has no subcommand {word!r}")
        heads.append({"name": word, "type": named[0]["type"]})
        definitions = named[0].get("options") or []
    if any(definition["type"] in (SUBCOMMAND, GROUP) for definition in definitions):
        raise ClientRefused(f"/{command['name']} needs a subcommand")
    return definitions, heads


def wrapped(heads: list[Json], options: list[Json]) -> list[Json]:
    """Filled options inside the subcommands that lead to them."""
    for head in reversed(heads):
        options = [{**head, "options": options}]
    return options


class Typist:
    """Fills in one command for one person. `hand_over` stores a file that they attach."""

    def __init__(
        self,
        definitions: list[Json],
        *,
        bot: User,
        guild: Guild | None,
        hand_over: Callable[[Upload], Attachment],
        show: Callable[[Attachment], Json],
    ) -> None:
        self._definitions = {definition["name"]: definition for definition in definitions}
        self._bot = bot
        self._guild = guild
        self._hand_over = hand_over
        self._show = show

    def fill(self, values: dict[str, Any], *, focused: str | None = None) -> Filled:
        """All values typed and checked. With `focused`, that one is still being written."""
        strangers = values.keys() - self._definitions.keys()
        if strangers:
            raise ClientRefused(f"no such option: {', '.join(sorted(strangers))}")
        missing = [
            name
            for name, definition in self._definitions.items()
            if definition.get("required") and name not in values and focused is None
        ]
        if missing:
            raise ClientRefused(f"required: {', '.join(missing)}")
        filled = Filled([])
        for name, value in values.items():
            filled.options.append(self._option(name, value, filled.resolved, name == focused))
        return filled

    def _option(self, name: str, value: Any, resolved: Json, is_focused: bool) -> Json:
        definition = self._definitions[name]
        option: Json = {"name": name, "type": definition["type"]}
        if is_focused:
            if not definition.get("autocomplete"):
                raise ClientRefused(f"{name} does not autocomplete")
            return {**option, "value": str(value), "focused": True}
        value = _chosen(definition, value)
        match definition["type"]:
            case Type.STRING | Type.INTEGER | Type.BOOLEAN | Type.NUMBER:
                option["value"] = _checked_scalar(definition, value)
            case Type.USER:
                option["value"] = self._resolve_user(_of(User, name, value), resolved)
            case Type.CHANNEL:
                channel = _of(Channel, name, value)
                shape = {**channel_shape(channel, self._bot), "permissions": "0"}
                option["value"] = _resolve(resolved, "channels", channel.id, shape)
            case Type.ROLE:
                role = _of(Role, name, value)
                option["value"] = _resolve(resolved, "roles", role.id, role_shape(role))
            case Type.ATTACHMENT:
                filename, content = value
                file = self._hand_over(Upload(filename, content))
                option["value"] = _resolve(resolved, "attachments", file.id, self._show(file))
            case other:
                raise ClientRefused(f"this stand-in cannot fill an option of type {other}")
        return option

    def _resolve_user(self, user: User, resolved: Json) -> str:
        if self._guild is not None:
            member = member_shape(user, self._guild)
            partial = {key: member[key] for key in member if key not in ("user", "mute", "deaf")}
            _resolve(
                resolved,
                "members",
                user.id,
                {**partial, "permissions": str(user.granted(self._guild))},
            )
        return _resolve(resolved, "users", user.id, user_shape(user))


def _resolve(resolved: Json, kind: str, id: int, shape: Json) -> str:
    resolved.setdefault(kind, {})[str(id)] = shape
    return str(id)


def _of(kind: type[Any], name: str, value: Any) -> Any:
    if not isinstance(value, kind):
        raise ClientRefused(f"{name} wants a {kind.__name__.lower()}, not {value!r}")
    return value


def _chosen(definition: Json, value: Any) -> Any:
    """A choice may be given as the client shows it, by name; its value is what is sent."""
    choices = definition.get("choices") or []
    if not choices:
        return value
    for choice in choices:
        if value in (choice["name"], choice["value"]):
            return choice["value"]
    offered = [choice["name"] for choice in choices]
    raise ClientRefused(f"{definition['name']} offers {offered}, not {value!r}")


def _checked_scalar(definition: Json, value: Any) -> str | float:
    """A text, number or boolean within the declared range."""
    name, kind = definition["name"], definition["type"]
    match value:
        case bool() if kind == Type.BOOLEAN:
            return value
        case str() if kind == Type.STRING:
            _within(name, len(value), definition, "length", 0, _LONGEST_STRING)
            return value
        case int() | float() if kind in (Type.INTEGER, Type.NUMBER) and not isinstance(value, bool):
            if kind == Type.NUMBER or isinstance(value, int):
                _within(name, value, definition, "value", -_SAFE_INTEGER, _SAFE_INTEGER)
                return value
    raise ClientRefused(f"{name} does not take {value!r}")


def _within(
    name: str, measure: float, definition: Json, what: str, least: float, most: float
) -> None:
    low, high = definition.get(f"min_{what}", least), definition.get(f"max_{what}", most)
    if not low <= measure <= high:
        raise ClientRefused(f"{name} has {what} {measure}, allowed is {low} to {high}")
