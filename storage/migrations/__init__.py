"""The steps from an older database file to today's."""
