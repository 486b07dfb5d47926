"""The tables and functions for restores of the database, and for runs that wait for a worker."""

from leadsync.journal.sql.conditions import OPEN
from leadsync.models import RESTORED

_LOST_EPOCHS = 1_000_000
"""More holders than a run had in the time that a restore has lost."""

RESTORES = """
    CREATE TABLE restored (
        run BIGINT PRIMARY KEY,
        at DOUBLE PRECISION NOT NULL
    );
    -- One row: the server and its timeline, the table's own number, and how many restores were noticed.
    CREATE TABLE origin (
        system TEXT NOT NULL,
        timeline BIGINT NOT NULL,
        place BIGINT NOT NULL,
        restores INTEGER NOT NULL
    );
    -- NULLs where the server tells nothing: a standby, or a role without the right to ask.
    CREATE FUNCTION server_origin(OUT system TEXT, OUT timeline BIGINT, OUT place BIGINT, OUT reached BIGINT)
        LANGUAGE plpgsql
    AS $$
    BEGIN
        IF pg_is_in_recovery() THEN
            RETURN;
        END IF;
        place := 'leases'::regclass::oid::bigint;
        SELECT system_identifier::text INTO system FROM pg_control_system();
        -- Not pg_control_checkpoint(): it tells a promotion only after the next checkpoint, minutes later.
        timeline := ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::bigint;
        -- Of what is flushed: not even a crash takes it back.
        reached := (pg_current_wal_flush_lsn() - '0/0'::pg_lsn)::bigint;
    EXCEPTION WHEN insufficient_privilege OR feature_not_supported OR undefined_function THEN
        system := NULL;
    END $$;
"""

RECOGNISE = f"""
    -- Compare the server with the kept origin, and with the last one that a machine has seen. After a restore of the
    -- server or the tables, or a failover, hold the runs with rows to send, and end all leases: no epoch of the lost
    -- time is given again.
    CREATE OR REPLACE FUNCTION recognise(
        seen_system TEXT, seen_timeline BIGINT, seen_restores INTEGER, seen_reached BIGINT,
        OUT system TEXT, OUT timeline BIGINT, OUT restores INTEGER, OUT reached BIGINT
    ) LANGUAGE plpgsql
    AS $$
    #variable_conflict use_column
    DECLARE
        server RECORD;
        kept RECORD;
        is_older BOOLEAN;
        is_new BOOLEAN;
    BEGIN
        SELECT * INTO server FROM server_origin();
        IF server.system IS NULL THEN
            RETURN;
        END IF;
        FOR look IN 1..2 LOOP
            IF look = 1 THEN
                SELECT * INTO kept FROM origin;
            ELSE
                -- Another connection may have noticed it at the same time.
                SELECT * INTO kept FROM origin FOR UPDATE;
            END IF;
            IF NOT FOUND THEN
                INSERT INTO origin VALUES (server.system, server.timeline, server.place, 0);
                PERFORM mark_origin();
                SELECT * INTO kept FROM origin;
            END IF;
            is_older := coalesce(seen_system = server.system AND (server.timeline, kept.restores, server.reached)
                < (seen_timeline, seen_restores, seen_reached), FALSE);
            is_new := is_older
                OR (kept.system, kept.timeline, kept.place) <> (server.system, server.timeline, server.place)
                OR NOT EXISTS (SELECT FROM origin JOIN origin_mark ON version = origin.xmin::text);
            EXIT WHEN NOT is_new;
        END LOOP;
        IF is_new THEN
            UPDATE origin SET system = server.system, timeline = server.timeline, place = server.place,
                restores = greatest(restores, CASE WHEN is_older THEN seen_restores END) + 1;
            PERFORM mark_origin();
            INSERT INTO restored SELECT runs.run, this_moment() FROM runs WHERE complete AND EXISTS
                (SELECT 1 FROM rows WHERE rows.run = runs.run AND {OPEN} AND state IN ('pending', 'in_flight'))
                ON CONFLICT (run) DO UPDATE SET at = excluded.at;
            UPDATE runs SET stopped = '{RESTORED}', tally = NULL
                WHERE NOT finished AND run IN (SELECT run FROM restored);
            UPDATE live SET lost = TRUE;
            UPDATE leases SET epoch = epoch + {_LOST_EPOCHS}, holder = '', expires = '-infinity';
        END IF;
        SELECT server.system, server.timeline, origin.restores, server.reached
            INTO system, timeline, restores, reached FROM origin;
    END $$;
"""

ORIGIN_MARK = """
    -- The transaction that wrote the row of `origin`: rows put back from a copy have another.
    CREATE TABLE origin_mark (version TEXT NOT NULL);
    CREATE FUNCTION mark_origin() RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM origin_mark;
        INSERT INTO origin_mark SELECT xmin::text FROM origin;
    END $$;
    SELECT mark_origin();
"""

QUEUE = """
    CREATE TABLE queued (
        run BIGINT PRIMARY KEY,
        queue TEXT COLLATE "C" NOT NULL,
        priority INTEGER NOT NULL,
        until TEXT NOT NULL,
        author TEXT NOT NULL,
        at DOUBLE PRECISION NOT NULL
    );
    CREATE TABLE workers (
        id TEXT COLLATE "C" PRIMARY KEY,
        host TEXT NOT NULL,
        pid BIGINT NOT NULL,
        queues TEXT NOT NULL,
        at DOUBLE PRECISION NOT NULL
    );
    -- The procrastinate scripts that its schema has had.
    CREATE TABLE queue_scripts (name TEXT COLLATE "C" PRIMARY KEY);
"""
