"""Styles: a name for words that are added to a prompt and to its negative. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """A named look. `suffix` follows the prompt, `negative` follows the negative prompt."""

    name: str
    suffix: str
    negative: str = ""


def read_styles(kept: Mapping[str, Mapping[str, str]]) -> dict[str, Style]:
    """The styles of a parsed file, by name: `[name]` with `suffix` and perhaps `negative`."""
    return {
        name: Style(name=name, suffix=words["suffix"], negative=words.get("negative", ""))
        for name, words in kept.items()
    }


def styled(prompt: str, negative: str, style: Style | None) -> tuple[str, str]:
    """The prompt and the negative prompt as the vendor gets them."""
    if style is None:
        return prompt, negative
    return (
        f"{prompt}, {style.suffix}",
        ", ".join(words for words in (negative, style.negative) if words),
    )
