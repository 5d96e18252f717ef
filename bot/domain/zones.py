"""The time zones that a server may choose, by the names everybody knows them by."""

import zoneinfo
from functools import cache

# These depend on the machine, or stand for no place at all.
_NO_PLACE = frozenset({"localtime", "Factory"})


@cache
def zones() -> tuple[str, ...]:
    """Every zone's name in order. The first call looks through the zone files."""
    return tuple(sorted(zoneinfo.available_timezones() - _NO_PLACE))


def zone_named(text: str) -> str | None:
    """The zone of that name, however it is capitalised, spaces for underscores; None: no such."""
    wanted = _spelling(text)
    return next((zone for zone in zones() if _spelling(zone) == wanted), None)


def _spelling(name: str) -> str:
    return "_".join(name.casefold().split())
