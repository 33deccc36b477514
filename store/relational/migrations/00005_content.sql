-- +goose Up

CREATE TABLE drive_file (
    id           ID_TEXT PRIMARY KEY,
    created_at   BIGINT  NOT NULL,
    user_id      ID_TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name         TEXT    NOT NULL,
    type         TEXT    NOT NULL,
    md5          TEXT    NOT NULL,
    size         BIGINT  NOT NULL,
    is_sensitive BOOLEAN NOT NULL,
    comment      TEXT    NOT NULL,
    folder_id    ID_TEXT,
    width        BIGINT  NOT NULL,
    height       BIGINT  NOT NULL,
    blurhash     TEXT    NOT NULL,
    storage_key  TEXT    NOT NULL UNIQUE
);

CREATE INDEX drive_file_user ON drive_file (user_id, id);
CREATE INDEX drive_file_md5 ON drive_file (user_id, md5);

-- Misskey's channels: topics that notes can be posted to.
CREATE TABLE community_channel (
    id                     ID_TEXT PRIMARY KEY,
    created_at             BIGINT  NOT NULL,
    last_noted_at          BIGINT  NOT NULL,
    user_id                ID_TEXT REFERENCES users (id) ON DELETE SET NULL,
    name                   TEXT    NOT NULL,
    description            TEXT    NOT NULL,
    banner_id              ID_TEXT,
    banner_url             TEXT    NOT NULL,
    pinned_note_ids        TEXT    NOT NULL,
    color                  TEXT    NOT NULL,
    is_archived            BOOLEAN NOT NULL,
    is_sensitive           BOOLEAN NOT NULL,
    allow_renote_to_extern BOOLEAN NOT NULL,
    users_count            BIGINT  NOT NULL DEFAULT 0,
    notes_count            BIGINT  NOT NULL DEFAULT 0
);

CREATE INDEX community_channel_user ON community_channel (user_id, id);

CREATE TABLE community_channel_following (
    id         ID_TEXT PRIMARY KEY,
    created_at BIGINT  NOT NULL,
    user_id    ID_TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    channel_id ID_TEXT NOT NULL REFERENCES community_channel (id) ON DELETE CASCADE,
    UNIQUE (user_id, channel_id)
);

CREATE INDEX community_channel_following_channel ON community_channel_following (channel_id);

CREATE TABLE emoji (
    id           ID_TEXT PRIMARY KEY,
    name         TEXT    NOT NULL,
    host         TEXT    NOT NULL, -- '' for this server's own
    category     TEXT    NOT NULL,
    aliases      TEXT    NOT NULL,
    url          TEXT    NOT NULL,
    license      TEXT    NOT NULL,
    is_sensitive BOOLEAN NOT NULL,
    local_only   BOOLEAN NOT NULL,
    updated_at   BIGINT  NOT NULL,
    UNIQUE (name, host)
);

CREATE INDEX emoji_host ON emoji (host);
