"""What crashes have cost: jobs lost, doubled, stuck, secrets told, drifting books. Zeros, we hope.

Read from the tables, the vendor's book and the channels alone, whatever the bot itself believes.
"""

import json
import os
import random
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from tests.scenarios import books

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.scenarios.town import Row, Town

PROPERTY = "toll"
COUNTED = ("points", "kills", "missed")
FAULTS = {
    "lost": "lost",
    "doubled": "doubled",
    "accepted": "accepted > 1",
    "drift": "ledger drift",
    "secrets": "secrets",
    "stuck": "stuck",
}
_IN_LINE_OR_PAINTED = ("Being painted", "n line")


def thrown_seed() -> int:
    """The seed that was asked for; else one that all processes of this run have in common."""
    given = os.environ.get("TORTURE_SEED")
    if given is not None:
        return int(given)
    return random.Random(os.environ.get("PYTEST_XDIST_TESTRUNUID")).randrange(10**9)


@dataclass
class Toll:
    """Of one kind of work: how often the bot was killed, and the story of whatever went wrong."""

    kind: str
    seed: int
    points: int = 0
    kills: int = 0
    #: Points that were to be fatal and were not reached in several lives, which ended well.
    missed: list[str] = field(default_factory=list)
    #: Nobody was told, or what was shown is not what was made.
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    #: Bought more than once, or for nobody.
    accepted: list[str] = field(default_factory=list)
    drift: list[str] = field(default_factory=list)
    #: Places where a secret can be read that must not be there.
    secrets: list[str] = field(default_factory=list)
    #: Jobs without an end, and places at the vendor that are never free again.
    stuck: list[str] = field(default_factory=list)

    @property
    def stories(self) -> list[str]:
        return [story for fault in FAULTS for story in getattr(self, fault)]

    def judge(self, town: "Town", jobs: "Sequence[Row]", *, after: str) -> None:
        """What has become of these jobs, now that everything should be over."""
        for job in jobs:
            self._judge_job(town, job, after)
        self._tell(self.drift, after, books.mistakes(town))
        sold = Counter(str(job.body["track_id"]) for job in town.vendor.book)
        # What was erased since then is in the ledger still.
        known = {str(row["job_id"]) for row in town.rows("SELECT job_id FROM ledger")}
        wrong = [number for number, times in sold.items() if times > 1 or number not in known]
        self._tell(self.accepted, after, [f"bought {sold[one]} times: job {one}" for one in wrong])

    def leaked(self, places: Iterable[str], *, after: str) -> None:
        """Where a secret was found."""
        self._tell(self.secrets, after, places)

    @staticmethod
    def _tell(stories: list[str], after: str, mistakes: Iterable[str]) -> None:
        """What is wrong in the books stays so; it is told of the first crash after which it was."""
        stories += [
            f"{after}: {mistake}"
            for mistake in mistakes
            if not any(story.endswith(mistake) for story in stories)
        ]

    def _judge_job(self, town: "Town", job: "Row", after: str) -> None:
        number, story = job["id"], f"{after}: {_story(town, job)}"
        if job["status"] != "delivered":
            self.stuck.append(story)
            return
        outcome, request = json.loads(job["outcome"]), json.loads(job["request"])
        carriers = town.carriers(number)
        # A card that nobody can edit any more stays behind as it was, and whoever waited for long
        # is called by a reply to what has come.
        standing = town.standing(number)
        told = [m for m in standing if not is_live(m.content) and m.reference not in standing]
        charged = outcome["received"] - outcome["flagged"]
        if sum(town.charged(number)) != charged:
            self.drift.append(story)
        if job["route"] == "kept":
            # Its card never came to be, it was not to be posted, or nothing could be reached.
            if carriers or len(told) > 1:
                self.doubled.append(story)
            return
        if len(told) > 1 or len(carriers) > 1:
            self.doubled.append(story)
        if not told:
            self.lost.append(story)
            return
        shown = sum(len(message.attachments) for message in carriers[:1])
        if shown != charged or carriers not in ([], told):
            self.lost.append(story)
        is_hidden = told[0].ephemeral or told[0].channel.guild is None
        if request["private"] and not is_hidden:
            self.doubled.append(story)
        if not charged and "Nothing was charged" not in told[0].content:
            self.lost.append(story)

    def row(self) -> tuple[int, ...]:
        lists = ("missed", *FAULTS)
        return (self.points, self.kills, *(len(getattr(self, name)) for name in lists))


def is_live(content: str) -> bool:
    """Whether a card says that its job is still to come."""
    return any(words in content for words in _IN_LINE_OR_PAINTED)


@contextmanager
def taken(record: "Callable[[str, object], None]", *tolls: Toll) -> Iterator[None]:
    """Put the tolls of what happens inside into the report, however it ends; zeros, or it fails."""
    try:
        yield
    finally:
        for toll in tolls:
            record(PROPERTY, asdict(toll))
    stories = [story for toll in tolls for story in toll.stories]
    assert not stories, "\n".join(stories)


def found(properties: Collection[tuple[str, Any]]) -> list[Toll]:
    """What was put into a report, in whichever process."""
    return [Toll(**value) for name, value in properties if name == PROPERTY]


def table(tolls: Iterable[Toll]) -> list[str]:
    """One line for each kind of work, and their sum; how to throw the same dice again."""
    tolls = sorted(tolls, key=lambda toll: toll.kind)
    if not tolls:
        return []
    rows = [(toll.kind, toll.row()) for toll in tolls]
    rows.append(("in sum", tuple(map(sum, zip(*(row for _, row in rows), strict=True)))))
    kind_width = max(len(kind) for kind, _ in rows)
    names = (*COUNTED, *FAULTS.values())
    widths = [max(7, len(name)) for name in names]
    missed = [f"not met: {toll.kind}, {point}" for toll in tolls for point in toll.missed]
    seeds = " ".join(sorted({f"TORTURE_SEED={toll.seed}" for toll in tolls}))
    return [
        _line("", kind_width, names, widths),
        *(_line(kind, kind_width, row, widths) for kind, row in rows),
        *missed,
        f"the same dice again: {seeds}",
    ]


def _line(kind: str, kind_width: int, cells: Sequence[object], widths: Sequence[int]) -> str:
    return "  ".join(
        [
            f"{kind:{kind_width}}",
            *(f"{cell:>{width}}" for cell, width in zip(map(str, cells), widths, strict=True)),
        ]
    )


def _story(town: "Town", job: "Row") -> str:
    said = [(m.channel.name, m.content, len(m.attachments)) for m in town.standing(job["id"])]
    return f"{job}\n{said}\n{town.charged(job['id'])}"
