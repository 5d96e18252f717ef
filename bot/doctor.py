"""Looks at everything the bot stands on and says what would mend it. Changes and mends nothing.

It needs no running bot and disturbs none. All it says passes `Voice`, so that the output can be
shown to anybody.
"""

import asyncio
import re
import textwrap
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

from bot import __version__
from bot.domain.checkup import Finding, Mark, clock, note, ok, sick, unseen
from bot.domain.request import Kind
from bot.modelslab import checkup as vendor_checkup
from bot.modelslab.catalogue import Catalogue
from bot.modelslab.client import ModelsLab
from bot.modelslab.questions import Learned, Questions
from bot.modelslab.redaction import redact
from bot.settings import ENV_FILE, Settings, SettingsError, load_settings
from bot.web import checkup as port_checkup
from bot.web import entrance as web_checkup
from cogs import checkup as discord_checkup
from cogs.portal import PORTAL
from storage import checkup as database_checkup

WIDTH = 100
MARK_WIDTH = 6
TOPIC_WIDTH = 12
# Whoever looks is not as patient as the bot.
VENDOR_PATIENCE_S = 15.0

COST = """\
This asks ModelsLab what its documents leave open. It paints up to two small pictures on
your account (about one US cent), and puts your key into the address of two searches, which
is how ModelsLab documents them."""

Say = Callable[[str], object]


def utcnow() -> datetime:
    return datetime.now(UTC)


async def examine(
    say: Say, *, ask_vendor: bool = False, now: Callable[[], datetime] = utcnow
) -> bool:
    """Say how everything is, a line or two each; True if nothing is sick."""
    try:
        settings = load_settings()
    except SettingsError as error:
        voice = Voice(say, secrets=())
        voice.heading(now())
        voice.tell(*bad_settings(error.problems))
        return voice.sum_up()
    voice = Voice(say, secrets=settings.secrets)
    voice.heading(now())
    voice.tell(_settings_are_read(), *judge(settings))
    async with _vendor(settings) as vendor:
        answers = await _look_around(settings, vendor, voice, now)
        if ask_vendor and not answers:
            voice.tell(unseen("questions", "ModelsLab must know the key before it can be asked"))
        elif ask_vendor:
            await _ask(settings, vendor, voice, now)
    return voice.sum_up()


async def _look_around(
    settings: Settings, vendor: ModelsLab, voice: "Voice", now: Callable[[], datetime]
) -> bool:
    """Look everywhere at once, and tell it in order; whether ModelsLab can be asked more."""
    async with asyncio.TaskGroup() as group:
        database = group.create_task(
            asyncio.to_thread(database_checkup.look, settings.database_path)
        )
        port = group.create_task(port_checkup.look(settings.metrics_host, settings.metrics_port))
        entrance = group.create_task(_entrance(settings))
        discord = group.create_task(
            discord_checkup.visit(
                settings.discord_token.get_secret_value(),
                api_url=settings.discord_api_url,
                allowed_guilds=settings.allowed_guilds,
                owner_channel_id=settings.owner_channel_id,
                now=now,
            )
        )
        modelslab = group.create_task(
            vendor_checkup.visit(
                vendor,
                max_queued=settings.modelslab_max_queued,
                price_usd=float(settings.price_per_picture),
                now=now,
            )
        )
        voice.tell(*await database)
        voice.tell(await port, *(await entrance))
        voice.tell(*(await discord).findings)
        voice.tell(*(await modelslab).findings)
    voice.tell(_clock((await discord).clock_ahead_s, (await modelslab).clock_ahead_s))
    return (await modelslab).answers


async def _entrance(settings: Settings) -> list[Finding]:
    if settings.public_url is None:
        return []
    looked = web_checkup.look(settings.public_url, host=settings.http_host, port=settings.http_port)
    return [await looked]


@asynccontextmanager
async def _vendor(settings: Settings) -> AsyncIterator[ModelsLab]:
    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(
            ModelsLab(
                settings.modelslab_base_url,
                settings.modelslab_api_key.get_secret_value(),
                timeout_s=min(VENDOR_PATIENCE_S, settings.modelslab_timeout_s),
            )
        )


def _clock(by_discord_s: float | None, by_vendor_s: float | None) -> Finding:
    if by_discord_s is not None:
        return clock(by_discord_s, compared_with="Discord")
    return clock(by_vendor_s, compared_with="ModelsLab")


async def _ask(
    settings: Settings, vendor: ModelsLab, voice: "Voice", now: Callable[[], datetime]
) -> None:
    old = await asyncio.to_thread(database_checkup.oldest_ticket, settings.database_path)
    questions = Questions(
        vendor,
        key=settings.modelslab_api_key.get_secret_value(),
        base_url=settings.modelslab_base_url,
    )
    voice.blank()
    voice.line("What ModelsLab answers (keys and types; its own words where it names a state)")
    async for learned in questions.ask(
        old=old.ticket if old else None, old_age=now() - old.settled_at if old else None
    ):
        voice.report(learned)


def bad_settings(problems: Iterable[str]) -> Iterator[Finding]:
    """Each setting in question; the rest cannot be looked at without them."""
    for problem in problems:
        name, _, wish = problem.partition(" ")
        yield sick("settings", problem, _remedy(name.rstrip(":"), wish))
    yield unseen("the rest", "waits until the settings can be read")


def _remedy(name: str, wish: str) -> str:
    if name == "DISCORD_TOKEN" and "missing" in wish:
        return f"Copy it from {PORTAL}, your application, Bot, Reset Token."
    if name == "MODELSLAB_API_KEY" and "missing" in wish:
        return f"Copy it from {vendor_checkup.DASHBOARD}, API keys."
    if name.isupper():
        return f"Mend it in {ENV_FILE} or in the environment; .env.example shows how it looks."
    return f"Make a new {ENV_FILE} from .env.example."


def _settings_are_read() -> Finding:
    source = f"the environment and {ENV_FILE}" if ENV_FILE.exists() else "the environment"
    return ok("settings", f"all can be used; read from {source}")


def judge(settings: Settings) -> Iterator[Finding]:
    """What can be said of the settings without asking anybody."""
    catalogue = Catalogue.built_in()
    model = catalogue.get(settings.default_model)
    if model is None:
        close = catalogue.close(settings.default_model)
        meant = f"Perhaps you mean {' or '.join(close)}." if close else "Write flux."
        yield sick("model", f"DEFAULT_MODEL: {settings.default_model} is not known", meant)
    elif Kind.IMAGINE not in model.kinds:
        what = f"DEFAULT_MODEL: {model.id} makes no pictures from words"
        yield sick("model", what, "Write flux, or another model that does.")
    else:
        yield ok("model", f"{model.id} is known")
    yield vendor_checkup.base(settings.modelslab_base_url)
    if settings.discord_api_url is not None:
        yield note("address", "DISCORD_API_URL names a stand-in or a proxy, which sees the token")
    if settings.public_url is None:
        yield ok("web part", "off without PUBLIC_URL: results are fetched by polling")
    if not settings.owner_ids and settings.owner_channel_id is None:
        yield note(
            "owner",
            "nobody is told when credits end or the key is refused",
            "Put your Discord id into OWNER_IDS, or a channel's into OWNER_CHANNEL_ID.",
        )


class Voice:
    """Says each finding in short, aligned lines without any secret."""

    def __init__(self, say: Say, *, secrets: Iterable[str]) -> None:
        self._say = say
        self._secrets = tuple(secrets)
        self._marks: Counter[Mark] = Counter()
        self._sick: list[str] = []

    def heading(self, at: datetime) -> None:
        self.line(f"Limner {__version__}, looked at on {at:%Y-%m-%d at %H:%M} UTC")
        self.blank()

    def tell(self, *findings: Finding) -> None:
        for finding in findings:
            self._marks[finding.mark] += 1
            if finding.mark is Mark.SICK:
                self._sick.append(finding.topic)
            first = f"{finding.mark:<{MARK_WIDTH}}{self._clean(finding.topic):<{TOPIC_WIDTH}}"
            self._wrapped(first, finding.what)
            if finding.fix:
                self._wrapped(" " * len(first), f"-> {finding.fix}", hang=3)

    def report(self, learned: Learned) -> None:
        self.blank()
        self.line(learned.question)
        for said in learned.said:
            self._wrapped("  - ", said)
        if not learned.said:
            self._wrapped("  - ", f"still open: {learned.why_open}")

    def sum_up(self) -> bool:
        """The last line; True if nothing is sick."""
        self.blank()
        if self._sick:
            parts = ", ".join(dict.fromkeys(self._sick))
            count = len(self._sick)
            self.line(
                f"{count} {'is' if count == 1 else 'are'} sick: {parts}. Begin with the first."
            )
            return False
        notes = self._marks[Mark.NOTE]
        noted = "" if not notes else "; 1 note" if notes == 1 else f"; {notes} notes"
        self.line(f"Nothing is sick: {self._marks[Mark.OK]} ok{noted}.")
        return True

    def blank(self) -> None:
        self._say("")

    def line(self, text: str) -> None:
        self._say(self._clean(text))

    def _wrapped(self, first: str, text: str, *, hang: int = 0) -> None:
        # Cleaned before it is broken into lines: half a secret is one too.
        for line in textwrap.wrap(
            self._clean(text),
            WIDTH,
            initial_indent=first,
            subsequent_indent=" " * (len(first) + hang),
            # An address or a command in two pieces cannot be copied.
            break_long_words=False,
            break_on_hyphens=False,
        ):
            self._say(line.rstrip())

    def _clean(self, text: str) -> str:
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = redact(text, secret)
        return re.sub(r"[^\S ]|[\x00-\x1f\x7f-\x9f]", " ", text)
