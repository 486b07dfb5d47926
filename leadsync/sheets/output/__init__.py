"""Files written whole or not at all: delimited text, workbooks, pages."""
