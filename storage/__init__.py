"""What Limner remembers: one SQLite file and a folder of pictures. The only SQL of the project."""
