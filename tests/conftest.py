"""What holds for every test: no settings from outside, no stopwatch on made-up examples."""

import pytest
from hypothesis import settings as hypothesis_settings

from bot.settings import Settings
from tests.scenarios import toll

# A shared machine pauses when it likes: a slow example is no fault.
hypothesis_settings.register_profile("limner", deadline=None)
hypothesis_settings.load_profile("limner")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own DISCORD_TOKEN must neither change a test nor be used by one."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What the kills have cost, in the tests that kill; in whichever processes they ran."""
    reports = [*terminalreporter.stats.get("passed", ()), *terminalreporter.stats.get("failed", ())]
    lines = toll.table(found for each in reports for found in toll.found(each.user_properties))
    if lines:
        terminalreporter.section("kill -9: what it has cost")
        terminalreporter.write_line("\n".join(lines))
