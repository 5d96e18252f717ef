"""The way of a job through the house: intake, runner, steps, records, and the port to Discord."""
