"""Running totals, roles' quotas, audit, history: what servers and members decide and look up."""

import json
import unicodedata
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

AT_ONCE = 1000


def upgrade() -> None:
    _jobs()
    _easels()
    _settings()
    _ledger()
    op.create_table(
        "thumbnails",
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"]),
        sa.PrimaryKeyConstraint("job_id"),
    )
    op.create_index("ix_thumbnails_sha256", "thumbnails", ["sha256"], unique=False)
    op.create_table(
        "role_quotas",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("role_id", sa.BigInteger(), nullable=False),
        sa.Column("member_day", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("guild_id", "role_id"),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("setting", sa.String(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("audit_of_server", "audit", ["guild_id", "setting"], unique=False)
    op.create_table(
        "removals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("token", sa.String(), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_removals_due_at", "removals", ["due_at"], unique=False)


def _jobs() -> None:
    for column in (
        *_circumstances(),
        _text("words"),
        _flag("withheld"),
        _flag("erased"),
        sa.Column("rang_at", sa.BigInteger(), nullable=True),
        sa.Column("claim", sa.String(), nullable=True),
    ):
        op.add_column("jobs", column)
    op.create_index("jobs_of_member", "jobs", ["user_id", "guild_id"], unique=False)
    op.create_index(
        "jobs_by_end",
        "jobs",
        ["delivered_at"],
        unique=False,
        sqlite_where=sa.text("delivered_at IS NOT NULL"),
    )
    op.create_index("jobs_erased", "jobs", ["id"], unique=False, sqlite_where=sa.text("erased = 1"))
    _fold_prompts()


def _fold_prompts() -> None:
    """The prompts that there are, as a search compares them."""
    connection = op.get_bind()
    last = 0
    while True:
        found = connection.execute(
            sa.text("SELECT id, request FROM jobs WHERE id > :last ORDER BY id LIMIT :limit"),
            {"last": last, "limit": AT_ONCE},
        ).all()
        if not found:
            return
        connection.execute(
            sa.text("UPDATE jobs SET words = :words WHERE id = :id"),
            [{"id": row.id, "words": _folded(json.loads(row.request))} for row in found],
        )
        last = found[-1].id


def _folded(request: dict[str, object]) -> str:
    prompt = str(request.get("prompt", ""))
    return " ".join(unicodedata.normalize("NFKC", prompt).casefold().split())


def _easels() -> None:
    for column in _circumstances():
        op.add_column("easels", column)


def _settings() -> None:
    for column in (
        sa.Column("allowed_models", sa.JSON(none_as_null=True), nullable=True),
        _list("allowed_channels"),
        _list("denied_channels"),
        sa.Column("log_channel_id", sa.BigInteger(), nullable=True),
    ):
        op.add_column("server_settings", column)


def _ledger() -> None:
    """Every entry learns its day in UTC, that of its reservation; then the sums are drawn."""
    op.rename_table("ledger", "ledger_before")
    for name in (
        "ledger_closed_once",
        "ledger_of_owner_month",
        "ledger_of_server_day",
        "ledger_of_server_month",
        "ledger_reserved_once",
    ):
        op.drop_index(name)
    op.create_table(
        "ledger",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("entry", sa.String(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("utc_day", sa.String(), nullable=False),
        sa.Column("utc_month", sa.String(), nullable=False),
        sa.Column("pictures", sa.Integer(), nullable=False),
        sa.Column("cost_micros", sa.BigInteger(), nullable=False),
        sa.Column("booked_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("entry IN ('reserve', 'settle', 'refund')", name="ledger_entry"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute(
        """
        INSERT INTO ledger
        SELECT each.id, each.job_id, each.entry, each.guild_id, each.user_id, each.day, each.month,
               strftime('%Y-%m-%d', reserved.booked_at / 1000, 'unixepoch'), each.utc_month,
               each.pictures, each.cost_micros, each.booked_at
        FROM ledger_before AS each
        JOIN ledger_before AS reserved
          ON reserved.job_id = each.job_id AND reserved.entry = 'reserve'
        """
    )
    op.drop_table("ledger_before")
    op.create_index("ledger_of_member", "ledger", ["user_id", "guild_id"], unique=False)
    op.create_index(
        "ledger_reserved_once",
        "ledger",
        ["job_id"],
        unique=True,
        sqlite_where=sa.text("entry = 'reserve'"),
    )
    op.create_index(
        "ledger_closed_once",
        "ledger",
        ["job_id"],
        unique=True,
        sqlite_where=sa.text("entry != 'reserve'"),
    )
    op.create_table(
        "totals",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("pictures", sa.Integer(), nullable=False),
        sa.Column("cost_micros", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "user_id", "period"),
        sqlite_with_rowid=False,
    )
    for guild_id, user_id, period in (
        ("guild_id", "user_id", "day"),
        ("guild_id", "user_id", "month"),
        ("guild_id", "0", "day"),
        ("guild_id", "0", "month"),
        ("guild_id", "0", "'utc:' || utc_day"),
        ("0", "0", "'utc:' || utc_month"),
    ):
        op.execute(
            f"""
            INSERT INTO totals
            SELECT {guild_id}, {user_id}, {period}, sum(pictures), sum(cost_micros)
            FROM ledger GROUP BY 1, 2, 3
            """  # noqa: S608 - our own words, above
        )


def _circumstances() -> tuple[sa.Column[Any], ...]:
    """What Discord said of the asker and the channel; new objects for each table."""
    return _list("role_ids"), _list("parent_ids")


def _list(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON(), server_default=sa.text("'[]'"), nullable=False)


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False)


def _flag(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean(), server_default=sa.text("0"), nullable=False)
