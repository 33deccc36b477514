package relational

import (
	"context"

	"notewire/store"
)

const communityColumns = `id, created_at, last_noted_at, user_id, name, description, banner_id, banner_url,
	pinned_note_ids, color, is_archived, is_sensitive, allow_renote_to_extern, users_count, notes_count`

func scanCommunity(r Row) (*store.CommunityChannel, error) {
	c := new(store.CommunityChannel)
	return c, r.Scan(&c.ID, asTime{&c.CreatedAt}, asTime{&c.LastNotedAt}, asText(&c.UserID), &c.Name, &c.Description,
		asText(&c.BannerID), &c.BannerURL, asJSON(&c.PinnedNoteIDs), &c.Color, &c.IsArchived, &c.IsSensitive,
		&c.AllowRenoteToExtern, &c.UsersCount, &c.NotesCount)
}

// CommunityChannel is the community channel with the id.
func (q Queries) CommunityChannel(ctx context.Context, id string) (*store.CommunityChannel, error) {
	return queryOne(ctx, q.q, "reading a community channel", scanCommunity,
		"SELECT "+communityColumns+" FROM community_channel WHERE id = $1", id)
}

// CommunityChannels are the community channels with the ids, in that order,
// each once; missing ones are left out.
func (q Queries) CommunityChannels(ctx context.Context, ids []string) ([]*store.CommunityChannel, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := queryAll(ctx, q.q, "reading community channels", scanCommunity,
		"SELECT "+communityColumns+" FROM community_channel WHERE "+q.d.In("id", 1), q.array(ids))
	if err != nil {
		return nil, err
	}
	return inOrder(ids, found, func(c *store.CommunityChannel) string { return c.ID }), nil
}

// FollowsChannel says whether a user follows a community channel.
func (q Queries) FollowsChannel(ctx context.Context, user store.UserID, channel string) (bool, error) {
	n, err := queryOne(ctx, q.q, "reading a channel follow", scanInt,
		"SELECT count(*) FROM community_channel_following WHERE user_id = $1 AND channel_id = $2", user, channel)
	return n > 0, err
}

// CreateCommunityChannel writes a new community channel without counts.
func (tx *Tx) CreateCommunityChannel(ctx context.Context, c *store.CommunityChannel) error {
	return insertNew(ctx, tx.q, "creating a community channel", "community_channel", `INSERT INTO community_channel
			(id, created_at, last_noted_at, user_id, name, description, banner_id, banner_url,
			pinned_note_ids, color, is_archived, is_sensitive, allow_renote_to_extern)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		c.ID, millis(c.CreatedAt), millis(c.LastNotedAt), nullIfEmpty(c.UserID), c.Name, c.Description, nullIfEmpty(c.BannerID), c.BannerURL,
		jsonList(c.PinnedNoteIDs), c.Color, c.IsArchived, c.IsSensitive, c.AllowRenoteToExtern)
}

// UpdateCommunityChannel writes what a community channel's owner may change:
// name, description, banner, pinned notes, colour and flags.
func (tx *Tx) UpdateCommunityChannel(ctx context.Context, c *store.CommunityChannel) error {
	return execExisting(ctx, tx.q, "updating a community channel", `UPDATE community_channel SET name = $2, description = $3,
			banner_id = $4, banner_url = $5, pinned_note_ids = $6, color = $7, is_archived = $8, is_sensitive = $9,
			allow_renote_to_extern = $10
		WHERE id = $1`,
		c.ID, c.Name, c.Description, nullIfEmpty(c.BannerID), c.BannerURL, jsonList(c.PinnedNoteIDs), c.Color,
		c.IsArchived, c.IsSensitive, c.AllowRenoteToExtern)
}

// FollowChannel makes a user follow a community channel. A follow
// that exists is store.ErrConflict, a channel that does not store.ErrNotFound.
func (tx *Tx) FollowChannel(ctx context.Context, f *store.ChannelFollow) error {
	if _, err := tx.CommunityChannel(ctx, f.ChannelID); err != nil {
		return err
	}
	return insertNew(ctx, tx.q, "following a channel", "community_channel_following",
		"INSERT INTO community_channel_following (id, created_at, user_id, channel_id) VALUES ($1, $2, $3, $4)",
		f.ID, millis(f.CreatedAt), f.UserID, f.ChannelID)
}

// UnfollowChannel ends a user's follow of a community channel.
func (tx *Tx) UnfollowChannel(ctx context.Context, user store.UserID, channel string) error {
	return execExisting(ctx, tx.q, "unfollowing a channel",
		"DELETE FROM community_channel_following WHERE user_id = $1 AND channel_id = $2", user, channel)
}
