"""Signed tickets: an unguessable name in a link, good for one purpose and for a while. Pure.

A ticket proves only that we made it. What it stands for, and whether it was used, is in storage.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from itsdangerous import BadData, URLSafeSerializer

TICKET_MAX_CHARS = 300


@dataclass(frozen=True, slots=True)
class Ticket:
    """A name and the moment until which its link is good."""

    name: str
    expires_at: datetime


def sign(ticket: Ticket, *, purpose: str, key: str) -> str:
    """The ticket as text that fits into a link."""
    payload = [ticket.name, int(ticket.expires_at.timestamp())]
    return str(URLSafeSerializer(key, salt=purpose).dumps(payload))


def read(text: str, *, purpose: str, key: str) -> Ticket | None:
    """The ticket that we signed for this purpose; None for any other text. Expiry is not judged."""
    if len(text) > TICKET_MAX_CHARS:
        return None
    try:
        payload = URLSafeSerializer(key, salt=purpose).loads(text)
    except BadData:
        return None
    match payload:
        case [str(name), int(expires)]:
            return Ticket(name, datetime.fromtimestamp(expires, UTC))
        case _:
            return None
