package protocol

import "notewire/store"

// UserList is a list of users.
type UserList struct {
	ID        string         `json:"id"`
	CreatedAt string         `json:"createdAt"`
	Name      string         `json:"name"`
	UserIDs   []store.UserID `json:"userIds"`
	IsPublic  bool           `json:"isPublic"`
}

// PackList packs a list with its members' ids.
func (p Packer) PackList(l *store.UserList) UserList {
	return UserList{
		ID:        l.ID,
		CreatedAt: FormatTime(l.CreatedAt),
		Name:      l.Name,
		UserIDs:   orEmpty(l.MemberIDs),
		IsPublic:  l.IsPublic,
	}
}

// Following is one follow, with the side that the asker does not know.
type Following struct {
	ID         string        `json:"id"`
	CreatedAt  string        `json:"createdAt"`
	FolloweeID store.UserID  `json:"followeeId"`
	FollowerID store.UserID  `json:"followerId"`
	Followee   *UserDetailed `json:"followee,omitempty"`
	Follower   *UserDetailed `json:"follower,omitempty"`
}

// PackFollowing packs a follow; a nil followee or follower is left out.
func (p Packer) PackFollowing(f *store.Follow, followee, follower *UserDetailed) Following {
	return Following{
		ID:         f.ID,
		CreatedAt:  FormatTime(f.CreatedAt),
		FolloweeID: f.FolloweeID,
		FollowerID: f.FollowerID,
		Followee:   followee,
		Follower:   follower,
	}
}

// FollowRequest is a follow that waits for approval.
type FollowRequest struct {
	ID       string   `json:"id"`
	Follower UserLite `json:"follower"`
	Followee UserLite `json:"followee"`
}

// PackFollowRequest packs a follow request with both of its users.
func (p Packer) PackFollowRequest(r *store.FollowRequest, follower, followee *store.User) FollowRequest {
	return FollowRequest{ID: r.ID, Follower: p.PackUserLite(follower), Followee: p.PackUserLite(followee)}
}

// Blocking is one block.
type Blocking struct {
	ID        string       `json:"id"`
	CreatedAt string       `json:"createdAt"`
	BlockeeID store.UserID `json:"blockeeId"`
	Blockee   UserDetailed `json:"blockee"`
}

// PackBlocking packs a block.
func (p Packer) PackBlocking(b *store.Block, blockee UserDetailed) Blocking {
	return Blocking{ID: b.ID, CreatedAt: FormatTime(b.CreatedAt), BlockeeID: b.BlockeeID, Blockee: blockee}
}

// Muting is one mute.
type Muting struct {
	ID        string       `json:"id"`
	CreatedAt string       `json:"createdAt"`
	ExpiresAt *string      `json:"expiresAt"` // null: never
	MuteeID   store.UserID `json:"muteeId"`
	Mutee     UserDetailed `json:"mutee"`
}

// PackMuting packs a mute.
func (p Packer) PackMuting(m *store.Mute, mutee UserDetailed) Muting {
	return Muting{
		ID:        m.ID,
		CreatedAt: FormatTime(m.CreatedAt),
		ExpiresAt: timeOrNull(m.ExpiresAt),
		MuteeID:   m.MuteeID,
		Mutee:     mutee,
	}
}

// RenoteMuting is one mute of somebody's renotes.
type RenoteMuting struct {
	ID        string       `json:"id"`
	CreatedAt string       `json:"createdAt"`
	MuteeID   store.UserID `json:"muteeId"`
	Mutee     UserDetailed `json:"mutee"`
}

// PackRenoteMuting packs a mute of renotes.
func (p Packer) PackRenoteMuting(m *store.RenoteMute, mutee UserDetailed) RenoteMuting {
	return RenoteMuting{ID: m.ID, CreatedAt: FormatTime(m.CreatedAt), MuteeID: m.MuteeID, Mutee: mutee}
}

// Relation is what users/relation answers about one user.
type Relation struct {
	ID                             store.UserID `json:"id"`
	IsFollowing                    bool         `json:"isFollowing"`
	HasPendingFollowRequestFromYou bool         `json:"hasPendingFollowRequestFromYou"`
	HasPendingFollowRequestToYou   bool         `json:"hasPendingFollowRequestToYou"`
	IsFollowed                     bool         `json:"isFollowed"`
	IsBlocking                     bool         `json:"isBlocking"`
	IsBlocked                      bool         `json:"isBlocked"`
	IsMuted                        bool         `json:"isMuted"`
	IsRenoteMuted                  bool         `json:"isRenoteMuted"`
}

// PackRelation packs a relation for users/relation.
func PackRelation(r *store.RelationBetween) Relation {
	return Relation{
		ID:                             r.UserID,
		IsFollowing:                    r.IsFollowing,
		HasPendingFollowRequestFromYou: r.HasPendingFromYou,
		HasPendingFollowRequestToYou:   r.HasPendingToYou,
		IsFollowed:                     r.IsFollowed,
		IsBlocking:                     r.IsBlocking,
		IsBlocked:                      r.IsBlocked,
		IsMuted:                        r.IsMuted,
		IsRenoteMuted:                  r.IsRenoteMuted,
	}
}
