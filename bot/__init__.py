"""Limner: a self-hosted Discord bot that turns slash commands into pictures."""

__version__ = "0.1.0"
