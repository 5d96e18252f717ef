"""The one error tree, split by who must act.

    LimnerError
    ├── PictureError      the bytes are no picture we accept: tell whoever sent them
    ├── DownloadError     a link gave no file: `retryable` says whether waiting may help
    ├── StorageError      the database or the disk said no: tell the owner
    │   ├── StorageBusy       locked for longer than the busy time-out: trying again may help
    │   └── StorageUnusable   not ours, too new, or held by another process: cannot start
    ├── StaleJob          the job has moved on since it was read: drop the step, read again
    └── CourierError      Discord cannot be reached just now: deliver again later

What the vendor says is no error but a value (`bot.modelslab.wire`), and a refusal of a request is a
value too (`bot.domain.refusal`): both are expected, and the caller must look at them.
"""


class LimnerError(Exception):
    """Base of everything this project raises on purpose. Its text is one plain sentence."""


class PictureError(LimnerError):
    """The bytes are not a picture that we accept."""


class DownloadError(LimnerError):
    """A link gave no usable file."""

    def __init__(self, message: str, *, retryable: bool) -> None:
        super().__init__(message)
        self.retryable = retryable


class StorageError(LimnerError):
    """The database or the picture folder could not do what was asked; nothing is half-done."""


class StorageBusy(StorageError):
    """The database stayed locked for longer than the busy time-out."""


class StorageUnusable(StorageError):
    """The database file is not ours, is newer than this program, or is in use elsewhere."""


class StaleJob(LimnerError):
    """The job is no longer in the state that the step started from."""


class CourierError(LimnerError):
    """Discord cannot take the message now; `retry_after_s` is its own wish, or None."""

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
