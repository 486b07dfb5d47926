"""The journal's queries, in the SQL that SQLite and PostgreSQL share."""
