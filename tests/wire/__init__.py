"""A small Discord over real sockets: REST, gateway and files on loopback, for tests.

Never imports anything of the bot: it knows Discord's documentation and OpenAPI file only.
"""
