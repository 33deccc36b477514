-- +goose Up

-- A reply or quote outlives what it answers, so reply_id and renote_id may
-- name notes that are gone.
CREATE TABLE note (
    id                  ID_TEXT PRIMARY KEY,
    created_at          BIGINT  NOT NULL,
    user_id             ID_TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    user_host           TEXT    NOT NULL,
    text                TEXT,
    cw                  TEXT,
    visibility          TEXT    NOT NULL,
    local_only          BOOLEAN NOT NULL,
    reaction_acceptance TEXT    NOT NULL,
    channel_id          ID_TEXT,
    reply_id            ID_TEXT,
    reply_user_id       ID_TEXT,
    renote_id           ID_TEXT,
    renote_user_id      ID_TEXT,
    thread_id           ID_TEXT NOT NULL,
    mentions            TEXT    NOT NULL,
    visible_user_ids    TEXT    NOT NULL,
    file_ids            TEXT    NOT NULL,
    tags                TEXT    NOT NULL,
    emojis              TEXT    NOT NULL,
    reactions           TEXT    NOT NULL,
    renote_count        BIGINT  NOT NULL DEFAULT 0,
    replies_count       BIGINT  NOT NULL DEFAULT 0,
    uri                 TEXT    NOT NULL,
    url                 TEXT    NOT NULL
);

CREATE INDEX note_user ON note (user_id, id);
CREATE INDEX note_reply ON note (reply_id, id) WHERE reply_id IS NOT NULL;
CREATE INDEX note_renote ON note (renote_id, id) WHERE renote_id IS NOT NULL;
CREATE INDEX note_channel ON note (channel_id, id) WHERE channel_id IS NOT NULL;
CREATE INDEX note_thread ON note (thread_id, id);
CREATE INDEX note_public ON note (id) WHERE visibility = 'public' AND channel_id IS NULL;
CREATE INDEX note_local ON note (id) WHERE visibility = 'public' AND channel_id IS NULL AND user_host = '';

-- Who is mentioned in a note or named in its visible users.
CREATE TABLE note_addressee (
    user_id ID_TEXT NOT NULL,
    note_id ID_TEXT NOT NULL REFERENCES note (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, note_id)
);

CREATE INDEX note_addressee_note ON note_addressee (note_id);

CREATE TABLE note_tag (
    tag     TEXT    NOT NULL,
    note_id ID_TEXT NOT NULL REFERENCES note (id) ON DELETE CASCADE,
    PRIMARY KEY (tag, note_id)
);

CREATE INDEX note_tag_note ON note_tag (note_id);

CREATE TABLE reaction (
    id         ID_TEXT PRIMARY KEY,
    created_at BIGINT  NOT NULL,
    note_id    ID_TEXT NOT NULL REFERENCES note (id) ON DELETE CASCADE,
    user_id    ID_TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    reaction   TEXT    NOT NULL,
    UNIQUE (note_id, user_id)
);

CREATE INDEX reaction_note ON reaction (note_id, id);
CREATE INDEX reaction_user ON reaction (user_id, id);

CREATE TABLE poll (
    note_id    ID_TEXT PRIMARY KEY REFERENCES note (id) ON DELETE CASCADE,
    choices    TEXT    NOT NULL,
    votes      TEXT    NOT NULL, -- a count for each choice
    multiple   BOOLEAN NOT NULL,
    expires_at BIGINT  NOT NULL,
    ended      BOOLEAN NOT NULL DEFAULT FALSE -- its end was told
);

CREATE INDEX poll_expiry ON poll (expires_at) WHERE expires_at > 0 AND NOT ended;

CREATE TABLE poll_vote (
    id         ID_TEXT PRIMARY KEY,
    created_at BIGINT  NOT NULL,
    note_id    ID_TEXT NOT NULL REFERENCES note (id) ON DELETE CASCADE,
    user_id    ID_TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    choice     BIGINT  NOT NULL,
    UNIQUE (note_id, user_id, choice)
);

CREATE INDEX poll_vote_user ON poll_vote (user_id);

CREATE TABLE notification (
    id          ID_TEXT PRIMARY KEY,
    created_at  BIGINT  NOT NULL,
    user_id     ID_TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    type        TEXT    NOT NULL,
    notifier_id ID_TEXT REFERENCES users (id) ON DELETE CASCADE,
    note_id     ID_TEXT REFERENCES note (id) ON DELETE CASCADE,
    reaction    TEXT    NOT NULL,
    message     TEXT    NOT NULL,
    header      TEXT    NOT NULL,
    icon        TEXT    NOT NULL
);

CREATE INDEX notification_user ON notification (user_id, id);
CREATE INDEX notification_notifier ON notification (notifier_id) WHERE notifier_id IS NOT NULL;
CREATE INDEX notification_note ON notification (note_id) WHERE note_id IS NOT NULL;
