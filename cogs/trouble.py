"""What Discord's refusals mean, and which of them may mend by waiting. Acts on nothing."""

from enum import Enum, auto

import discord
from aiohttp import ClientConnectorError, ClientError

from bot.domain.errors import CourierError

# Everything that a call to Discord may raise when it is Discord or the way there that fails.
FAULTS = (discord.HTTPException, discord.RateLimited, ClientError, OSError)
# The connection broke: nobody knows whether the request arrived.
BROKEN = (ClientError, OSError)

UNKNOWN_CHANNEL = 10003
UNKNOWN_MESSAGE = 10008
UNKNOWN_INTERACTION = 10062
TOO_LARGE = 40005
ALREADY_ACKNOWLEDGED = 40060
NO_ACCESS = 50001
NO_PERMISSION = 50013
TOKEN_OVER = 50027

# Nobody waits for these any more: too late, answered by another, or the token is over.
DEAD = frozenset({UNKNOWN_INTERACTION, ALREADY_ACKNOWLEDGED, TOKEN_OVER})

HTTP_UNAUTHORIZED = 401
HTTP_FORBIDDEN = 403
HTTP_TOO_LARGE = 413
HTTP_TOO_MANY = 429
HTTP_SERVER_ERROR = 500


class Wall(Enum):
    """Why a route is closed for good."""

    CARD_GONE = auto()  # somebody removed the message
    PLACE_GONE = auto()  # the channel is gone, or we may not write there
    FILES_TOO_LARGE = auto()  # the words may still pass
    ROUTE_OVER = auto()  # this way does not work any more; another may


_WALLS = {
    UNKNOWN_MESSAGE: Wall.CARD_GONE,
    UNKNOWN_CHANNEL: Wall.PLACE_GONE,
    NO_ACCESS: Wall.PLACE_GONE,
    NO_PERMISSION: Wall.PLACE_GONE,
}


def wall(error: discord.HTTPException) -> Wall | None:
    """What a refusal means for a route; None where waiting may help."""
    if error.status == HTTP_TOO_LARGE or error.code == TOO_LARGE:
        return Wall.FILES_TOO_LARGE
    if error.status == HTTP_TOO_MANY or error.status >= 500:
        return None
    if error.status == HTTP_UNAUTHORIZED and error.code != TOKEN_OVER:
        # The bot's own token: its owner will put that right, and the job can wait.
        return None
    if error.status == HTTP_FORBIDDEN and not error.code:
        # Not Discord's API, but what stands in front of it.
        return None
    return _WALLS.get(error.code, Wall.ROUTE_OVER)


def surely_unsent(error: Exception) -> bool:
    """Whether a broken connection broke before anything was said."""
    return isinstance(error, ClientConnectorError)


def is_discords(error: Exception) -> bool:
    """Whether it is Discord or the way there that is not well, and no request of ours is wrong."""
    match error:
        case discord.HTTPException(status=status):
            return status == HTTP_TOO_MANY or status >= HTTP_SERVER_ERROR
        case _:
            return isinstance(error, (discord.RateLimited, ClientError, ConnectionError))


def later(error: Exception) -> CourierError:
    """A fault that waiting may mend, for the engine to try again."""
    return CourierError(f"Discord: {type(error).__name__}", retry_after_s=wait_s(error))


def wait_s(error: Exception) -> float | None:
    """How long Discord wants us to wait; None where it does not say."""
    match error:
        case discord.RateLimited(retry_after=seconds):
            return seconds
        case discord.HTTPException(response=response):
            return _seconds(response.headers.get("Retry-After"))
    return None


def _seconds(header: str | None) -> float | None:
    try:
        return None if header is None else max(0.0, float(header))
    except ValueError:
        return None
