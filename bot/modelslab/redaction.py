"""Strikes the API key out of texts before anybody sees them."""

import re
from urllib.parse import quote, quote_plus

STRUCK = "[redacted]"

_KEY_PARAMETER = re.compile(r"""\b((?:api[_-]?)?key=)[^&\s"'<>]+""", re.IGNORECASE)
_KEY_FIELD = re.compile(r"""(["'](?:api[_-]?)?key["']\s*:\s*)(["'])[^"']*\2""", re.IGNORECASE)


def redact(text: str, key: str) -> str:
    """`text` without the key, plain or URL-encoded, and without the value of any `key=`."""
    for secret in {key, quote(key, safe=""), quote_plus(key)} - {""}:
        text = re.sub(re.escape(secret), STRUCK, text, flags=re.IGNORECASE)
    text = _KEY_PARAMETER.sub(rf"\1{STRUCK}", text)
    return _KEY_FIELD.sub(rf"\1\2{STRUCK}\2", text)
