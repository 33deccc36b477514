-- +goose Up

-- Every list of notes and every start of a node asks who is suspended. Few are,
-- so that this index costs next to nothing.
CREATE INDEX users_suspended ON users (id) WHERE is_suspended;
