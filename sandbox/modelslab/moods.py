"""The vendor's good and bad days by name. Says what a day is, never how it is played.

Three things may go well or badly apart from each other: a `Mood` has the request and its result, a
`Bell` has when the webhook is rung, and a `Tale` what it then tells. A `Turn` is one of each, and
may bend the answers themselves, for days that have no name.
"""

from dataclasses import dataclass
from enum import StrEnum, auto

from sandbox.modelslab.reply import Bend


class Bell(StrEnum):
    """When the webhook of an accepted job is rung, if it has one.

    A job that never gets ready is not rung for, and a first answer that never comes does not keep
    the bell from ringing.
    """

    WHEN_READY = auto()
    """Once, after the first answer, when the work is ready or has failed. The default."""
    NEVER = auto()
    TWICE = auto()
    """Again as soon as the first ringing was answered."""
    LATE = auto()
    """Only after an answer has already carried the job's end."""
    EARLY = auto()
    """The work is done in no time (where nothing holds it), and the bell is rung and answered
    before the first answer is sent."""
    NOT_READY = auto()
    """Right after the first answer; the next fetch still says that the work is not ready."""


class Tale(StrEnum):
    """What a bell tells."""

    TRUE = auto()
    """What the job comes to. Before its time: what it will have come to."""
    WRONG_TRACK_ID = auto()
    OTHER_JOB = auto()
    """The id is that of the newest other job, or nobody's where there is none."""
    FORGED_LINKS = auto()
    """Success whatever the fetch says, with addresses at a stranger's, never to be asked for."""
    SUCCESS = auto()
    """Success, with the addresses where pictures would be, whatever the fetch says."""
    FAILURE = auto()
    """Failure, whatever the fetch says."""
    NOT_JSON = auto()
    """Text that claims to be JSON."""
    HTML = auto()
    LIST = auto()
    """The truth, inside of an array."""
    HUGE = auto()
    """The truth in ten megabytes of JSON."""


class Mood(StrEnum):
    """How the next accepted-looking generation request is treated.

    A mood may be scripted closer by calling it: `Mood.BUSY_429(retry_after=None)`, and
    `Mood.HANGS(bell=Bell.EARLY, tale=Tale.OTHER_JOB)`.
    """

    # Good days.
    PROCESSING = auto()
    """Accepted; the result is fetched later. The default."""
    AT_ONCE = auto()
    """Accepted, and the first answer already carries the pictures."""

    # Refused: nothing is queued.
    ERROR_200 = auto()
    ERROR_4XX = auto()
    ERROR_MESSEGE = auto()
    """HTTP 200 with the text under the vendor's other spelling, `messege`."""
    ERROR_DICT = auto()
    """The message is an object of field to texts."""
    BUSY_429 = auto()
    BUSY_TEXT = auto()
    """HTTP 200; only the text says that the queue is full."""
    NO_CREDITS = auto()
    NO_CREDITS_TEXT = auto()
    BAD_KEY = auto()
    PLAN_TOO_SMALL = auto()
    MODERATION = auto()
    """A provider's own content policy says no."""
    JSON_500 = auto()
    JSON_503 = auto()
    HTML_200 = auto()
    HTML_502 = auto()

    # Accepted, but the client cannot know.
    HTML_502_BUT_ACCEPTED = auto()
    HANGS = auto()
    RESETS = auto()

    # Accepted, and odd while it is fetched.
    QUEUED = auto()
    """The status word is `queued`, which no document mentions."""
    NEVER = auto()
    FAILED_LATER = auto()
    """The fetch answers status `failed`."""
    ERROR_LATER = auto()
    """The fetch answers status `error`."""
    FETCH_404_FOR_A_WHILE = auto()
    FETCH_HTML_FOR_A_WHILE = auto()
    FETCH_BUSY_FOR_A_WHILE = auto()
    """The fetch answers an error whose text only means: later."""
    EMPTY_OUTPUT_FOR_A_WHILE = auto()
    """Status `success` with no pictures in it."""
    FETCH_MINIMAL = auto()
    """Only status, id and output."""
    FOREIGN_FETCH_RESULT = auto()
    """`fetch_result` names another host, which must never be asked: it would learn the key."""
    FETCH_ID_DIFFERS = auto()
    """The id in `fetch_result` is not `id`, and only the former can be fetched."""
    STRING_IDS = auto()
    OLD_SHAPES = auto()
    """As recorded years ago: `messege`, empty strings for lists, numbers as strings, objects."""
    FEWER_PICTURES = auto()
    NSFW = auto()
    NSFW_LIST = auto()
    """As NSFW, but the flag is a list instead of a boolean."""

    # Ready, but the picture itself is trouble.
    RESULT_404_FOR_A_WHILE = auto()
    RESULT_404 = auto()
    RESULT_HTML = auto()
    RESULT_TRUNCATED = auto()
    """Half the bytes, in an answer that looks whole."""
    RESULT_CUT_OFF = auto()
    """The connection drops half-way through the announced length."""
    RESULT_LIES_TYPE = auto()
    RESULT_TOO_BIG = auto()
    """Never ends."""

    def __call__(
        self,
        *,
        message: object = None,
        status: int | None = None,
        retry_after: int | None = 30,
        times: int = 3,
        bell: Bell = Bell.WHEN_READY,
        tale: Tale = Tale.TRUE,
        first: Bend | None = None,
        fetched: Bend | None = None,
        file: Bend | None = None,
    ) -> "Turn":
        return Turn(
            mood=self,
            message=message,
            status=status,
            retry_after=retry_after,
            times=times,
            bell=bell,
            tale=tale,
            first=first,
            fetched=fetched,
            file=file,
        )


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A mood with its particulars, for one request."""

    mood: Mood
    #: None: the mood's own words. A string, a list or an object of texts.
    message: object = None
    #: None: the mood's own HTTP status.
    status: int | None = None
    #: Seconds named in a BUSY_429; None leaves the field out.
    retry_after: int | None = 30
    #: How often the trouble of a *_FOR_A_WHILE happens before it is over.
    times: int = 3
    bell: Bell = Bell.WHEN_READY
    tale: Tale = Tale.TRUE
    #: Bends the answer to the request itself, each answer to a fetch, each file when it is ready.
    first: Bend | None = None
    fetched: Bend | None = None
    file: Bend | None = None


def as_turn(mood: Mood | Turn) -> Turn:
    return mood if isinstance(mood, Turn) else Turn(mood=mood)


#: Moods that make no sense in an answer that already carries the pictures.
NEEDS_FETCH = frozenset(
    {
        Mood.QUEUED,
        Mood.NEVER,
        Mood.FAILED_LATER,
        Mood.ERROR_LATER,
        Mood.FETCH_404_FOR_A_WHILE,
        Mood.FETCH_HTML_FOR_A_WHILE,
        Mood.FETCH_BUSY_FOR_A_WHILE,
        Mood.EMPTY_OUTPUT_FOR_A_WHILE,
        Mood.FETCH_MINIMAL,
        Mood.FOREIGN_FETCH_RESULT,
        Mood.FETCH_ID_DIFFERS,
    }
)
FLAGGED = frozenset({Mood.NSFW, Mood.NSFW_LIST})
