-- +goose Up

-- Whether an account was made yet: the first one becomes administrator.
CREATE TABLE instance (
    one_row   BOOLEAN NOT NULL PRIMARY KEY CHECK (one_row),
    has_admin BOOLEAN NOT NULL
);

INSERT INTO instance (one_row, has_admin) VALUES (TRUE, FALSE);

CREATE TABLE following (
    id           ID_TEXT PRIMARY KEY,
    created_at   BIGINT  NOT NULL,
    follower_id  ID_TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    followee_id  ID_TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    with_replies BOOLEAN NOT NULL,
    notify       TEXT    NOT NULL,
    UNIQUE (follower_id, followee_id)
);

CREATE INDEX following_follower ON following (follower_id, id);
CREATE INDEX following_followee ON following (followee_id, id);

CREATE TABLE follow_request (
    id           ID_TEXT PRIMARY KEY,
    created_at   BIGINT  NOT NULL,
    follower_id  ID_TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    followee_id  ID_TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    with_replies BOOLEAN NOT NULL,
    UNIQUE (follower_id, followee_id)
);

CREATE INDEX follow_request_followee ON follow_request (followee_id, id);

CREATE TABLE muting (
    id         ID_TEXT PRIMARY KEY,
    created_at BIGINT  NOT NULL,
    muter_id   ID_TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    mutee_id   ID_TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    expires_at BIGINT  NOT NULL,
    UNIQUE (muter_id, mutee_id)
);

CREATE INDEX muting_mutee ON muting (mutee_id);
CREATE INDEX muting_expiry ON muting (expires_at) WHERE expires_at > 0;

CREATE TABLE renote_muting (
    id         ID_TEXT PRIMARY KEY,
    created_at BIGINT  NOT NULL,
    muter_id   ID_TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    mutee_id   ID_TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    UNIQUE (muter_id, mutee_id)
);

CREATE INDEX renote_muting_mutee ON renote_muting (mutee_id);

CREATE TABLE blocking (
    id         ID_TEXT PRIMARY KEY,
    created_at BIGINT  NOT NULL,
    blocker_id ID_TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    blockee_id ID_TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    UNIQUE (blocker_id, blockee_id)
);

CREATE INDEX blocking_blockee ON blocking (blockee_id);

CREATE TABLE user_list (
    id         ID_TEXT PRIMARY KEY,
    created_at BIGINT  NOT NULL,
    user_id    ID_TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name       TEXT    NOT NULL,
    is_public  BOOLEAN NOT NULL
);

CREATE INDEX user_list_user ON user_list (user_id, id);

CREATE TABLE user_list_member (
    id           ID_TEXT PRIMARY KEY,
    created_at   BIGINT  NOT NULL,
    list_id      ID_TEXT NOT NULL REFERENCES user_list (id) ON DELETE CASCADE,
    user_id      ID_TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    with_replies BOOLEAN NOT NULL,
    UNIQUE (list_id, user_id)
);

CREATE INDEX user_list_member_user ON user_list_member (user_id);
