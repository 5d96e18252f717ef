"""How texts are compared in a search. Pure."""

import unicodedata


def folded(text: str) -> str:
    """The text without what a search should not mind: case, widths and ligatures, spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
