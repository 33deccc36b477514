-- +goose Up

CREATE SEQUENCE event_id_seq AS BIGINT CACHE 1;

-- An event id is drawn only by a transaction that has its xid already: then a
-- reader that sees an id missing can wait for exactly the transactions that
-- may still bring it. CASE fixes the order of the two calls; the default makes
-- it hold for foreign writers too.
CREATE TABLE event (
    id    BIGINT NOT NULL PRIMARY KEY
          DEFAULT (CASE WHEN pg_current_xact_id() IS NOT NULL THEN nextval('event_id_seq') END),
    at    BIGINT NOT NULL,
    topic TEXT   NOT NULL,
    type  TEXT   NOT NULL,
    body  TEXT   NOT NULL,
    facts TEXT
);

ALTER SEQUENCE event_id_seq OWNED BY event.id;

-- How far the log was pruned: every event up to this id may be gone.
CREATE TABLE event_pruned (
    one_row BOOLEAN NOT NULL PRIMARY KEY CHECK (one_row),
    through BIGINT  NOT NULL
);

INSERT INTO event_pruned (one_row, through) VALUES (TRUE, 0);

-- For writers other than this program: appends an event and, when the caller's
-- transaction commits, wakes every node. NOTIFY serialises commits, which is
-- why the program itself notifies after its commits instead.
-- +goose StatementBegin
CREATE FUNCTION notewire_append_event(topic TEXT, type TEXT, body JSON DEFAULT 'null', facts JSON DEFAULT NULL)
RETURNS BIGINT LANGUAGE plpgsql AS $$
DECLARE
    appended BIGINT;
BEGIN
    INSERT INTO event (at, topic, type, body, facts)
    VALUES ((extract(epoch FROM clock_timestamp()) * 1000)::BIGINT, $1, $2, coalesce($3::TEXT, 'null'), $4::TEXT)
    RETURNING event.id INTO appended;
    PERFORM pg_notify('notewire_event', '');
    RETURN appended;
END
$$;
-- +goose StatementEnd
