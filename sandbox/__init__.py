"""Stand-ins for the outside world: real servers with scripted moods. Never imports the bot."""
