"""Buttons, rows, selects and cards: Discord's rules for them, and how they come back. Pure."""

from collections.abc import Callable, Iterator, Sequence

from .errors import FormProblem, Json

ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
SELECTS = (3, 5, 6, 7, 8)
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER, LABEL = 9, 10, 11, 12, 13, 14, 17, 18
_NEEDS_V2 = (SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER)
_LINK, _PREMIUM = 5, 6

Path = tuple[str | int, ...]


def walk(components: Sequence[Json], path: Path = ("components",)) -> Iterator[tuple[Path, Json]]:
    """Every component of a tree with the way to it, parents first."""
    for index, component in enumerate(components):
        here = (*path, index)
        yield here, component
        yield from walk(component.get("components") or (), (*here, "components"))
        for single in ("accessory", "component"):
            if component.get(single):
                yield (*here, single), component[single]


def media_of(component: Json) -> list[Json]:
    """The `{url: ...}` objects that a component shows."""
    holders = [component, *(component.get("items") or ())]
    return [holder[key] for holder in holders for key in ("media", "file") if holder.get(key)]


def problems(components: Sequence[Json], *, is_v2: bool, path: Path = ()) -> list[FormProblem]:
    """What Discord refuses in a message's components though its OpenAPI file allows it."""
    found: list[FormProblem] = []

    def no(where: Path, code: str, message: str) -> None:
        found.append(FormProblem((*path, *where), code, message))

    tree = list(walk(components))
    if len(tree) > 40:
        no(("components",), "BASE_TYPE_BAD_LENGTH", "Must be 40 or fewer components in total.")
    if not is_v2 and len(components) > 5:
        no(("components",), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    if sum(len(c.get("content") or "") for _, c in tree if c["type"] == TEXT) > 4000:
        no(("components",), "BASE_TYPE_MAX_LENGTH", "Text displays together exceed 4000.")
    for where, component in tree:
        kind = component["type"]
        if not is_v2 and (kind in _NEEDS_V2 or (len(where) == 2 and kind != ROW)):
            no(where, "UNION_TYPE_CHOICES", "This component needs the IS_COMPONENTS_V2 flag.")
        if kind == ROW:
            _check_row(component, where, no)
        if kind == BUTTON:
            _check_button(component, where, no)
    _check_unique(tree, "custom_id", no)
    _check_unique([(p, c) for p, c in tree if c.get("id")], "id", no)
    return found


_No = Callable[[Path, str, str], None]


def _check_row(row: Json, where: Path, no: _No) -> None:
    inside = [child["type"] for child in row.get("components") or ()]
    selects = sum(kind in SELECTS for kind in inside)
    if not 1 <= len(inside) <= 5 or (selects and len(inside) > 1):
        no(
            (*where, "components"),
            "COMPONENT_LAYOUT_WIDTH_EXCEEDED",
            "A row takes one to five buttons, or one select.",
        )


def _check_button(button: Json, where: Path, no: _No) -> None:
    style = button["style"]
    wanted = {_LINK: "url", _PREMIUM: "sku_id"}.get(style, "custom_id")
    for key in ("custom_id", "url", "sku_id"):
        if (key == wanted) != bool(button.get(key)):
            verdict = "is required" if key == wanted else "is not allowed"
            no((*where, key), "BUTTON_COMPONENT_INVALID", f"{key} {verdict} for style {style}.")
    if style != _PREMIUM and not (button.get("label") or button.get("emoji")):
        no((*where, "label"), "BUTTON_COMPONENT_INVALID", "A button needs a label or an emoji.")


def _check_unique(tree: Sequence[tuple[Path, Json]], key: str, no: _No) -> None:
    seen: set[object] = set()
    for where, component in tree:
        value = component.get(key)
        if value is not None and value in seen:
            no((*where, key), "COMPONENT_CUSTOM_ID_DUPLICATED", f"{key} cannot be duplicated.")
        seen.add(value)


def modal_problems(modal: Json) -> list[FormProblem]:
    """What Discord refuses in a modal though its OpenAPI file allows it."""
    found: list[FormProblem] = []
    path: Path = ("data", "components")
    tree = list(walk(modal["components"], path))
    if not 1 <= len(modal["components"]) <= 5:
        message = "Must be between 1 and 5 in length."
        found.append(FormProblem(path, "BASE_TYPE_BAD_LENGTH", message))
    for where, component in tree:
        if component.get("disabled"):
            message = "Components in a modal cannot be disabled."
            found.append(FormProblem((*where, "disabled"), "COMPONENT_INVALID", message))
    _check_unique(tree, "custom_id", lambda *no: found.append(FormProblem(*no)))
    return found


def kept(components: Sequence[Json]) -> list[Json]:
    """The tree as Discord gives it back: nulls dropped, defaults filled in, numbered in order."""
    tree = [_kept(component) for component in components]
    taken = {component["id"] for _, component in walk(tree) if component.get("id")}
    fresh = (number for number in range(1, 1000) if number not in taken)
    for _, component in walk(tree):
        if not component.get("id"):
            component["id"] = next(fresh)
    return tree


_DEFAULTS: dict[int, Json] = {
    STRING_SELECT: {"min_values": 1, "max_values": 1},
    THUMBNAIL: {"description": None, "spoiler": False},
    FILE: {"spoiler": False, "name": None, "size": None},
    SEPARATOR: {"divider": True, "spacing": 1},
    CONTAINER: {"accent_color": None, "spoiler": False},
}


def _kept(component: Json) -> Json:
    given = {key: value for key, value in component.items() if value is not None}
    whole = {**_DEFAULTS.get(component["type"], {}), **given}
    if "components" in whole:
        whole["components"] = [_kept(child) for child in whole["components"]]
    for single in ("accessory", "component"):
        if single in whole:
            whole[single] = _kept(whole[single])
    if component["type"] == GALLERY:
        blank: Json = {"description": None, "spoiler": False}
        whole["items"] = [{**blank, **item} for item in whole["items"]]
    return whole
