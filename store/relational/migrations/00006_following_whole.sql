-- +goose Up

-- Everything that a viewer's load wants to know of a follow: it then reads one
-- index from one end to the other, and no row.
CREATE INDEX following_whole ON following (follower_id, followee_id, with_replies);
