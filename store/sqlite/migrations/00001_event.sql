-- +goose Up

-- There is one writer at a time, so ids are in the order of commits.
-- AUTOINCREMENT keeps them growing when the table was emptied by pruning.
CREATE TABLE event (
    id    INTEGER PRIMARY KEY AUTOINCREMENT,
    at    BIGINT NOT NULL,
    topic TEXT   NOT NULL,
    type  TEXT   NOT NULL,
    body  TEXT   NOT NULL,
    facts TEXT
);

-- How far the log was pruned: every event up to this id may be gone.
CREATE TABLE event_pruned (
    one_row BOOLEAN NOT NULL PRIMARY KEY CHECK (one_row),
    through BIGINT  NOT NULL
);

INSERT INTO event_pruned (one_row, through) VALUES (TRUE, 0);
