"""What holds for every test: no settings from outside, no stopwatch on made-up examples."""

import pytest
from hypothesis import settings as hypothesis_settings

from bot.settings import Settings

# A shared machine pauses when it likes: a slow example is no fault.
hypothesis_settings.register_profile("limner", deadline=None)
hypothesis_settings.load_profile("limner")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own DISCORD_TOKEN must neither change a test nor be used by one."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
