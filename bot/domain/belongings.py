"""How much there is of a member. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Belongings:
    """Jobs and kept pictures. `live` counts those of the jobs that are not over."""

    jobs: int = 0
    live: int = 0
    pictures: int = 0
