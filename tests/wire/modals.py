"""How a person's entries in a pop-up are sent back. Pure but for storing attached files."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .bodies import Upload
from .components import LABEL, ROW, SELECTS, TEXT, TEXT_INPUT
from .errors import Json
from .interactions import Modal
from .messages import Attachment
from .options import ClientRefused

_FILE_UPLOAD, _RADIO, _CHECKBOXES, _CHECKBOX = 19, 21, 22, 23
_LONGEST_TEXT = 4000

Keep = Callable[[Upload], Attachment]


@dataclass
class FilledModal:
    components: list[Json]
    files: list[Attachment] = field(default_factory=list)


def filled_modal(modal: Modal, values: dict[str, Any], keep: Keep) -> FilledModal:
    """The components of a submit. Values are named by custom_id or by label."""
    entries = _by_custom_id(modal, values)
    filled = FilledModal([])
    for component in modal.components:
        shell: Json = {"type": component["type"], "id": component["id"]}
        if component["type"] == LABEL:
            shell["component"] = _filled(component["component"], entries, keep, filled.files)
        elif component["type"] == ROW:
            inner = component["components"]
            shell["components"] = [_filled(c, entries, keep, filled.files) for c in inner]
        elif component["type"] != TEXT:
            raise ClientRefused(f"a pop-up cannot hold a component of type {component['type']}")
        filled.components.append(shell)
    return filled


def _by_custom_id(modal: Modal, values: dict[str, Any]) -> dict[str, Any]:
    names = {field["label"]: custom_id for custom_id, field in modal.fields.items()}
    entries = {names.get(name, name): value for name, value in values.items()}
    strangers = entries.keys() - modal.fields.keys()
    if strangers:
        raise ClientRefused(f"{modal.title!r} has no field {', '.join(sorted(strangers))}")
    return entries


def _filled(component: Json, entries: dict[str, Any], keep: Keep, files: list[Attachment]) -> Json:
    kind, custom_id = component["type"], component["custom_id"]
    answer: Json = {"type": kind, "id": component["id"], "custom_id": custom_id}
    entry = entries.get(custom_id)
    if kind == TEXT_INPUT:
        answer["value"] = _text(component, entry)
    elif kind == _FILE_UPLOAD:
        uploads = [keep(Upload(*file)) for file in entry or ()]
        files += uploads
        answer["values"] = [str(file.id) for file in uploads]
    elif kind in (*SELECTS, _CHECKBOXES):
        chosen = entry if entry is not None else _preselected(component)
        answer["values"] = _offered(component, list(chosen))
    elif kind == _RADIO:
        chosen = [entry] if entry is not None else _preselected(component)
        answer["value"] = _offered(component, chosen)[0] if chosen else None
    elif kind == _CHECKBOX:
        answer["value"] = bool(component.get("default") if entry is None else entry)
    else:
        raise ClientRefused(f"this stand-in cannot fill a component of type {kind}")
    return answer


def _text(component: Json, entry: Any) -> str:
    text: str = component.get("value", "") if entry is None else entry
    least = component.get("min_length", 1 if component.get("required", True) else 0)
    most = component.get("max_length", _LONGEST_TEXT)
    is_left_out = not text and not component.get("required", True)
    if not is_left_out and not least <= len(text) <= most:
        name = component["custom_id"]
        raise ClientRefused(f"{name} has length {len(text)}, allowed is {least} to {most}")
    return text


def _preselected(component: Json) -> list[str]:
    return [o["value"] for o in component.get("options") or () if o.get("default")]


def _offered(component: Json, chosen: list[str]) -> list[str]:
    offered = {option["value"] for option in component.get("options") or ()}
    if offered and not set(chosen) <= offered:
        raise ClientRefused(f"{component['custom_id']} offers {sorted(offered)}, not {chosen}")
    return chosen
