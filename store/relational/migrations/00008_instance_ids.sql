-- +goose Up

-- Which kind of ids the database has, from its first start on; '' before.
ALTER TABLE instance ADD COLUMN ids TEXT NOT NULL DEFAULT '';
