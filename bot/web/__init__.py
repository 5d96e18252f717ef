"""The web front doors: each an aiohttp application of its own. Nobody here knows Discord."""
