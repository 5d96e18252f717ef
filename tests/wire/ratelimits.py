"""The webhook bucket of every interaction: five requests in two seconds. Counts; never waits."""

from dataclasses import dataclass

from .clock import Clock
from .errors import Json

LIMIT, WINDOW_S = 5, 2.0


@dataclass(frozen=True)
class Verdict:
    remaining: int
    reset_after_s: float
    reset_at_s: float
    bucket: str

    @property
    def is_refused(self) -> bool:
        return self.remaining < 0

    def headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(LIMIT),
            "X-RateLimit-Remaining": str(max(0, self.remaining)),
            "X-RateLimit-Reset": f"{self.reset_at_s:.3f}",
            "X-RateLimit-Reset-After": f"{self.reset_after_s:.3f}",
            "X-RateLimit-Bucket": self.bucket,
        }


class Buckets:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._windows: dict[str, tuple[float, int]] = {}

    def take(self, token: str) -> Verdict:
        """One more request with this token; a refused one does not count."""
        now = self._clock.seconds()
        opened, used = self._windows.get(token, (now, 0))
        if now - opened >= WINDOW_S:
            opened, used = now, 0
        left_s = opened + WINDOW_S - now
        self._windows[token] = (opened, min(used + 1, LIMIT))
        remaining = LIMIT - used - 1
        return Verdict(remaining, left_s, self._clock.epoch_s() + left_s, f"webhook-{token[-8:]}")


def too_many(
    retry_after_s: float, *, via: bool, is_global: bool = False
) -> tuple[Json, dict[str, str]]:
    """Body and headers of a 429. Without `Via` it looks like a ban from the network in front."""
    body: Json = {
        "message": "You are being rate limited.",
        "retry_after": round(retry_after_s, 3),
        "global": is_global,
        "code": 0,
    }
    headers = {"Retry-After": str(int(retry_after_s) + 1)}
    headers["X-RateLimit-Scope"] = "global" if is_global else "user"
    if is_global:
        headers["X-RateLimit-Global"] = "true"
    if via:
        headers["Via"] = "1.1 google"
    return body, headers
