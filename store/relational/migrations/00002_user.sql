-- +goose Up

-- Times are milliseconds since the epoch, 0 for "never"; lists and maps are
-- JSON; absent ids are NULL. Ids are compared byte by byte.
CREATE TABLE users (
    id                   ID_TEXT PRIMARY KEY,
    username             TEXT    NOT NULL,
    host                 TEXT    NOT NULL, -- '' for local users
    name                 TEXT    NOT NULL,
    password_hash        TEXT    NOT NULL, -- '' for users who cannot sign in
    created_at           BIGINT  NOT NULL,
    updated_at           BIGINT  NOT NULL,
    last_active_at       BIGINT  NOT NULL,
    avatar_id            ID_TEXT,
    banner_id            ID_TEXT,
    avatar_url           TEXT    NOT NULL, -- of remote users, who have no files here
    banner_url           TEXT    NOT NULL,
    is_locked            BOOLEAN NOT NULL,
    is_bot               BOOLEAN NOT NULL,
    is_cat               BOOLEAN NOT NULL,
    is_admin             BOOLEAN NOT NULL,
    is_moderator         BOOLEAN NOT NULL,
    is_suspended         BOOLEAN NOT NULL,
    is_deleted           BOOLEAN NOT NULL,
    followers_count      BIGINT  NOT NULL DEFAULT 0,
    following_count      BIGINT  NOT NULL DEFAULT 0,
    notes_count          BIGINT  NOT NULL DEFAULT 0,
    read_notification_id ID_TEXT,
    settings             TEXT    NOT NULL
);

CREATE UNIQUE INDEX users_username_host ON users (lower(username), host);

CREATE TABLE access_token (
    id           ID_TEXT PRIMARY KEY,
    user_id      ID_TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    hash         BYTEA   NOT NULL UNIQUE, -- SHA-256
    native       BOOLEAN NOT NULL,
    name         TEXT    NOT NULL,
    description  TEXT    NOT NULL,
    icon_url     TEXT    NOT NULL,
    session      TEXT    NOT NULL,
    permissions  TEXT    NOT NULL,
    created_at   BIGINT  NOT NULL,
    last_used_at BIGINT  NOT NULL
);

CREATE INDEX access_token_user ON access_token (user_id);
