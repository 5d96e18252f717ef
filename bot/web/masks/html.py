"""The mask page's HTML, filled in and escaped; its scripts and styles. Asks nobody anything."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib import resources
from string import Template
from types import MappingProxyType
from typing import Final

_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that browsers keep."""

    data: bytes
    mime: str


@dataclass(frozen=True, slots=True)
class Assets:
    """All static files, under one digest: what is served under it never changes."""

    digest: str
    files: Mapping[str, Asset]


@cache
def assets() -> Assets:
    """The files of the static folder, read once."""
    digest = hashlib.sha256()
    files: dict[str, Asset] = {}
    for entry in sorted(resources.files("bot.web").joinpath("static").iterdir(), key=_name):
        mime = _TYPES.get(entry.name[entry.name.rfind(".") :])
        if mime is not None:
            data = entry.read_bytes()
            digest.update(entry.name.encode() + b"\0" + data)
            files[entry.name] = Asset(data, mime)
    return Assets(digest.hexdigest()[:16], MappingProxyType(files))


def page(name: str, **values: str | int) -> str:
    """The HTML file of that name. Values are escaped, for text and quoted attributes alike."""
    return _template(name).substitute({key: escape(str(value)) for key, value in values.items()})


@cache
def _template(name: str) -> Template:
    text = resources.files("bot.web.masks").joinpath(f"{name}.html").read_text("utf-8")
    return Template(text)


def _name(entry: object) -> str:
    return str(getattr(entry, "name", ""))
