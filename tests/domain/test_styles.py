"""Styles on paper: words that are added, and nothing else."""

import pytest

from bot.domain.styles import Style, read_styles, styled

INK = Style(name="ink", suffix="black ink", negative="colour")
PLAIN = Style(name="plain", suffix="flat colours")


@pytest.mark.parametrize(
    ("negative", "style", "words"),
    [
        ("", None, ("a fox", "")),
        ("blurry", None, ("a fox", "blurry")),
        ("", INK, ("a fox, black ink", "colour")),
        ("blurry", INK, ("a fox, black ink", "blurry, colour")),
        ("", PLAIN, ("a fox, flat colours", "")),
        ("blurry", PLAIN, ("a fox, flat colours", "blurry")),
    ],
)
def test_a_style_follows_the_askers_own_words(
    negative: str, style: Style | None, words: tuple[str, str]
) -> None:
    assert styled("a fox", negative, style) == words


def test_styles_are_read_by_name() -> None:
    kept = {
        "ink": {"suffix": "black ink", "negative": "colour"},
        "plain": {"suffix": "flat colours"},
    }
    assert read_styles(kept) == {"ink": INK, "plain": PLAIN}
