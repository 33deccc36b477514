-- +goose Up

-- Lists merge the newest notes of many authors: which of them are in community
-- channels is in the index, so that no row is read for those that are not listed.
CREATE INDEX note_author ON note (user_id, id, channel_id);
DROP INDEX note_user;

-- Timelines of notes with files would pass all others. Few notes have some.
CREATE INDEX note_author_files ON note (user_id, id) WHERE file_ids <> '[]';
CREATE INDEX note_public_files ON note (id) WHERE visibility = 'public' AND channel_id IS NULL AND file_ids <> '[]';
