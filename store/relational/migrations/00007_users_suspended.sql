-- +goose Up

-- Every list of notes asks who is suspended. Few are, and with this index that
-- costs next to nothing.
CREATE INDEX users_suspended ON users (id) WHERE is_suspended;
