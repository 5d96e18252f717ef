"""The measurements behind docs/performance.md, one command each. Never part of the bot."""
