package api

import (
	"context"
	"fmt"

	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
)

// blockingList lists whom who is calling blocks.
func blockingList() endpoint {
	return define(meta{
		name: "blocking/list", credential: true, permission: "read:blocks",
		params: schema.Object(pageFields(30)...),
	}, func(ctx context.Context, c *Call, p pageParams) ([]protocol.Blocking, error) {
		found, err := c.Store().Blocks(ctx, c.ViewerID(), p.page())
		if err != nil {
			return nil, fmt.Errorf("listing blocks: %w", err)
		}
		return withProfiles(ctx, c, found, func(b *store.Block) store.UserID { return b.BlockeeID }, c.Packer().PackBlocking)
	})
}

// withProfiles packs rows that are each about one user, with the profile of
// that user. Rows about users who are gone are left out.
func withProfiles[T, P any](ctx context.Context, c *Call, rows []T, about func(T) store.UserID, pack func(T, protocol.UserDetailed) P) ([]P, error) {
	ids := make([]store.UserID, len(rows))
	for i, r := range rows {
		ids[i] = about(r)
	}
	profiles, err := c.profilesByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]P, 0, len(rows))
	for _, r := range rows {
		if profile, there := profiles[about(r)]; there {
			out = append(out, pack(r, profile))
		}
	}
	return out, nil
}
