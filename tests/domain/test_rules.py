"""What differs between two sets of rules, and what may not be set, as tables."""

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.preferences import ServerSettings
from bot.domain.rules import (
    PLACES_MAX,
    QUOTAS,
    AboveCeiling,
    DefaultNotAllowed,
    Difference,
    Setting,
    TooMany,
    allow_channel,
    deny_channel,
    differences,
    forget_channels,
    objection,
    reset,
)
from bot.domain.zones import zone_named, zones

FULL = ServerSettings(
    server_day=50,
    server_month=900,
    member_day=5,
    server_line=30,
    member_line=3,
    time_zone="Asia/Tokyo",
    model="sdxl",
    allowed_models=frozenset({"sdxl", "flux"}),
    allowed_channels=frozenset({2, 1}),
    denied_channels=frozenset({3}),
    log_channel_id=4,
)


def test_every_setting_of_a_server_has_a_name_for_the_audit() -> None:
    named = {setting.value for setting in Setting} - {"pause"}
    assert named == set(ServerSettings.__dataclass_fields__)


def test_each_setting_that_changed_is_a_difference_in_plain_text() -> None:
    assert differences(ServerSettings(), FULL) == (
        Difference("server_day", None, "50"),
        Difference("server_month", None, "900"),
        Difference("member_day", None, "5"),
        Difference("member_line", None, "3"),
        Difference("server_line", None, "30"),
        Difference("time_zone", None, "Asia/Tokyo"),
        Difference("model", None, "sdxl"),
        Difference("allowed_models", None, "flux, sdxl"),
        Difference("allowed_channels", None, "1, 2"),
        Difference("denied_channels", None, "3"),
        Difference("log_channel_id", None, "4"),
    )
    assert differences(FULL, FULL) == ()
    # Nothing may be is something else than nothing set.
    assert differences(FULL, replace(FULL, server_day=0)) == (Difference("server_day", "50", "0"),)


@pytest.mark.parametrize(
    ("change", "ceiling", "expected"),
    [
        ({"server_day": 100}, 100, None),
        ({"server_day": 101}, 100, AboveCeiling("server_day", 101, 100)),
        ({"member_day": 101}, 100, AboveCeiling("member_day", 101, 100)),
        ({"server_day": 1}, 0, AboveCeiling("server_day", 1, 0)),
        ({"server_day": 0}, 0, None),
        ({"server_month": 1000}, 100, None),
        ({"server_line": 1000, "member_line": 1000}, 100, None),
        ({"server_day": 1_000_000}, None, None),
        ({"model": "qwen"}, None, DefaultNotAllowed("qwen", ("flux", "sdxl"))),
        ({"allowed_models": frozenset({"flux"})}, None, DefaultNotAllowed("sdxl", ("flux",))),
        ({"allowed_models": frozenset({"qwen"}), "model": "qwen"}, None, None),
        ({"allowed_models": frozenset({"qwen"}), "model": None}, None, None),
        ({"allowed_models": None, "model": "qwen"}, None, None),
        ({"allowed_channels": frozenset(range(PLACES_MAX))}, None, None),
        (
            {"denied_channels": frozenset(range(PLACES_MAX + 1))},
            None,
            TooMany("denied_channels", PLACES_MAX),
        ),
    ],
)
def test_what_may_not_be_set_is_refused_as_a_value(
    change: dict[str, Any], ceiling: int | None, expected: object
) -> None:
    assert objection(FULL, replace(FULL, **change), ceiling=ceiling) == expected


def test_what_was_set_before_the_owner_lowered_the_ceiling_hinders_nothing_else() -> None:
    assert objection(FULL, replace(FULL, time_zone="UTC"), ceiling=10) is None


def test_a_channel_is_allowed_or_denied_or_neither() -> None:
    settings = deny_channel(allow_channel(ServerSettings(), 1), 2)
    assert _channels(settings) == ([1], [2])
    settings = deny_channel(settings, 1)
    assert _channels(settings) == ([], [1, 2])
    settings = allow_channel(settings, 2)
    assert _channels(settings) == ([2], [1])
    assert forget_channels(settings, {1, 2, 3}) == ServerSettings()


def _channels(settings: ServerSettings) -> tuple[list[int], list[int]]:
    return sorted(settings.allowed_channels), sorted(settings.denied_channels)


def test_a_reset_leaves_what_is_no_quota() -> None:
    assert reset(FULL, ()) == FULL
    assert reset(FULL, (Setting.MEMBER_DAY,)) == replace(FULL, member_day=None)
    assert reset(FULL, QUOTAS) == ServerSettings(
        model="sdxl",
        allowed_models=FULL.allowed_models,
        allowed_channels=FULL.allowed_channels,
        denied_channels=FULL.denied_channels,
        log_channel_id=4,
    )


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        (" europe/berlin ", "Europe/Berlin"),
        ("america/new york", "America/New_York"),
        ("UTC", "UTC"),
        ("utc", "UTC"),
        ("Berlin", None),
        ("", None),
        ("Europe", None),
        ("../../etc/passwd", None),
        ("/etc/passwd", None),
        ("localtime", None),
        ("Factory", None),
        ("Europe/Berlin\0", None),
    ],
)
def test_a_zone_is_known_however_it_is_written(typed: str, zone: str | None) -> None:
    assert zone_named(typed) == zone


def test_the_zones_stand_in_order() -> None:
    assert list(zones()) == sorted(set(zones()))
    assert {"UTC", "Asia/Tokyo", "Pacific/Chatham"} <= set(zones())
