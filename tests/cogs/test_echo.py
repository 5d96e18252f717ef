"""Words from outside on a card: seen as written, and without any effect."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.echo import clip, code, echo, shorten, units

# Signs that Discord, its clients or a terminal act on are drawn more often than others.
tricky = st.text(
    st.one_of(
        st.sampled_from(
            "@<>*_~|`[]()\\/:#&!-.1aeh \n\u200b\u200d\u202e\u2066\u0301\u05d0\U0001f98a"
        ),
        st.characters(),
    ),
    max_size=400,
)
UNESCAPED = re.compile(r"(?<!\\)(?:\\\\)*([*_~|`<>\[\]])")


@pytest.mark.parametrize(
    ("written", "echoed"),
    [
        ("a red fox", "a red fox"),
        ("@everyone **x** <@1> [a](b)", r"@​everyone \*\*x\*\* \<@​1\> \[a\](b)"),
        ("@here", "@\u200bhere"),
        ("<@&12> <#34> <t:1:R> </go:5>", "\\<@\u200b&12\\> \\<#34\\> \\<t:1:R\\> \\</go:5\\>"),
        ("one\n# two\r\n\r\n> three", r"one # two \> three"),
        ("# big", r"\# big"),
        ("-# small", r"\-# small"),
        ("1. first", r"1\. first"),
        ("```py\nx```", r"\`\`\`py x\`\`\`"),
        ("||hidden||", r"\|\|hidden\|\|"),
        ("see https://evil.example/x now", r"see https:\//evil.example\/x now"),
        ("discord.gg/abc", r"discord.gg\/abc"),
        ("black/white, 16:9, 1/2", "black/white, 16:9, 1/2"),
        ("back\\slash", r"back\\slash"),
        ("a\u202eb\u2066c\u200bd\ufeffe\x00f", "abcdef"),
        ("family 👨\u200d👩\u200d👧", "family 👨\u200d👩\u200d👧"),
        ("\u200d\u200b \u2060", ""),
        ("a" + "\u0301" * 50, "a" + "\u0301" * 4),
        ("שלום", "\u2068שלום\u2069"),
    ],
)
def test_what_is_seen_is_what_was_written(written: str, echoed: str) -> None:
    assert echo(written, limit=300) == echoed


@given(tricky)
def test_nothing_in_an_echo_has_an_effect(text: str) -> None:
    echoed = echo(text, limit=300)

    assert not UNESCAPED.search(echoed)
    assert not re.search(r"@(everyone|here)|<(?<!\\<)[@#:t/]|@[!&]?\d", echoed)
    assert "://" not in echoed
    assert "\n" not in echoed
    assert not re.search("[\u202a-\u202e\u2066\u2067\u200e\u200f\u061c]", echoed)
    # Not even an odd backslash at the end, which would take the next sign with it.
    assert not re.search(r"(?<!\\)(\\\\)*\\$", echoed)


@given(tricky, st.integers(2, 50))
def test_an_echo_is_as_short_as_asked(text: str, limit: int) -> None:
    seen = re.sub(r"\\(.)", r"\1", echo(text, limit=limit))

    assert len(re.sub("[\u200b\u2068\u2069]", "", seen)) <= limit


@given(tricky, st.integers(20, 500))
def test_a_code_block_keeps_its_walls_and_its_length(text: str, limit: int) -> None:
    block = code(text, limit=limit)

    assert units(block) <= limit
    assert block.startswith("```\n")
    assert block.endswith("\n```")
    assert "```" not in block[4:-4]


@given(tricky, st.integers(1, 50))
def test_clipping_counts_as_discords_clients_do(text: str, limit: int) -> None:
    assert units(clip(text, limit)) <= limit


def test_short_words_stay_whole() -> None:
    assert shorten("fox", 3) == "fox"
    assert clip("🦊🦊", 4) == "🦊🦊"
    assert clip("🦊🦊", 3) == "🦊…"
