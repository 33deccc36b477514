package relational

import (
	"context"

	"notewire/store"
)

// OwnedChannels are the community channels of an owner.
func (q Queries) OwnedChannels(ctx context.Context, owner store.UserID, p store.Page) ([]*store.CommunityChannel, error) {
	return queryPage(ctx, q.q, "listing a user's community channels", scanCommunity, p, "id",
		"SELECT "+communityColumns+" FROM community_channel WHERE user_id = $1", owner)
}

// FollowedChannels are the community channels that a user follows. The page
// is one of follows: its bounds are their ids, and theirs is the order.
func (q Queries) FollowedChannels(ctx context.Context, user store.UserID, p store.Page) ([]*store.CommunityChannel, error) {
	return queryPage(ctx, q.q, "listing followed community channels", scanCommunity, p, "follow_id",
		"SELECT "+communityColumns+` FROM (
			SELECT c.*, f.id AS follow_id FROM community_channel_following f
			JOIN community_channel c ON c.id = f.channel_id WHERE f.user_id = $1
		) AS followed WHERE TRUE`, user)
}
