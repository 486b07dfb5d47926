"""The journal's tables, and how an older journal is brought up to date."""

import sqlite3
from collections.abc import Callable, Mapping

from leadsync.journal.sql.conditions import NOTABLE
from leadsync.journal.sqlite.legacy import keep_reasons_as_values

APPLICATION_ID = 0x6C656164
"""Marks an SQLite file as leadsync's ("lead")."""

MIGRATIONS: tuple[str, ...] = (
    # 1
    """
    CREATE TABLE runs (
        run INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        file TEXT NOT NULL,
        sheet TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        kind TEXT NOT NULL,
        delimiter TEXT NOT NULL,
        bom INTEGER NOT NULL,
        headings TEXT NOT NULL,
        output TEXT NOT NULL,
        dialer TEXT NOT NULL,
        template INTEGER NOT NULL,
        campaign INTEGER NOT NULL,
        allocation INTEGER NOT NULL,
        created REAL NOT NULL,
        complete INTEGER NOT NULL DEFAULT 0,
        finished INTEGER NOT NULL DEFAULT 0,
        stopped TEXT NOT NULL DEFAULT '',
        seconds REAL NOT NULL DEFAULT 0,
        last_row INTEGER,
        retry_of TEXT NOT NULL DEFAULT '',
        tally TEXT
    );
    CREATE INDEX runs_by_file ON runs (file);

    -- What a row is: written once, when the sheet is taken in.
    CREATE TABLE lines (
        run INTEGER NOT NULL,
        number INTEGER NOT NULL,
        cells TEXT NOT NULL,
        dates TEXT NOT NULL,
        fields TEXT NOT NULL,
        PRIMARY KEY (run, number)
    );

    -- Where a row stands: small, because it is written with every attempt.
    CREATE TABLE rows (
        run INTEGER NOT NULL,
        number INTEGER NOT NULL,
        lead TEXT NOT NULL,
        harmless INTEGER NOT NULL,
        state TEXT NOT NULL,
        code INTEGER,
        name TEXT NOT NULL DEFAULT '',
        message TEXT NOT NULL DEFAULT '',
        attempts INTEGER NOT NULL DEFAULT 0,
        time REAL,
        PRIMARY KEY (run, number)
    ) WITHOUT ROWID;
    CREATE INDEX open_rows ON rows (run, number) WHERE state IN ('pending', 'in_flight', 'unknown', 'conflict');

    CREATE TABLE attempts (
        run INTEGER NOT NULL,
        number INTEGER NOT NULL,
        attempt INTEGER NOT NULL,
        begun REAL NOT NULL,
        ended REAL,
        effect TEXT NOT NULL DEFAULT '',
        http INTEGER,
        code INTEGER,
        message TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (run, number, attempt)
    ) WITHOUT ROWID;
    """,
    # 2: the encoding that the user named, for a sheet that has to be read again
    """
    ALTER TABLE runs ADD COLUMN encoding TEXT NOT NULL DEFAULT '';
    """,
    # 3: the order that a run sends in, and what sending has taught about each dialer
    """
    ALTER TABLE runs ADD COLUMN ordering TEXT NOT NULL DEFAULT 'sheet';
    CREATE TABLE dialers (
        url TEXT PRIMARY KEY,
        slots INTEGER,
        pace REAL,
        pace_slots INTEGER
    );
    """,
    # 4: which leads a run adds: none, missing ones, only
    "ALTER TABLE runs ADD COLUMN inserts TEXT NOT NULL DEFAULT 'none'",
    # 5: what the columns fill, for the report. What a lead was sent before; until when a run may have sent something:
    # 0 if it never did, far in the future while it does.
    """
    ALTER TABLE runs ADD COLUMN roles TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE runs ADD COLUMN ended REAL NOT NULL DEFAULT 0;
    UPDATE runs SET ended = coalesce((SELECT max(time) FROM rows WHERE rows.run = runs.run), 0);
    -- In which order the dates of its sheet were read, and from when its day numbers count, for rows that come back.
    ALTER TABLE runs ADD COLUMN date_order TEXT NOT NULL DEFAULT '';
    ALTER TABLE runs ADD COLUMN epoch_1904 INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX rows_by_lead ON rows (lead);

    -- Rows that did not go through and came again in a corrected sheet, and the runs that sent them then.
    CREATE TABLE taken (
        run INTEGER NOT NULL,
        number INTEGER NOT NULL,
        by_run INTEGER NOT NULL,
        by_number INTEGER NOT NULL,
        PRIMARY KEY (run, number, by_run)
    ) WITHOUT ROWID
    """,
    # 6: what a run's files were when they were written last, so that one that somebody has edited since is not lost.
    # Counts that were kept do not say yet what lies beyond a trial.
    """
    ALTER TABLE runs ADD COLUMN written TEXT NOT NULL DEFAULT '{}';
    UPDATE runs SET tally = NULL
    """,
    # 7: by which settings a run's sheet was read, for a trial whose settings are put right before the rest goes.
    # And which trial a run takes the rows over from.
    """
    ALTER TABLE runs ADD COLUMN rules TEXT NOT NULL DEFAULT '';
    ALTER TABLE runs ADD COLUMN follows TEXT NOT NULL DEFAULT ''
    """,
    # 8: attempts have an order of their own: clocks are set back. A row in flight knows its state before that attempt.
    # A decision of a person knows what it was about, and from which attempt on attempts count anew. A run keeps the
    # warnings before it; one that is being deleted is not listed any more. `written` holds what `check --output` wrote.
    """
    ALTER TABLE rows ADD COLUMN sequence INTEGER;
    ALTER TABLE rows ADD COLUMN came_from TEXT NOT NULL DEFAULT 'pending';
    ALTER TABLE rows ADD COLUMN counted_from INTEGER NOT NULL DEFAULT 0;
    UPDATE rows SET sequence = CAST(time * 1000 AS INTEGER) WHERE time IS NOT NULL;
    CREATE TABLE sequence (last INTEGER NOT NULL);
    INSERT INTO sequence SELECT coalesce(max(sequence), 0) FROM rows;
    CREATE TABLE decisions (
        run INTEGER NOT NULL,
        number INTEGER NOT NULL,
        state TEXT NOT NULL,
        message TEXT NOT NULL,
        sequence INTEGER NOT NULL,
        decided TEXT NOT NULL,
        PRIMARY KEY (run, number)
    ) WITHOUT ROWID;
    CREATE INDEX taken_by_run ON taken (by_run, by_number);
    CREATE TABLE written (
        path TEXT PRIMARY KEY,
        size INTEGER NOT NULL,
        modified_ns INTEGER NOT NULL
    );
    ALTER TABLE runs ADD COLUMN deleting INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN warnings TEXT NOT NULL DEFAULT '[]'
    """,
    # 9: how many rows of a run made their leads new ones, having no callback date
    "ALTER TABLE runs ADD COLUMN new_leads INTEGER NOT NULL DEFAULT 0",
    # 10: why leadsync did not send a row, as a value in JSON; counts that were kept do not know which rows that failed
    # before can be corrected still
    """
    ALTER TABLE rows ADD COLUMN reason TEXT;
    UPDATE runs SET tally = NULL
    """,
    # 11: by what a run's files are called, where its own file is the report of another run
    "ALTER TABLE runs ADD COLUMN stem TEXT NOT NULL DEFAULT ''",
    # 12: whether the row's attempts add a lead
    "ALTER TABLE rows ADD COLUMN inserting INTEGER NOT NULL DEFAULT 0",
    # 13: whether a warning says that a run's data may be wrong
    "ALTER TABLE runs ADD COLUMN doubtful INTEGER NOT NULL DEFAULT 0",
    # 14: the sheets that `check --output` has copied, and of which of them a run has read the copy
    """
    CREATE TABLE checks (
        id TEXT PRIMARY KEY,
        file TEXT NOT NULL,
        fingerprint TEXT NOT NULL
    );
    ALTER TABLE runs ADD COLUMN checked TEXT NOT NULL DEFAULT ''
    """,
    # 15: a sending under way, and the user who asked it to stop. The line ends with the sending; a dead process leaves
    # its own.
    """
    CREATE TABLE live (
        run INTEGER PRIMARY KEY,
        count INTEGER NOT NULL,
        settled TEXT NOT NULL,
        pace REAL NOT NULL,
        words TEXT NOT NULL,
        pid INTEGER NOT NULL,
        host TEXT NOT NULL,
        at REAL NOT NULL,
        stop_wanted TEXT NOT NULL DEFAULT '',
        lost INTEGER NOT NULL DEFAULT 0
    )
    """,
    # 16: the kind of a reason by itself, for pages and counts by status, code and kind
    f"""
    ALTER TABLE rows ADD COLUMN kind TEXT;
    UPDATE rows SET kind = coalesce(json_extract(reason, '$.faults[0].kind'), json_extract(reason, '$.skip'))
        WHERE reason IS NOT NULL;
    CREATE INDEX notable_rows ON rows (run, state, code, kind, number) WHERE {NOTABLE}
    """,
    # 17: who changed what, and when
    """
    CREATE TABLE edits (
        run INTEGER NOT NULL,
        number INTEGER NOT NULL,
        version INTEGER NOT NULL,
        position INTEGER NOT NULL,
        old TEXT NOT NULL,
        new TEXT NOT NULL,
        author TEXT NOT NULL,
        at REAL NOT NULL,
        PRIMARY KEY (run, number, version, position)
    ) WITHOUT ROWID;
    ALTER TABLE decisions ADD COLUMN author TEXT NOT NULL DEFAULT '';
    ALTER TABLE decisions ADD COLUMN note TEXT NOT NULL DEFAULT '';
    ALTER TABLE decisions ADD COLUMN at REAL;
    CREATE TABLE audit (
        entry INTEGER PRIMARY KEY,
        at REAL NOT NULL,
        author TEXT NOT NULL,
        action TEXT NOT NULL,
        run TEXT NOT NULL,
        detail TEXT NOT NULL
    );
    CREATE INDEX audit_by_run ON audit (run)
    """,
    # 18: the settings for reading a run's sheet, and columns saved for sheets with the same headings
    """
    ALTER TABLE runs ADD COLUMN reading TEXT NOT NULL DEFAULT '';
    CREATE TABLE mappings (
        headings TEXT NOT NULL,
        name TEXT NOT NULL,
        columns TEXT NOT NULL,
        author TEXT NOT NULL,
        at REAL NOT NULL,
        PRIMARY KEY (headings, name)
    ) WITHOUT ROWID
    """,
    # 19: runs held after a restore of the journal, and runs that wait for a worker
    """
    CREATE TABLE restored (
        run INTEGER PRIMARY KEY,
        at REAL NOT NULL
    );
    CREATE TABLE queued (
        run INTEGER PRIMARY KEY,
        queue TEXT NOT NULL,
        priority INTEGER NOT NULL,
        until TEXT NOT NULL,
        author TEXT NOT NULL,
        at REAL NOT NULL
    )
    """,
    # 20: the rows with changes: whether their cells differ from the sheet now, and the result of the last check
    """
    CREATE TABLE edited_rows (
        run INTEGER NOT NULL,
        number INTEGER NOT NULL,
        version INTEGER NOT NULL,
        is_changed INTEGER NOT NULL,
        rules TEXT NOT NULL DEFAULT '',
        ready INTEGER NOT NULL DEFAULT 0,
        fault TEXT,
        place TEXT NOT NULL DEFAULT '',
        value TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (run, number)
    ) WITHOUT ROWID;
    CREATE INDEX faulty_rows ON edited_rows (run, fault, number) WHERE NOT ready;
    INSERT INTO edited_rows (run, number, version, is_changed)
        SELECT run, number, max(version), max(
            version = (SELECT max(version) FROM edits AS other WHERE other.run = edits.run
                AND other.number = edits.number AND other.position = edits.position)
            AND new <> (SELECT old FROM edits AS other WHERE other.run = edits.run
                AND other.number = edits.number AND other.position = edits.position ORDER BY version LIMIT 1)
        ) FROM edits GROUP BY run, number
    """,
    # 21: of a row of a copy by `check`, its number in the sheet that was copied
    "ALTER TABLE lines ADD COLUMN sheet_row INTEGER",
)
"""One script for each version; a journal's `user_version` says how many it has had."""

STEPS: Mapping[int, Callable[[sqlite3.Connection], None]] = {10: keep_reasons_as_values}
"""What follows a version's script, where SQL does not reach."""

VERSION = len(MIGRATIONS)
