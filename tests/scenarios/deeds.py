"""What a member does, to be done over again through all deaths of the bot; and how it may end.

Each is a way through the eight hops that differs from the others. Kills nobody, counts nothing.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

from sandbox.modelslab import Mood, Turn
from tests.scenarios.browser import Browser, link_in, web_settings
from tests.scenarios.photos import a_mask, a_photo, lying_jpeg, png
from tests.scenarios.town import Row, Town
from tests.wire.messages import Message

PLACES = 60
SIGNING_KEY = "MARKED-SECRET-key-that-signs-links"
SETTINGS = {
    "MODELSLAB_TIMEOUT_S": "3",
    # Whatever was cut off while it was posted keeps its place for deadline and grace.
    "MODELSLAB_MAX_QUEUED": str(PLACES),
    "DEFAULT_SERVER_DAY": "100000",
    "SECRET_KEY": SIGNING_KEY,
}
#: What the bell never names is given up then; a bot that was killed is back by then.
BELL_SETTINGS = {"JOB_DEADLINE_S": "12"}
PAST_ACK_S = 10.0
PAST_TOKEN_S = 16 * 60.0
FOR_THE_WHOLE_ROW_S = 3600
PATIENCE_S = 15.0
LYING = lying_jpeg(a_photo())
MASK = png(a_mask())


@dataclass
class Deed:
    """Something that a member does, over all lives of the bot; its job is `count` pictures.

    `seen` is the highest job of an earlier time.
    """

    town: Town
    count: int = 1
    mood: Mood | Turn = Mood.PROCESSING
    seen: int = field(default=0, init=False)
    #: Whether there is a job in the end.
    leaves_jobs: ClassVar[bool] = True

    async def prepare(self) -> None:
        """What stands before the first life."""
        self.town.vendor.default_mood = self.mood

    async def forget(self) -> None:
        """The next time begins anew."""
        self.seen = max((job["id"] for job in self.town.jobs()), default=self.seen)

    async def act(self) -> None:
        """What the member does; it may be cut off anywhere."""
        raise NotImplementedError

    async def insist(self) -> None:
        """What the member does after the crash, where they can tell that nothing came of it."""

    def jobs(self) -> list[Row]:
        """What has come of it."""
        return [job for job in self.town.jobs() if job["id"] > self.seen]

    async def comes_to_be(self) -> None:
        """Wait until there is a job."""
        await self.town.discord.until(self.jobs, timeout_s=PATIENCE_S)

    def is_over(self) -> bool:
        return all(job["status"] == "delivered" for job in self.jobs())

    def ended_well(self, job: Row, *, crashed: bool) -> bool:
        """Whether this is an end that the job may have, where the vendor's answer was not lost."""
        came = job["route"] in ("reply", "channel")
        return came and job["verdict"] == "pictures" and received(job) == self.count

    async def takes_back(self, label: str) -> None:
        """Use /queue, which shows a job without a card, too; until the bot says that it is done."""
        ana = self.town.ana
        asked = await self.town.discord.slash(ana, self.town.general, "queue")
        line = await asked.answered()
        for button in [name for name in line.labels if name.startswith(label)]:
            pressed = await self.town.discord.click(ana, line, label=button)
            await pressed.answered()


def received(job: Row) -> int:
    """How many pictures a job has brought."""
    number: int = json.loads(job["outcome"] or "{}").get("received", 0)
    return number


@dataclass
class Text(Deed):
    async def act(self) -> None:
        await self.town.asks("a red fox", aspect="3:2", count=self.count)
        await self.comes_to_be()


@dataclass
class Refused(Text):
    """The vendor says no: SUBMITTING goes straight to SETTLED."""

    mood: Mood | Turn = Mood.ERROR_4XX

    def ended_well(self, job: Row, *, crashed: bool) -> bool:
        return (job["verdict"], received(job)) == ("refused", 0)


@dataclass
class Unlucky(Text):
    """A busy vendor sends the job back into line; later it gives no answer that can be read."""

    async def act(self) -> None:
        self.town.vendor.moods.clear()
        self.town.vendor.next(Mood.BUSY_429(retry_after=1), Mood.FETCH_HTML_FOR_A_WHILE(times=1))
        await super().act()


@dataclass
class Unplaced(Text):
    """The acknowledgement comes too late for Discord: the job is taken out of line again."""

    async def act(self) -> None:
        await self.town.asks("a red fox", aspect="3:2")
        self.town.discord.clock.advance(PAST_ACK_S)
        await self.comes_to_be()

    def ended_well(self, job: Row, *, crashed: bool) -> bool:
        if (job["verdict"], job["route"]) == ("cancelled", "kept"):
            return True
        # Who was dead could not tell that the card was refused: the pictures come as a message.
        return crashed and super().ended_well(job, crashed=crashed)


@dataclass
class Cancelled(Text):
    """Taken back in line, before a vendor that is busy all the time."""

    async def prepare(self) -> None:
        self.town.vendor.next(Mood.BUSY_429(retry_after=FOR_THE_WHOLE_ROW_S))
        await self.town.asks("a wall")
        await self.town.gate_closes()
        await self.takes_back("Cancel")
        await self.town.discord.until(self.is_over)

    async def act(self) -> None:
        asked = await self.town.asks("a red fox", aspect="3:2")
        card = await self.town.card(asked)
        pressed = await self.town.discord.click(self.town.ana, card, label="Cancel")
        await pressed.answered()

    async def insist(self) -> None:
        if not self.is_over():
            await self.takes_back("Cancel")

    def ended_well(self, job: Row, *, crashed: bool) -> bool:
        return (job["verdict"], received(job)) == ("cancelled", 0)


@dataclass
class Withheld(Text):
    """Taken back when the vendor has it already: bought, charged, kept, and not posted."""

    async def forget(self) -> None:
        await super().forget()
        self.town.vendor.release()

    async def act(self) -> None:
        self.town.vendor.hold()
        asked = await self.town.asks("a red fox", aspect="3:2")
        card = await self.town.is_painting(asked)
        pressed = await self.town.discord.click(self.town.ana, card, label="Don't post")
        await pressed.answered()
        self.town.vendor.release()

    async def insist(self) -> None:
        await self.town.discord.until(
            lambda: all(
                job["status"] in ("waiting", "settled", "delivered") for job in self.jobs()
            ),
            timeout_s=PATIENCE_S,
        )
        await self.takes_back("Don't post")
        self.town.vendor.release()

    def ended_well(self, job: Row, *, crashed: bool) -> bool:
        taken_back = (job["withheld"], job["route"]) == (1, "kept")
        return taken_back and (job["verdict"], received(job)) == ("pictures", 1)


@dataclass
class Late(Text):
    """For its asker alone, and ready when the reply can be edited no more: a direct message."""

    async def forget(self) -> None:
        await super().forget()
        self.town.vendor.release()

    async def act(self) -> None:
        self.town.vendor.hold()
        asked = await self.town.asks("a red fox", aspect="3:2", private=True)
        await self.town.is_painting(asked)
        await self.insist()

    async def insist(self) -> None:
        self.town.discord.clock.advance(PAST_TOKEN_S)
        self.town.vendor.release()

    def ended_well(self, job: Row, *, crashed: bool) -> bool:
        came = (job["verdict"], received(job)) == ("pictures", 1)
        return came and job["route"] == "direct"


@dataclass
class Child(Deed):
    parent: Message | None = None

    async def prepare(self) -> None:
        await super().prepare()
        self.parent = await self.town.pictures(await self.town.asks("a vase", aspect="3:2"))

    async def act(self) -> None:
        assert self.parent is not None
        await self.town.discord.click(self.town.ben, self.parent, label="U1")
        await self.comes_to_be()


@dataclass
class Painted(Deed):
    """An inpaint from the mask page. Whoever sees the editor sends the mask until it is taken."""

    browser: Browser | None = None
    sees_editor: bool = False

    async def forget(self) -> None:
        await super().forget()
        if self.browser is not None:
            await self.browser.__aexit__(None, None, None)
        self.browser, self.sees_editor = None, False

    async def act(self) -> None:
        town = self.town
        asked = await town.discord.slash(
            town.ana, town.general, "inpaint", prompt="a door", image=("phone.jpg", LYING)
        )
        self.browser = Browser(link_in(await town.told(asked)))
        await self._paints(self.browser, 202)
        assert self.sees_editor

    async def insist(self) -> None:
        if self.browser is not None:
            await self._paints(self.browser, 202, 409)

    async def _paints(self, browser: Browser, *well: int) -> None:
        if not self.sees_editor:
            page = await browser.start()
            # A browser whose start was cut off has no key to its ticket, and needs another one.
            self.sees_editor = page.status == 200
        if self.sees_editor:
            page = await browser.submit(MASK)
            assert page.status in well, page
            assert page.json["job"], page


@dataclass
class Erased(Deed):
    """Everything is erased while one job is delivered, with its thumbnail, and one under way."""

    leaves_jobs: ClassVar[bool] = False

    async def forget(self) -> None:
        await super().forget()
        self.town.vendor.moods.clear()
        self.town.vendor.release()

    async def act(self) -> None:
        town = self.town
        town.vendor.next(Mood.AT_ONCE)
        await town.pictures(await town.asks("a vase", aspect="3:2"))
        town.vendor.hold()
        await town.is_painting(await town.asks("a red fox", aspect="3:2"))
        await self._erases()
        town.vendor.release()

    async def insist(self) -> None:
        await self._erases()
        self.town.vendor.release()

    async def _erases(self) -> None:
        town = self.town
        asked = await town.discord.slash(town.ana, town.general, "privacy erase")
        question = await asked.answered()
        await town.discord.click(town.ana, question, label="Erase everything")
        await town.discord.until(lambda: question.content.startswith("**Erased:**"))

    def is_over(self) -> bool:
        """Nothing of hers is left, in the tables or in the channel."""
        left = [job for job in self.town.jobs() if job["user_id"] == self.town.ana.id]
        listed = self.town.rows("SELECT * FROM removals")
        public = [message for message in self.town.general.messages if not message.deleted]
        return not left and not listed and not public

    def ended_well(self, job: Row, *, crashed: bool) -> bool:
        return False


@dataclass(frozen=True)
class Kind:
    """A row of the matrix. `like` is the one whose points need no second look."""

    name: str
    deed: Callable[[Town], Deed]
    bell: bool = False
    like: str | None = None
    since: str = ""
    """The first point at which it is not the way of a text job any more."""
    starts: bool = False
    """Whether the bot's start, the same after every crash, is among its points."""

    def settings(self) -> dict[str, str]:
        return SETTINGS | (web_settings() | BELL_SETTINGS if self.bell else {})


KINDS = {
    kind.name: kind
    for kind in (
        Kind("text", Text, starts=True),
        Kind("text, with a bell", Text, bell=True),
        Kind("four pictures", lambda town: Text(town, 4), like="text"),
        Kind(
            "answered at once",
            lambda town: Text(town, mood=Mood.AT_ONCE),
            since="commit Steps._accepted:before #1",
        ),
        Kind("refused", Refused, since="POST /images/text-to-image:before #1"),
        Kind("back in line", Unlucky, since="commit Steps._back_to_line:before #1"),
        Kind("card refused", Unplaced, since="POST /interactions/*/*/callback:before #1"),
        Kind("cancelled", Cancelled, since="commit Withdrawals.withdraw:before #1"),
        Kind("not posted", Withheld, since="PATCH /webhooks/*/*/messages/*:before #1"),
        Kind("private, late", Late, since="PATCH /webhooks/*/*/messages/*:before #2"),
        Kind("erased", Erased, since="commit Erasure._erase_jobs:before #1"),
        Kind("a button's child", Child),
        Kind("a button's child, with a bell", Child, bell=True, like="text, with a bell"),
        # The page needs a public address, and so it has the bell.
        Kind("mask page", Painted, bell=True, like="text, with a bell"),
    )
}
