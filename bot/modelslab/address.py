"""Where at the vendor a job is asked about. Never believes an address outside the API's base."""

import re
from urllib.parse import quote, urlsplit

from bot.domain.job import VendorTicket

_DEFAULT_PORTS = {"https": 443, "http": 80}
# Below the base: v6/images/fetch/123, v7/images/fetch/abc-1.
_FETCH_PATH = re.compile(r"/v\d+(?:/[A-Za-z0-9_-]+)+/fetch/[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


def join(base_url: str, path: str) -> str:
    """`path` below the API's base."""
    return f"{base_url.rstrip('/')}/{path}"


def own_fetch_url(url: str | None, base_url: str) -> str | None:
    """`url` where it is a fetch address of the API at `base_url`, else None.

    Scheme, host and port must be the base's, as the key is sent there.
    """
    if not url:
        return None
    try:
        given, base = urlsplit(url), urlsplit(base_url.rstrip("/"))
        origins = [
            (part.scheme, part.hostname, part.port or _DEFAULT_PORTS.get(part.scheme))
            for part in (given, base)
        ]
    except ValueError:
        return None
    if origins[0] != origins[1] or "@" in given.netloc or given.query or given.fragment:
        return None
    below = given.path.removeprefix(base.path)
    if not given.path.startswith(base.path) or _FETCH_PATH.fullmatch(below) is None:
        return None
    # Said in the base's own spelling, whatever the answer's was.
    return f"{base_url.rstrip('/')}{below}"


def fetch_url(ticket: VendorTicket, base_url: str) -> str | None:
    """Where to ask about `ticket`; None where nothing is known of it.

    A kept address is looked at again: the base may have changed since it was kept.
    """
    if kept := own_fetch_url(ticket.fetch_url, base_url):
        return kept
    if ticket.remote_id:
        return join(base_url, f"{ticket.family}/fetch/{quote(ticket.remote_id, safe='')}")
    return None
