"""What crashes have cost: jobs lost, doubled, accepted too often, books that drift. Zeros, we hope.

Read from the tables, the vendor's book and the channels alone, whatever the bot itself believes.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from tests.scenarios import books

if TYPE_CHECKING:
    from tests.scenarios.town import Row, Town

PROPERTY = "toll"
COLUMNS = ("points", "kills", "missed", "lost", "doubled", "accepted > 1", "drift")
_IN_LINE_OR_PAINTED = ("Being painted", "n line")


@dataclass
class Toll:
    """Of one kind of work: how often the bot was killed, and the story of whatever went wrong."""

    kind: str
    seed: int
    points: int = 0
    kills: int = 0
    #: Points that were to be fatal and were never reached: those lives ended well.
    missed: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    drift: list[str] = field(default_factory=list)

    @property
    def stories(self) -> list[str]:
        return [*self.lost, *self.doubled, *self.accepted, *self.drift]

    def judge(self, town: "Town", jobs: "Sequence[Row]", *, after: str) -> None:
        """What has become of these jobs, now that everything should be over."""
        for job in jobs:
            self._judge_job(town, job, after)
        self._tell(self.drift, after, books.mistakes(town))
        known = {str(job["id"]) for job in town.jobs()}
        sold = Counter(str(job.body["track_id"]) for job in town.vendor.book)
        wrong = [number for number, times in sold.items() if times > 1 or number not in known]
        self._tell(self.accepted, after, [f"bought {sold[one]} times: job {one}" for one in wrong])

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
            self.lost.append(story)
            return
        outcome, request = json.loads(job["outcome"]), json.loads(job["request"])
        carriers = town.carriers(number)
        # A card that nobody can edit any more stays behind as it was.
        told = [m for m in town.standing(number) if not is_live(m.content)]
        if job["verdict"] == "cancelled" or job["route"] == "kept":
            # Its card never came to be, or nothing could be reached: nobody is told anything.
            if carriers:
                self.doubled.append(story)
            return
        if len(told) > 1 or len(carriers) > 1:
            self.doubled.append(story)
        if not told:
            self.lost.append(story)
            return
        shown = sum(len(message.attachments) for message in carriers[:1])
        if shown != outcome["received"] - outcome["flagged"] or carriers not in ([], told):
            self.lost.append(story)
        is_hidden = told[0].ephemeral or told[0].channel.guild is None
        if request["private"] and not is_hidden:
            self.doubled.append(story)
        if job["verdict"] != "pictures" and "Nothing was charged" not in told[0].content:
            self.lost.append(story)
        if sum(town.charged(number)) != shown:
            self.drift.append(story)

    def row(self) -> tuple[int, ...]:
        found = (self.lost, self.doubled, self.accepted, self.drift)
        return (self.points, self.kills, self.missed, *(len(stories) for stories in found))


def is_live(content: str) -> bool:
    """Whether a card says that its job is still to come."""
    return any(words in content for words in _IN_LINE_OR_PAINTED)


def table(tolls: Iterable[Toll]) -> list[str]:
    """One line for each kind of work, and their sum."""
    tolls = sorted(tolls, key=lambda toll: toll.kind)
    rows = [(toll.kind, toll.row(), f"seed {toll.seed}") for toll in tolls]
    if not rows:
        return []
    total = tuple(map(sum, zip(*(row for _, row, _ in rows), strict=True)))
    rows.append(("in sum", total, ""))
    width = max(len(kind) for kind, _, _ in rows)
    head = " ".join(f"{name:>12}" for name in COLUMNS)
    return [
        f"{'':{width}} {head}",
        *(
            f"{kind:{width}} {' '.join(f'{count:>12}' for count in row)}  {seed}".rstrip()
            for kind, row, seed in rows
        ),
    ]


def kept(toll: Toll) -> dict[str, Any]:
    """As a test's report can carry it from one process to another."""
    return asdict(toll)


def found(properties: Collection[tuple[str, Any]]) -> list[Toll]:
    """What was kept."""
    return [Toll(**value) for name, value in properties if name == PROPERTY]


def _story(town: "Town", job: "Row") -> str:
    said = [(m.channel.name, m.content, len(m.attachments)) for m in town.standing(job["id"])]
    return f"{job}\n{said}\n{town.charged(job['id'])}"
