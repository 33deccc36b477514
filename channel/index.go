package channel

import (
	"slices"

	"notewire/store"
)

// index leads from an event to the subscriptions that may want it. People and
// viewers have lists of their own; here is what belongs to neither.
type index struct {
	local  subList
	public subList
	keyed  map[Interest]*subList
	// communities leads from a community channel to the slots of viewers that
	// follow it and have joined a channel that is made of follows.
	communities map[string]numset
}

func newIndex() index {
	return index{keyed: map[Interest]*subList{}, communities: map[string]numset{}}
}

// subList is an unordered list of subscriptions, from which each can be taken
// at once because it knows its places.
type subList struct{ subs []*subscription }

// link is a place in a list.
type link struct {
	list *subList
	at   int
}

func (l *subList) add(sub *subscription) {
	sub.links = append(sub.links, link{l, len(l.subs)})
	l.subs = append(l.subs, sub)
}

// take removes the subscription at the place; the last one moves there.
func (l *subList) take(at int) {
	last := len(l.subs) - 1
	moved := l.subs[last]
	l.subs[last] = nil
	l.subs = l.subs[:last]
	if at != last {
		l.subs[at] = moved
		for i := range moved.links {
			if moved.links[i].list == l {
				moved.links[i].at = at
			}
		}
	}
	if last == 0 {
		l.subs = nil
	}
}

// list is where the subscription waits for the interest.
func (s *shard) list(v *viewer, in Interest) *subList {
	switch in.Source {
	case FromSelf:
		return &v.own
	case FromFollowing:
		return &v.following
	case FromLocal:
		return &s.index.local
	case FromPublic:
		return &s.index.public
	default:
		l := s.index.keyed[in]
		if l == nil {
			l = &subList{}
			s.index.keyed[in] = l
		}
		return l
	}
}

// enlist puts the subscription where its events come by.
func (s *shard) enlist(sub *subscription) {
	v := sub.member.viewer
	sub.links = make([]link, 0, len(sub.filter.Interests))
	for _, in := range sub.filter.Interests {
		if v == s.anonymous && (in.Source == FromSelf || in.Source == FromFollowing) {
			continue // the anonymous viewer is many people: it has no self
		}
		l := s.list(v, in)
		if slices.ContainsFunc(sub.links, func(k link) bool { return k.list == l }) {
			continue
		}
		l.add(sub)
		if in.Source == FromFollowing {
			s.indexFollows(v)
		}
	}
}

// delist takes the subscription out of every list.
func (s *shard) delist(sub *subscription) {
	for _, k := range sub.links {
		k.list.take(k.at)
	}
	sub.links = nil
	for _, in := range sub.filter.Interests {
		if l, ok := s.index.keyed[in]; ok && len(l.subs) == 0 {
			delete(s.index.keyed, in)
		}
	}
}

// indexFollows makes the viewer a candidate for the notes of everybody whom
// they follow. It stays one until it is forgotten, so that a client which
// joins and leaves its home timeline all the time does not make the shard
// walk all follows each time.
func (s *shard) indexFollows(v *viewer) {
	if v.indexed {
		return
	}
	v.indexed = true
	for _, e := range v.follows {
		s.people.list[e>>1].followers.add(v.slot)
	}
	for _, c := range v.communities {
		s.addCommunity(c, v.slot)
	}
}

func (s *shard) unindexFollows(v *viewer) {
	if !v.indexed {
		return
	}
	v.indexed = false
	for _, e := range v.follows {
		s.people.list[e>>1].followers.remove(v.slot)
	}
	for _, c := range v.communities {
		s.removeCommunity(c, v.slot)
	}
}

func (s *shard) addCommunity(id string, slot uint32) {
	set := s.index.communities[id]
	set.add(slot)
	s.index.communities[id] = set
}

func (s *shard) removeCommunity(id string, slot uint32) {
	set := s.index.communities[id]
	if set.remove(slot); len(set) == 0 {
		delete(s.index.communities, id)
		return
	}
	s.index.communities[id] = set
}

// candidates calls offer for every subscription that the note might be for,
// perhaps more than once.
func (s *shard) candidates(f *store.NoteFacts, offer func(*subscription)) {
	if f.ChannelID != "" {
		s.offerViewers(s.index.communities[f.ChannelID], offer)
	} else if n, ok := s.people.find(f.UserID); ok {
		author := &s.people.list[n]
		if author.viewer != nil {
			offerAll(author.viewer.following.subs, offer)
		}
		s.offerViewers(author.followers, offer)
	}
	if f.Visibility == store.Public && f.ChannelID == "" {
		offerAll(s.index.public.subs, offer)
		if f.UserHost == "" {
			offerAll(s.index.local.subs, offer)
		}
	}
	if len(s.index.keyed) == 0 {
		return
	}
	s.offerKeyed(Interest{FromAuthor, string(f.UserID)}, offer)
	for _, tag := range f.Tags {
		s.offerKeyed(Interest{FromTag, tag}, offer)
	}
	if f.ChannelID != "" {
		s.offerKeyed(Interest{FromCommunity, f.ChannelID}, offer)
	}
}

// matches says whether the note would come by the subscription: what
// candidates finds, asked the other way round.
func (s *shard) matches(sub *subscription, f *store.NoteFacts) bool {
	v := sub.member.viewer
	open := f.Visibility == store.Public && f.ChannelID == ""
	for _, in := range sub.filter.Interests {
		found := false
		switch in.Source {
		case FromFollowing:
			switch {
			case v == s.anonymous:
			case f.ChannelID != "":
				found = v.FollowsChannel(f.ChannelID)
			case f.UserID == v.id:
				found = true
			default:
				_, found = v.Follows(f.UserID)
			}
		case FromLocal:
			found = open && f.UserHost == ""
		case FromPublic:
			found = open
		case FromAuthor:
			found = in.Key == string(f.UserID)
		case FromTag:
			found = slices.Contains(f.Tags, in.Key)
		case FromCommunity:
			found = f.ChannelID != "" && in.Key == f.ChannelID
		}
		if found {
			return true
		}
	}
	return false
}

// hears says whether an event on a topic would come by the subscription.
func (s *shard) hears(sub *subscription, e *TopicEvent) bool {
	v := sub.member.viewer
	for _, in := range sub.filter.Interests {
		switch {
		case in.Source == FromSelf && e.UserID != "":
			if v != s.anonymous && v.id == e.UserID {
				return true
			}
		case in.Source == FromTopic && e.UserID == "":
			if in.Key == e.Topic {
				return true
			}
		}
	}
	return false
}

func (s *shard) offerViewers(slots numset, offer func(*subscription)) {
	for _, slot := range slots {
		offerAll(s.viewers[slot].following.subs, offer)
	}
}

func (s *shard) offerKeyed(in Interest, offer func(*subscription)) {
	if l, ok := s.index.keyed[in]; ok {
		offerAll(l.subs, offer)
	}
}

func offerAll(subs []*subscription, offer func(*subscription)) {
	for _, sub := range subs {
		offer(sub)
	}
}
