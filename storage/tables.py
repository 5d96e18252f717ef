"""The tables. Times are whole milliseconds since 1970 in UTC, aware datetimes in Python.

Discord's ids are 64-bit integers. Money is in millionths of a US dollar (micros).
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# What a time is counted in.
UTC_UNIT = timedelta(milliseconds=1)


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC datetime, kept as milliseconds since 1970 so that it sorts and compares."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return (value - EPOCH) // UTC_UNIT

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else EPOCH + timedelta(milliseconds=value)


metadata = MetaData()

facts = Table(
    "facts",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", Text, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source_key", String, nullable=False, unique=True),
    Column("status", String, nullable=False),
    Column("kind", String, nullable=False),
    # The model at its kind of work, such as "imagine:sdxl".
    Column("work", String, nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("guild_id", BigInteger, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("age_restricted", Boolean, nullable=False),
    # Of the asker, and of the channel, at that moment.
    Column("role_ids", JSON, nullable=False, server_default=text("'[]'")),
    Column("parent_ids", JSON, nullable=False, server_default=text("'[]'")),
    Column("request", JSON, nullable=False),
    # The prompt as a search compares it.
    Column("words", Text, nullable=False, server_default=text("''")),
    Column("seed", BigInteger, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("returned", Boolean, nullable=False, server_default=text("0")),
    Column("withheld", Boolean, nullable=False, server_default=text("0")),
    Column("erased", Boolean, nullable=False, server_default=text("0")),
    Column("submitted_at", UtcTime),
    Column("deadline_at", UtcTime),
    Column("family", String),
    Column("remote_id", String),
    Column("ticket", JSON(none_as_null=True)),
    # When the vendor's doorbell rang last, and the vendor's id that it claimed for the job.
    Column("rang_at", UtcTime),
    Column("claim", String),
    Column("verdict", String),
    Column("outcome", JSON(none_as_null=True)),
    Column("settled_at", UtcTime),
    Column("route", String),
    Column("message_id", BigInteger),
    Column("delivered_at", UtcTime),
    UniqueConstraint("family", "remote_id"),
    Index(
        "jobs_on_the_belt",
        "status",
        "due_at",
        sqlite_where=text("status != 'delivered'"),
    ),
    Index(
        "jobs_of_server_now",
        "guild_id",
        "status",
        "user_id",
        sqlite_where=text("status != 'delivered'"),
    ),
    Index("jobs_of_member", "user_id", "guild_id"),
    Index("jobs_by_end", "delivered_at", sqlite_where=text("delivered_at IS NOT NULL")),
    Index("jobs_erased", "id", sqlite_where=text("erased = 1")),
    Index("jobs_times_of_work", "work", "id", sqlite_where=text("verdict = 'pictures'")),
    sqlite_autoincrement=True,
)

cards = Table(
    "cards",
    metadata,
    Column("job_id", ForeignKey("jobs.id"), primary_key=True),
    Column("private", Boolean, nullable=False),
    Column("token", String),
    Column("token_expires_at", UtcTime),
    Column("file_limit_bytes", Integer, nullable=False),
    Column("message_id", BigInteger),
    Column("first_try_at", UtcTime),
)

slots = Table(
    "slots",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("job_id", ForeignKey("jobs.id"), nullable=False, unique=True),
    Column("taken_at", UtcTime, nullable=False),
    Column("frees_at", UtcTime),
)

gates = Table(
    "gates",
    metadata,
    Column("scope", String, primary_key=True),
    Column("reason", String, primary_key=True),
    Column("closed_at", UtcTime, nullable=False),
    Column("opens_at", UtcTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("ajar", Boolean, nullable=False),
    Column("detail", Text, nullable=False),
)

turns = Table(
    "turns",
    metadata,
    Column("guild_id", BigInteger, primary_key=True),
    # 0 stands for the server itself.
    Column("user_id", BigInteger, primary_key=True),
    Column("turn", Integer, nullable=False, index=True),
)

pictures = Table(
    "pictures",
    metadata,
    Column("job_id", ForeignKey("jobs.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("sha256", String, nullable=False, index=True),
    Column("mime", String, nullable=False),
    Column("width_px", Integer, nullable=False),
    Column("height_px", Integer, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("flagged", Boolean, nullable=False),
)

# What jobs start from. The vendor's address of an upload lives for a day.
inputs = Table(
    "inputs",
    metadata,
    Column("job_id", ForeignKey("jobs.id"), primary_key=True),
    Column("role", String, primary_key=True),
    Column("sha256", String, nullable=False, index=True),
    Column("url", String),
    Column("uploaded_at", UtcTime),
    CheckConstraint("role IN ('source', 'mask')", name="input_role"),
)

# One small picture of a job's result: the history shows it when the result itself is gone.
thumbnails = Table(
    "thumbnails",
    metadata,
    Column("job_id", ForeignKey("jobs.id"), primary_key=True),
    Column("sha256", String, nullable=False, index=True),
    Column("flagged", Boolean, nullable=False),
)

# Only appended to. `pictures` is a difference: what is used in a period is the plain sum.
ledger = Table(
    "ledger",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("job_id", Integer, nullable=False),
    Column("entry", String, nullable=False),
    Column("guild_id", BigInteger, nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("day", String, nullable=False),
    Column("month", String, nullable=False),
    Column("utc_day", String, nullable=False),
    Column("utc_month", String, nullable=False),
    Column("pictures", Integer, nullable=False),
    Column("cost_micros", BigInteger, nullable=False),
    Column("booked_at", UtcTime, nullable=False),
    CheckConstraint("entry IN ('reserve', 'settle', 'refund')", name="ledger_entry"),
    Index("ledger_of_member", "user_id", "guild_id"),
    Index("ledger_reserved_once", "job_id", unique=True, sqlite_where=text("entry = 'reserve'")),
    Index("ledger_closed_once", "job_id", unique=True, sqlite_where=text("entry != 'reserve'")),
)

# The ledger's sums, kept in the transaction that appends to it. Where `user_id` is 0 the sum is the
# server's, and where both are 0 and the period begins with "utc:", everybody's together.
totals = Table(
    "totals",
    metadata,
    Column("guild_id", BigInteger, primary_key=True),
    Column("user_id", BigInteger, primary_key=True),
    Column("period", String, primary_key=True),
    Column("pictures", Integer, nullable=False),
    Column("cost_micros", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# Tickets of the mask page: what is to be repainted, for whom, and by which browser.
easels = Table(
    "easels",
    metadata,
    Column("name", String, primary_key=True),
    Column("user_id", BigInteger, nullable=False),
    Column("guild_id", BigInteger, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("age_restricted", Boolean, nullable=False),
    Column("role_ids", JSON, nullable=False, server_default=text("'[]'")),
    Column("parent_ids", JSON, nullable=False, server_default=text("'[]'")),
    Column("request", JSON, nullable=False),
    Column("source_sha256", String, nullable=False, index=True),
    Column("file_limit_bytes", Integer, nullable=False),
    Column("expires_at", UtcTime, nullable=False, index=True),
    Column("browser", String),
    Column("job_id", ForeignKey("jobs.id")),
)

# Pictures that somebody was shown to choose from, or has chosen: what no custom_id can hold.
picks = Table(
    "picks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("user_id", BigInteger, nullable=False),
    Column("guild_id", BigInteger, nullable=False),
    Column("sha256", String, nullable=False, index=True),
    Column("mime", String, nullable=False),
    Column("width_px", Integer, nullable=False),
    Column("height_px", Integer, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("expires_at", UtcTime, nullable=False, index=True),
)

server_settings = Table(
    "server_settings",
    metadata,
    Column("guild_id", BigInteger, primary_key=True),
    Column("server_day", Integer),
    Column("server_month", Integer),
    Column("member_day", Integer),
    Column("server_line", Integer),
    Column("member_line", Integer),
    Column("time_zone", String),
    Column("model", String),
    Column("allowed_models", JSON(none_as_null=True)),
    Column("allowed_channels", JSON, nullable=False, server_default=text("'[]'")),
    Column("denied_channels", JSON, nullable=False, server_default=text("'[]'")),
    Column("log_channel_id", BigInteger),
)

# How many pictures a day a member with this role may have; NULL: as many as the server.
role_quotas = Table(
    "role_quotas",
    metadata,
    Column("guild_id", BigInteger, primary_key=True),
    Column("role_id", BigInteger, primary_key=True),
    Column("member_day", Integer),
)

# Who changed which rule of a server, and when. Only appended to.
audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("guild_id", BigInteger, nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("setting", String, nullable=False),
    Column("before", Text),
    Column("after", Text),
    Column("changed_at", UtcTime, nullable=False),
    Index("audit_of_server", "guild_id", "setting"),
)

# Messages that are still to be deleted at Discord. Without a channel: a direct message to the user.
removals = Table(
    "removals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", BigInteger),
    Column("user_id", BigInteger),
    Column("message_id", BigInteger),
    Column("token", String),
    Column("due_at", UtcTime, nullable=False, index=True),
)

member_settings = Table(
    "member_settings",
    metadata,
    Column("guild_id", BigInteger, primary_key=True),
    Column("user_id", BigInteger, primary_key=True),
    Column("model", String),
    Column("aspect", String),
    Column("pictures", Integer),
    Column("negative", Text),
    Column("private", Boolean),
    Column("ping", Boolean),
)
