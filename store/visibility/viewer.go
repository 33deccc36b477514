package visibility

import "notewire/store"

// Viewer is who asks. A nil Viewer is the anonymous one. Implementations need
// not be safe for concurrent use: the rules call them from the caller's
// goroutine only.
type Viewer interface {
	// ID is the viewer's own id; empty for the anonymous viewer.
	ID() store.UserID
	// Follows says whether the viewer follows the user, and whether that
	// follow is withReplies. Nobody follows themself.
	Follows(user store.UserID) (withReplies, ok bool)
	// Mutes says whether the viewer mutes the user.
	Mutes(user store.UserID) bool
	// RenoteMutes says whether the viewer mutes the user's renotes.
	RenoteMutes(user store.UserID) bool
	// BlockedBy says whether the user blocks the viewer.
	BlockedBy(user store.UserID) bool
	// MutesHost says whether the viewer mutes the instance, given in lower
	// case. It is not asked about the local one, whose host is empty.
	MutesHost(host string) bool
	// FollowsChannel says whether the viewer follows the community channel.
	FollowsChannel(id string) bool
}

// Of makes a Viewer of relations that were loaded from the store, as REST
// does. It reads r in place: r must not change while the viewer is in use. Nil
// relations are the anonymous viewer.
func Of(r *store.Relations) Viewer {
	if r == nil {
		return nil
	}
	return relationsViewer{r}
}

type relationsViewer struct{ r *store.Relations }

var _ Viewer = relationsViewer{}

func (v relationsViewer) ID() store.UserID { return v.r.UserID }

func (v relationsViewer) Follows(u store.UserID) (withReplies, ok bool) {
	withReplies, ok = v.r.Following[u]
	return withReplies, ok
}

func (v relationsViewer) Mutes(u store.UserID) bool { return has(v.r.Muting, u) }

func (v relationsViewer) RenoteMutes(u store.UserID) bool { return has(v.r.RenoteMuting, u) }

func (v relationsViewer) BlockedBy(u store.UserID) bool { return has(v.r.BlockedBy, u) }

func (v relationsViewer) MutesHost(host string) bool { return has(v.r.MutedInstances, host) }

func (v relationsViewer) FollowsChannel(id string) bool { return has(v.r.FollowedChannels, id) }

func has[K comparable](set map[K]struct{}, k K) bool {
	_, ok := set[k]
	return ok
}

// viewerID is the id of a viewer who may be nil.
func viewerID(v Viewer) store.UserID {
	if v == nil {
		return ""
	}
	return v.ID()
}

// follows is Viewer.Follows for a viewer who may be nil.
func follows(v Viewer, u store.UserID) bool {
	if v == nil || u == "" {
		return false
	}
	_, ok := v.Follows(u)
	return ok
}
