"""Settings: what loads, what is refused, and that a refusal is one line that tells no secret."""

import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.settings import Settings, SettingsError, load_settings, settings_from

ROOT = Path(__file__).parents[1]
NEEDED = {"DISCORD_TOKEN": "token-for-tests", "MODELSLAB_API_KEY": "key-for-tests"}
MARKED = "marked-secret-4711"


def test_two_settings_are_enough() -> None:
    settings = settings_from(NEEDED)

    assert settings.discord_token.get_secret_value() == "token-for-tests"
    assert settings.database_path == Path("data/limner.db")
    assert settings.public_url is None
    assert settings.allowed_guilds == frozenset()


def test_the_environment_goes_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("DISCORD_TOKEN=file\nMODELSLAB_API_KEY=file\nHTTP_PORT=1\nFOREIGN=x\n")
    monkeypatch.setenv("DISCORD_TOKEN", "environment")
    monkeypatch.setenv("HTTP_PORT", "")

    settings = load_settings(env_file)

    assert settings.discord_token.get_secret_value() == "environment"
    assert settings.http_port == 1, "an empty variable counts as unset"


def test_given_settings_do_not_see_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "the real one")
    monkeypatch.setenv("HTTP_PORT", "1")

    with pytest.raises(SettingsError, match="DISCORD_TOKEN is missing"):
        settings_from({"MODELSLAB_API_KEY": "key"})
    assert settings_from(NEEDED).http_port == 8080


@pytest.mark.parametrize(
    ("name", "text", "attribute", "value"),
    [
        ("OWNER_IDS", "1, 22 ,333,", "owner_ids", frozenset({1, 22, 333})),
        ("ALLOWED_GUILDS", "7", "allowed_guilds", frozenset({7})),
        ("PUBLIC_URL", "https://limner.example/", "public_url", "https://limner.example"),
        ("PUBLIC_URL", "http://localhost:8080", "public_url", "http://localhost:8080"),
        ("PUBLIC_URL", "http://[::1]:8080", "public_url", "http://[::1]:8080"),
        ("DISCORD_API_URL", "http://127.0.0.1:1/api", "discord_api_url", "http://127.0.0.1:1/api"),
        ("METRICS_PORT", "0", "metrics_port", 0),
        ("HTTP_PORT", "65535", "http_port", 65535),
        ("LOG_LEVEL", "debug", "log_level", "DEBUG"),
        ("LOG_LEVEL", " info ", "log_level", "INFO"),
        ("LOG_FORMAT", "JSON", "log_format", "json"),
        ("LOG_FORMAT", "json ", "log_format", "json"),
        ("DATABASE_URL", "sqlite+aiosqlite:////a/b.db", "database_path", Path("/a/b.db")),
        ("DEFAULT_SERVER_DAY", "0", "default_server_day", 0),
    ],
)
def test_good_values(name: str, text: str, attribute: str, value: object) -> None:
    assert getattr(settings_from({**NEEDED, name: text}), attribute) == value


@pytest.mark.parametrize(
    ("name", "text", "wish"),
    [
        ("DISCORD_TOKEN", "", "is missing: set it in the environment or in .env"),
        ("DISCORD_TOKEN", "   ", "is missing: set it in the environment or in .env"),
        ("DISCORD_TOKEN", f"Bot {MARKED}", "must be the bare secret"),
        ("DISCORD_TOKEN", f'"{MARKED}"', "must be the bare secret"),
        ("MODELSLAB_API_KEY", f"'{MARKED}'", "must be the bare secret"),
        ("MODELSLAB_API_KEY", f"{MARKED}\nx", "must be the bare secret"),
        ("MODELSLAB_API_KEY", f"{MARKED}\N{EN DASH}", "must be the bare secret"),
        ("SECRET_KEY", MARKED, "must be at least 32 characters"),
        ("DATABASE_URL", f"postgresql://user:{MARKED}@host/db", "must name an SQLite file"),
        ("DATABASE_URL", "sqlite:///data/limner.db", "must name an SQLite file"),
        ("DATABASE_URL", "sqlite+aiosqlite:///", "must name an SQLite file"),
        ("DATABASE_URL", "sqlite+aiosqlite:////", "must name an SQLite file"),
        ("DATABASE_URL", "sqlite+aiosqlite:///:memory:", "must name an SQLite file"),
        ("DATABASE_URL", "sqlite+aiosqlite:///a.db?mode=ro", "must name an SQLite file"),
        ("PUBLIC_URL", "limner.example", "must be a full address"),
        ("PUBLIC_URL", "https://[::1", "must be a full address"),
        ("PUBLIC_URL", "https://lim ner.example", "must be a full address"),
        ("PUBLIC_URL", '"https://limner.example"', "must be a full address"),
        ("PUBLIC_URL", "https://limner.example:99999", "must be a full address"),
        ("PUBLIC_URL", "http://limner.example", "must begin with https://"),
        ("PUBLIC_URL", "http://127.0.0.1.limner.example", "must begin with https://"),
        ("PUBLIC_URL", f"https://me:{MARKED}@limner.example", "must be an address without"),
        ("MODELSLAB_BASE_URL", "ftp://modelslab.com", "must be a full address"),
        ("MODELSLAB_BASE_URL", f"https://x.example?key={MARKED}", "must be an address without"),
        ("HTTP_PORT", MARKED, "must be a whole number"),
        ("HTTP_PORT", "65536", "must be at most 65535"),
        ("METRICS_PORT", "-1", "must be at least 0"),
        ("MODELSLAB_MAX_QUEUED", "0", "must be at least 1"),
        ("MODELSLAB_MAX_QUEUED", "101", "must be at most 100"),
        ("JOB_DEADLINE_S", "7201", "must be at most 7200"),
        ("JOB_DEADLINE_S", "1.5", "must be a whole number"),
        ("OWNER_IDS", f"1,{MARKED}", "must be Discord ids"),
        ("OWNER_IDS", "0", "must be Discord ids"),
        ("OWNER_IDS", "18446744073709551616", "must be Discord ids"),
        ("OWNER_IDS", "9" * 5000, "must be Discord ids"),
        ("OWNER_CHANNEL_ID", "18446744073709551616", "must be at most 18446744073709551615"),
        ("HTTP_PORT", "9" * 5000, "must be a whole number"),
        ("HTTP_HOST", "  ", "must not be empty"),
        ("ALLOWED_GUILDS", "²", "must be Discord ids"),
        ("OWNER_CHANNEL_ID", "0", "must be more than 0"),
        ("BUDGET_PER_MONTH", MARKED, "must be a number"),
        ("BUDGET_PER_MONTH", "NaN", "must be a number"),
        ("BUDGET_PER_MONTH", "-1", "must be at least 0"),
        ("DEFAULT_MODEL", "a model", "must be a model's id"),
        ("KEEP_PICTURES_DAYS", "0", "must be at least 1"),
        ("LOG_LEVEL", "LOUD", "must be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
        ("LOG_FORMAT", MARKED, "must be 'text' or 'json'"),
    ],
)
def test_a_bad_value_is_one_line_that_repeats_no_value(name: str, text: str, wish: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings_from({**NEEDED, name: text})

    assert str(caught.value).startswith(f"{name} {wish}")
    assert "\n" not in str(caught.value)
    assert MARKED not in str(caught.value)
    assert caught.value.__suppress_context__, "the library's own error must not be printed along"


def test_several_problems_share_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PORT", "many")

    with pytest.raises(SettingsError) as caught:
        load_settings(None)

    assert str(caught.value) == (
        "DISCORD_TOKEN is missing: set it in the environment or in .env; "
        "MODELSLAB_API_KEY is missing: set it in the environment or in .env; "
        "HTTP_PORT must be a whole number"
    )


def test_a_file_with_a_byte_order_mark_loads(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_bytes(b"\xef\xbb\xbfDISCORD_TOKEN=a\r\nMODELSLAB_API_KEY=b\r\n")

    assert load_settings(env_file).discord_token == SecretStr("a")


def test_a_file_in_another_encoding_is_one_line(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("DISCORD_TOKEN=a\n", encoding="utf-16")

    with pytest.raises(SettingsError, match="is not UTF-8 text"):
        load_settings(env_file)


def test_settings_show_no_secret_and_cannot_be_changed() -> None:
    settings = settings_from({**NEEDED, "SECRET_KEY": MARKED * 3, "DISCORD_TOKEN": MARKED})

    assert MARKED not in repr(settings) + str(settings) + settings.model_dump_json()
    assert set(settings.secrets) == {MARKED, "key-for-tests", MARKED * 3}
    with pytest.raises(ValueError, match="frozen"):
        settings.http_port = 1  # type: ignore[misc]


def test_the_example_file_is_the_defaults() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    example = dict(line.split("=", 1) for line in lines if re.match(r"[A-Z_]+=", line))

    assert settings_from(NEEDED | {n: v for n, v in example.items() if v}) == settings_from(NEEDED)
    for name, field in Settings.model_fields.items():
        if field.default is not None and not field.is_required() and field.default != frozenset():
            assert example[name.upper()], f"{name.upper()} has a default: write it down"


def test_the_example_file_has_every_setting_once_with_its_description() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    names = [line.partition("=")[0] for line in lines if re.match(r"[A-Z_]+=", line)]

    assert sorted(names) == sorted(name.upper() for name in Settings.model_fields)
    for name, field in Settings.model_fields.items():
        position = next(i for i, line in enumerate(lines) if line.startswith(f"{name.upper()}="))
        assert lines[position - 1] == f"# {field.description}"


def test_the_example_file_loads_once_the_two_secrets_are_filled_in(tmp_path: Path) -> None:
    text = (ROOT / ".env.example").read_text()
    env_file = tmp_path / ".env"
    env_file.write_text(
        text.replace("DISCORD_TOKEN=\n", "DISCORD_TOKEN=token-for-tests\n").replace(
            "MODELSLAB_API_KEY=\n", "MODELSLAB_API_KEY=key-for-tests\n"
        )
    )

    assert load_settings(env_file).model_dump() == settings_from(NEEDED).model_dump()
