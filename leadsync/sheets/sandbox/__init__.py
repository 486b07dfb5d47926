"""The confined process for reading a sheet: its start, its limits, the pipe between it and the program."""
