package channel

import (
	"slices"
	"strings"

	"notewire/store"
	"notewire/store/visibility"
)

// viewer is a user who is online on this node, or was a moment ago: what
// decides what they are sent, shared by all their connections. The shard's
// goroutine alone touches it.
type viewer struct {
	shard *shard
	id    store.UserID
	num   uint32 // as a person
	slot  uint32 // among the shard's viewers

	follows      followset
	muting       numset
	renoteMuting numset
	blockedBy    numset
	hosts        []string // muted instances, sorted
	communities  []string // followed community channels, sorted

	own       subList          // subscriptions FromSelf
	following [streams]subList // subscriptions FromFollowing
	members   []*Member
	indexed   bool

	loading *loading // nil once the viewer is published
	idle    uint64   // counts comings and goings; see linger
	gone    bool     // forgotten: members that are left over get nothing
}

var _ visibility.Viewer = (*viewer)(nil)

func (v *viewer) ID() store.UserID { return v.id }

func (v *viewer) Follows(u store.UserID) (withReplies, ok bool) {
	if len(v.follows) == 0 {
		return false, false
	}
	n, ok := v.shard.people.find(u)
	if !ok {
		return false, false
	}
	return v.follows.find(n)
}

func (v *viewer) Mutes(u store.UserID) bool { return v.names(v.muting, u) }

func (v *viewer) RenoteMutes(u store.UserID) bool { return v.names(v.renoteMuting, u) }

func (v *viewer) BlockedBy(u store.UserID) bool { return v.names(v.blockedBy, u) }

func (v *viewer) MutesHost(host string) bool { return hasString(v.hosts, host) }

func (v *viewer) FollowsChannel(id string) bool { return hasString(v.communities, id) }

func (v *viewer) names(set numset, u store.UserID) bool {
	if len(set) == 0 { // nearly always: spares the look-up of the name
		return false
	}
	n, ok := v.shard.people.find(u)
	return ok && set.has(n)
}

func hasString(sorted []string, s string) bool {
	_, ok := slices.BinarySearch(sorted, s)
	return ok
}

func addString(sorted []string, s string) []string {
	if i, ok := slices.BinarySearch(sorted, s); !ok {
		return slices.Insert(sorted, i, s)
	}
	return sorted
}

func removeString(sorted []string, s string) []string {
	if i, ok := slices.BinarySearch(sorted, s); ok {
		return slices.Delete(sorted, i, i+1)
	}
	return sorted
}

// fill takes over what was loaded.
func (v *viewer) fill(r *store.RelationLists) {
	p := &v.shard.people
	if len(r.Following) > 0 {
		v.follows = make(followset, len(r.Following))
		for i, f := range r.Following {
			v.follows[i] = followEntry(p.retainPart(f.ID), f.WithReplies)
		}
		slices.Sort(v.follows)
	}
	v.muting = retainAll(p, r.Muting)
	v.renoteMuting = retainAll(p, r.RenoteMuting)
	v.blockedBy = retainAll(p, r.BlockedBy)
	v.hosts = sortedCopy(r.MutedInstances)
	v.communities = sortedCopy(r.FollowedChannels)
}

// empty gives back what fill and apply took.
func (v *viewer) empty() {
	p := &v.shard.people
	v.shard.unindexFollows(v)
	for _, e := range v.follows {
		p.release(e >> 1)
	}
	for _, set := range []numset{v.muting, v.renoteMuting, v.blockedBy} {
		for _, n := range set {
			p.release(n)
		}
	}
	v.follows, v.muting, v.renoteMuting, v.blockedBy = nil, nil, nil, nil
	v.hosts, v.communities = nil, nil
}

func retainAll(p *people, ids []store.UserID) numset {
	if len(ids) == 0 {
		return nil
	}
	set := make(numset, len(ids))
	for i, id := range ids {
		set[i] = p.retainPart(id)
	}
	slices.Sort(set)
	return set
}

// sortedCopy keeps no text alive that the list's strings may be parts of.
func sortedCopy(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = strings.Clone(s)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// apply changes the viewer as a relation event says, of which they are the
// actor or, for blocks, the target. Every change names a state, not a step,
// so applying one that the load has seen already changes nothing.
func (v *viewer) apply(typ string, c *store.RelationChange) {
	s := v.shard
	switch typ {
	case store.InternalFollow:
		v.follow(c.Target, c.WithReplies)
	case store.InternalUnfollow:
		v.unfollow(c.Target)
	case store.InternalMute:
		v.put(&v.muting, c.Target)
	case store.InternalUnmute:
		v.drop(&v.muting, c.Target)
	case store.InternalRenoteMute:
		v.put(&v.renoteMuting, c.Target)
	case store.InternalRenoteUnmute:
		v.drop(&v.renoteMuting, c.Target)
	case store.InternalBlock:
		v.put(&v.blockedBy, c.Actor)
	case store.InternalUnblock:
		v.drop(&v.blockedBy, c.Actor)
	case store.InternalMuteInstances:
		v.hosts = make([]string, len(c.Hosts))
		for i, h := range c.Hosts {
			v.hosts[i] = strings.ToLower(h)
		}
		slices.Sort(v.hosts)
	case store.InternalFollowChannel:
		v.communities = addString(v.communities, c.ChannelID)
		if v.indexed {
			s.addCommunity(c.ChannelID, v.slot)
		}
	case store.InternalUnfollowChannel:
		v.communities = removeString(v.communities, c.ChannelID)
		if v.indexed {
			s.removeCommunity(c.ChannelID, v.slot)
		}
	}
}

func (v *viewer) follow(u store.UserID, withReplies bool) {
	p := &v.shard.people
	n := p.retain(u)
	if !v.follows.put(n, withReplies) {
		p.release(n)
	}
	if v.indexed {
		p.list[n].followers.add(v.slot)
	}
}

func (v *viewer) unfollow(u store.UserID) {
	p := &v.shard.people
	n, ok := p.find(u)
	if !ok || !v.follows.remove(n) {
		return
	}
	if v.indexed {
		p.list[n].followers.remove(v.slot)
	}
	p.release(n)
}

// put adds the user to one of the viewer's sets.
func (v *viewer) put(set *numset, u store.UserID) {
	n := v.shard.people.retain(u)
	if !set.add(n) {
		v.shard.people.release(n)
	}
}

// drop takes the user from one of the viewer's sets.
func (v *viewer) drop(set *numset, u store.UserID) {
	if n, ok := v.shard.people.find(u); ok && set.remove(n) {
		v.shard.people.release(n)
	}
}
