"""What a person asks for, and who asks. Knows nothing of Discord or the vendor."""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

PROMPT_MAX_CHARS = 2000
COUNT_MAX = 4
SEED_MAX = 2**32 - 1
# Spaces, controls, zero-width and private signs. What is not assigned yet may be a new emoji.
_UNSEEN = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co"})
# Stands for the server where there is none: direct messages, and what a user has installed.
PERSONAL = 0


class Kind(StrEnum):
    """The kinds of work, named like the commands that ask for them."""

    IMAGINE = "imagine"
    REMIX = "remix"
    INPAINT = "inpaint"
    UPSCALE = "upscale"
    CUTOUT = "cutout"
    DESCRIBE = "describe"

    @property
    def paints(self) -> bool:
        """Whether a model paints, that somebody chose; else a tool works on a picture."""
        return self in (Kind.IMAGINE, Kind.REMIX, Kind.INPAINT)


class Aspect(StrEnum):
    """Width to height of the picture, as people write it."""

    SQUARE = "1:1"
    PHOTO = "3:2"
    PHOTO_TALL = "2:3"
    SCREEN = "4:3"
    SCREEN_TALL = "3:4"
    WIDE = "16:9"
    TALL = "9:16"

    @property
    def ratio(self) -> float:
        """Width divided by height."""
        width, height = self.value.split(":")
        return int(width) / int(height)


@dataclass(frozen=True, slots=True, kw_only=True)
class InputPicture:
    """A picture that a request starts from, upright and checked, in our own store."""

    sha256: str
    mime: str
    width_px: int
    height_px: int
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRequest:
    """One request for pictures. `None` means that the asker left it to the model.

    `prompt` and `negative` are the asker's own words; a style is applied on the way to the vendor.
    `source` is what a remix, an inpainting or an edit starts from; `mask` has one channel and the
    same pixels as `source`, white where it is repainted. `strength` is 0 (keep) to 1 (change all).
    `parent_job` is the job whose result this one was made from, and `parent_picture` the 1-based
    number of the picture there.
    """

    kind: Kind
    prompt: str
    model: str
    negative: str = ""
    aspect: Aspect = Aspect.SQUARE
    count: int = 1
    seed: int | None = None
    steps: int | None = None
    guidance: float | None = None
    style: str | None = None
    lora: str | None = None
    lora_strength: float | None = None
    enhance: bool = False
    private: bool = False
    spoiler: bool = False
    source: InputPicture | None = None
    mask: InputPicture | None = None
    strength: float | None = None
    parent_job: int | None = None
    parent_picture: int | None = None

    @property
    def lacks_words(self) -> bool:
        """Whether it is to be painted from words, and there are none that can be seen."""
        return self.kind.paints and all(
            unicodedata.category(sign) in _UNSEEN for sign in self.prompt
        )

    @property
    def work(self) -> str:
        """The model at its kind of work: what takes its own time, and may be closed alone."""
        return f"{self.kind.value}:{self.model}"

    @property
    def pictures(self) -> int:
        """How many pictures it asks for: what a quota counts."""
        return 0 if self.kind is Kind.DESCRIBE else self.count


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """Who asks, and where, as Discord said at that moment.

    `guild_id` is the server that is charged, PERSONAL where none is. `age_restricted` is the
    channel's flag, `role_ids` are the asker's roles there, and `parent_ids` the channel of a
    thread and the category of a channel.
    """

    user_id: int
    guild_id: int
    channel_id: int
    age_restricted: bool = False
    role_ids: tuple[int, ...] = ()
    parent_ids: tuple[int, ...] = ()

    @property
    def place_ids(self) -> frozenset[int]:
        """Every place that a rule about channels may name."""
        return frozenset((self.channel_id, *self.parent_ids))
