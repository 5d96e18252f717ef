"""What the person who runs the bot decides: read once at start, never looked up again later."""

import ipaddress
import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot.domain.errors import LimnerError

ENV_FILE: Final = Path(".env")
_SQLITE: Final = "sqlite+aiosqlite:///"
_SECRET_KEY_LENGTH: Final = 32
# What an address may be made of: no spaces, no quotes, nothing that a browser would spell anew.
_ONE_WORD: Final = re.compile(r"[!#-&(-;=?-~]+")
_ID: Final = re.compile(r"[0-9]{1,30}")
ID_MAX: Final = 2**64 - 1

# What pydantic calls the fault, and what we say of it.
_WISHES: Final = {
    "missing": "is missing: set it in the environment or in .env",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a whole number, and not as long",
    "string_too_short": "must not be empty",
    "decimal_parsing": "must be a number, such as 12.50",
    "finite_number": "must be a number, such as 12.50",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be {expected}",
    "string_pattern_mismatch": "must be a model's id, such as flux",
    "value_error": "{error}",
}


class SettingsError(LimnerError):
    """The bot cannot start with these settings; the text is one line that repeats no value."""

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def _bare_secret(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value()
    if not text:
        # Nothing but spaces.
        raise ValueError("is missing: set it in the environment or in .env")
    # Quotes mean something in a .env file, and nothing in an environment.
    if not (text.isascii() and text.isprintable()) or set(text) & set(" '\""):
        raise ValueError("must be the bare secret: no spaces, quotes or line breaks, no 'Bot '")
    return secret


def _long_secret(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value()) < _SECRET_KEY_LENGTH:
        raise ValueError(f"must be at least {_SECRET_KEY_LENGTH} characters long")
    return secret


def _ids(value: object) -> object:
    if not isinstance(value, str):
        return value
    words = [word.strip() for word in value.split(",") if word.strip()]
    if not all(_ID.fullmatch(word) and 0 < int(word) <= ID_MAX for word in words):
        raise ValueError("must be Discord ids (whole numbers), separated by commas")
    return frozenset(int(word) for word in words)


def _address(url: str) -> str:
    """An http(s) address without the parts that would leak or be lost, nor a last slash."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if parts.scheme not in ("http", "https") or not host or not _ONE_WORD.fullmatch(url):
        raise ValueError("must be a full address, such as https://limner.example")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("must be an address without user name, password, '?' or '#'")
    return url.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _public_address(url: str) -> str:
    url = _address(url)
    parts = urlsplit(url)
    if parts.scheme != "https" and not _is_loopback(parts.hostname or ""):
        raise ValueError("must begin with https:// (http:// only for this machine itself)")
    return url


def _sqlite_file(url: str) -> str:
    path = url.removeprefix(_SQLITE)
    is_file = path != url and Path(path).name
    if not is_file or path.startswith((":", "file:")) or "?" in path:
        raise ValueError(f"must name an SQLite file, such as {_SQLITE}data/limner.db")
    return url


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _upper(value: object) -> object:
    return value.strip().upper() if isinstance(value, str) else value


Token = Annotated[SecretStr, AfterValidator(_bare_secret)]
SigningKey = Annotated[SecretStr, AfterValidator(_long_secret)]
Ids = Annotated[frozenset[int], NoDecode, BeforeValidator(_ids)]
Address = Annotated[str, AfterValidator(_address)]
PublicAddress = Annotated[str, AfterValidator(_public_address)]
Host = Annotated[str, Field(min_length=1)]
Port = Annotated[int, Field(ge=0, le=65535)]
Pictures = Annotated[int, Field(ge=0, le=1_000_000)]
Days = Annotated[int, Field(ge=1, le=3650)]
Usd = Annotated[Decimal, Field(ge=0, le=1_000_000, allow_inf_nan=False)]


class Settings(BaseSettings):
    """Every setting, under its environment variable's name in lower case."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="ignore",
        env_ignore_empty=True,
        # A first line written by Notepad may begin with a byte order mark.
        env_file_encoding="utf-8-sig",
        str_strip_whitespace=True,
        hide_input_in_errors=True,
    )

    discord_token: Token = Field(description="The bot's token, from Discord's developer portal.")
    modelslab_api_key: Token = Field(description="The ModelsLab key that pays for the pictures.")

    database_url: Annotated[str, AfterValidator(_sqlite_file)] = Field(
        f"{_SQLITE}data/limner.db",
        description="The SQLite file; the pictures live in a folder beside it.",
    )
    secret_key: SigningKey | None = Field(
        None,
        description="Signs the web part's links, 32 characters or more; empty: made once and kept.",
    )

    public_url: PublicAddress | None = Field(
        None,
        description="https address of the web part; empty: polling only, no mask page.",
    )
    http_host: Host = Field(
        "0.0.0.0",  # noqa: S104 - it is the public part, and is off without PUBLIC_URL
        description="Where the web part listens; it is off without PUBLIC_URL.",
    )
    http_port: Port = Field(8080, description="The web part's port; 0: any free one.")
    metrics_host: Host = Field(
        "127.0.0.1",
        description="Where health and metrics listen; keep them off the public network.",
    )
    metrics_port: Port = Field(9090, description="Port of health and metrics; 0: any free one.")

    discord_api_url: Address | None = Field(
        None,
        description="Another base for Discord's API (stand-in, proxy); empty: Discord's own v10.",
    )
    modelslab_base_url: Address = Field(
        "https://modelslab.com/api",
        description="Base of ModelsLab's API; another one is a stand-in or a proxy.",
    )
    modelslab_max_queued: int = Field(
        5,
        ge=1,
        le=100,
        description="How many requests your ModelsLab plan may have queued: 5, 10 or 15.",
    )
    modelslab_timeout_s: int = Field(
        60,
        ge=1,
        le=600,
        description="Seconds to wait for one answer of ModelsLab.",
    )
    job_deadline_s: int = Field(
        600,
        ge=1,
        le=7200,
        description="Seconds from submission after which a job fails and is refunded.",
    )

    owner_ids: Ids = Field(
        frozenset(),
        description="Discord ids of the owners, separated by commas.",
    )
    owner_channel_id: int | None = Field(
        None,
        gt=0,
        le=ID_MAX,
        description="Channel for the owner's notices; empty: direct messages.",
    )
    allowed_guilds: Ids = Field(
        frozenset(),
        description="Ids of the servers that may use the bot, separated by commas; empty: all.",
    )
    max_pictures_per_server_day: Pictures | None = Field(
        None,
        description="No server may give itself more pictures a day than this; empty: no ceiling.",
    )
    budget_per_month: Usd | None = Field(
        None,
        description="US dollars a month for all servers together; empty: no ceiling.",
    )
    price_per_picture: Usd = Field(
        Decimal("0.0047"),
        description="Estimated US dollars for one picture, used for costs and the budget.",
    )

    personal_pictures_day: Pictures | None = Field(
        None,
        description="Pictures a day for a person outside of servers: direct messages and the bot "
        "added to an account. Empty: servers only.",
    )

    default_server_day: Pictures = Field(
        200,
        description="Pictures a day that a new server starts with.",
    )
    default_server_month: Pictures | None = Field(
        None,
        description="Pictures a month that a new server starts with; empty: no limit.",
    )
    default_member_day: Pictures | None = Field(
        None,
        description="Pictures a day for one member of a new server; empty: no limit of their own.",
    )
    default_server_line: int = Field(
        60,
        ge=1,
        le=10_000,
        description="Jobs that a new server may have on the way: in line or being made.",
    )
    default_member_line: int = Field(
        20,
        ge=1,
        le=10_000,
        description="Jobs that one member of a new server may have on the way.",
    )
    default_model: str = Field(
        "flux",
        pattern=r"^[A-Za-z0-9._/-]{1,100}$",
        description="The model that paints when nobody chose another.",
    )
    keep_inputs_days: Days = Field(
        30,
        description="Days that pictures which people gave stay on this machine's disk.",
    )
    keep_pictures_days: Days = Field(
        30,
        description="Days that finished pictures stay on this machine's disk.",
    )
    keep_thumbnails_days: Days = Field(
        180,
        description="Days that /history shows a small picture of each result.",
    )
    keep_texts_days: Days = Field(
        365,
        description="Days that /history knows a job at all, with its prompt.",
    )

    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"],
        BeforeValidator(_upper),
    ] = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")
    log_format: Annotated[
        Literal["text", "json"],
        BeforeValidator(_lower),
    ] = Field("text", description="text for people, json for machines: one line an event.")

    @property
    def database_path(self) -> Path:
        """The SQLite file that `database_url` names."""
        return Path(self.database_url.removeprefix(_SQLITE))

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be read in a log or a message."""
        given = (self.discord_token, self.modelslab_api_key, self.secret_key)
        return tuple(secret.get_secret_value() for secret in given if secret is not None)


class _GivenSettings(Settings):
    """Settings that look at no environment and at no file."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


def load_settings(env_file: Path | None = ENV_FILE) -> Settings:
    """The settings of this process: its environment first, then the file.

    Raises SettingsError: one line that names every setting in question and repeats no value.
    """
    try:
        return Settings(_env_file=env_file)
    except ValidationError as error:
        raise SettingsError(*_problems(error)) from None
    except UnicodeDecodeError:
        raise SettingsError(f"{env_file} is not UTF-8 text: save it again as UTF-8") from None
    except OSError as error:
        raise SettingsError(f"{env_file} cannot be read: {error.strerror}") from None


def settings_from(values: Mapping[str, str]) -> Settings:
    """The settings that `values` spell, by their environment names and nothing else.

    For stand-ins, which must not pick up the real bot's environment. Raises SettingsError.
    """
    given: dict[str, Any] = {name.lower(): text for name, text in values.items() if text}
    try:
        return _GivenSettings(**given)
    except ValidationError as error:
        raise SettingsError(*_problems(error)) from None


def _problems(error: ValidationError) -> list[str]:
    return [_problem(found) for found in error.errors(include_url=False, include_input=False)]


def _problem(found: ErrorDetails) -> str:
    name = str(found["loc"][0]).upper()
    wish = _WISHES.get(found["type"])
    if wish is None:
        # The library's own words speak of the rule alone: the value is never in them.
        return f"{name}: {found['msg']}"
    return f"{name} {wish.format_map(found.get('ctx', {}))}"
