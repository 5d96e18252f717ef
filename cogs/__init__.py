"""The Discord front door: commands in, cards out. Decides nothing about jobs or money."""
