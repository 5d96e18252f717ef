"""The mask page: a ticket's picture in a browser, a mask back. Decides nothing about jobs."""

from bot.web.masks.pages import MOUNT, mask_app, mask_url

__all__ = ["MOUNT", "mask_app", "mask_url"]
