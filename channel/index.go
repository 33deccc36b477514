package channel

import (
	"slices"

	"notewire/store"
)

// index leads from an event to the subscriptions that may want it. What belongs to a
// person or a viewer is in lists of theirs; here is what belongs to neither.
type index struct {
	byStream [streams]sources
	// communities leads from a community channel to the slots of viewers that
	// follow it and have joined a channel that is made of follows.
	communities map[string]numset
	// wantChanges is how many subscriptions want to hear of changes: hardly ever any.
	wantChanges int
	interests   []Interest // of the current note; see appendInterests
}

// stream says what comes by a list of the index.
type stream uint8

const (
	newNotes    stream = iota // notes, and the events of topics
	noteChanges               // what happens to notes
	streams
)

// sources are the lists of one stream.
type sources struct {
	local  subList
	public subList
	keyed  map[Interest]*subList
}

func newIndex() index {
	x := index{communities: map[string]numset{}}
	for i := range x.byStream {
		x.byStream[i].keyed = map[Interest]*subList{}
	}
	return x
}

// subList is an unordered list of subscriptions, from which each can be taken
// at once because it knows where it is.
type subList struct{ subs []*subscription }

// link is where a subscription is in a list.
type link struct {
	list *subList
	at   int
}

func (l *subList) add(sub *subscription) {
	sub.links = append(sub.links, link{l, len(l.subs)})
	l.subs = append(l.subs, sub)
}

// take removes the subscription at that index; the last one moves there.
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

// list is where the subscription waits for what comes by the stream and concerns
// the interest.
func (s *shard) list(v *viewer, in Interest, of stream) *subList {
	x := &s.index.byStream[of]
	switch in.Source {
	case FromSelf:
		return &v.own
	case FromFollowing:
		return &v.following[of]
	case FromLocal:
		return &x.local
	case FromPublic:
		return &x.public
	default:
		l := x.keyed[in]
		if l == nil {
			l = &subList{}
			x.keyed[in] = l
		}
		return l
	}
}

// enlist puts the subscription where its events come by.
func (s *shard) enlist(sub *subscription) {
	sub.links = make([]link, 0, len(sub.filter.Interests))
	s.enlistFor(sub, newNotes)
	if sub.filter.Changed != nil {
		s.index.wantChanges++
		s.enlistFor(sub, noteChanges)
	}
}

func (s *shard) enlistFor(sub *subscription, of stream) {
	v := sub.member.viewer
	for _, in := range sub.filter.Interests {
		if v == s.anonymous && (in.Source == FromSelf || in.Source == FromFollowing) {
			continue // the anonymous viewer is many people: it has no self
		}
		if of == noteChanges && (in.Source == FromSelf || in.Source == FromTopic) {
			continue // no note comes from there
		}
		l := s.list(v, in, of)
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
	if sub.filter.Changed != nil {
		s.index.wantChanges--
	}
	for _, in := range sub.filter.Interests {
		for i := range s.index.byStream {
			keyed := s.index.byStream[i].keyed
			if l, ok := keyed[in]; ok && len(l.subs) == 0 {
				delete(keyed, in)
			}
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

// appendInterests appends every interest that finds the note, but FromFollowing,
// which is a matter of the viewer.
func appendInterests(to []Interest, f *store.NoteFacts) []Interest {
	if f.Visibility == store.Public && f.ChannelID == "" {
		to = append(to, Interest{Source: FromPublic})
		if f.UserHost == "" {
			to = append(to, Interest{Source: FromLocal})
		}
	}
	to = append(to, Interest{FromAuthor, string(f.UserID)})
	for _, tag := range f.Tags {
		to = append(to, Interest{FromTag, tag})
	}
	if f.ChannelID != "" {
		to = append(to, Interest{FromCommunity, f.ChannelID})
	}
	return to
}

// candidates calls offer for every subscription that the note might be for,
// perhaps more than once.
func (s *shard) candidates(f *store.NoteFacts, of stream, offer func(*subscription)) {
	if f.ChannelID != "" {
		s.offerViewers(s.index.communities[f.ChannelID], of, offer)
	} else if n, ok := s.people.find(f.UserID); ok {
		author := &s.people.list[n]
		if author.viewer != nil {
			offerAll(author.viewer.following[of].subs, offer)
		}
		s.offerViewers(author.followers, of, offer)
	}
	x := &s.index.byStream[of]
	s.index.interests = appendInterests(s.index.interests[:0], f)
	for _, in := range s.index.interests {
		switch in.Source {
		case FromLocal:
			offerAll(x.local.subs, offer)
		case FromPublic:
			offerAll(x.public.subs, offer)
		default:
			if len(x.keyed) == 0 { // as nearly always
				return // the keyed interests come last
			}
			if l, ok := x.keyed[in]; ok {
				offerAll(l.subs, offer)
			}
		}
	}
}

// matches says whether the note would come by the subscription: what
// candidates finds, asked the other way round.
func (s *shard) matches(sub *subscription, f *store.NoteFacts) bool {
	s.index.interests = appendInterests(s.index.interests[:0], f)
	for _, in := range sub.filter.Interests {
		var found bool
		if in.Source == FromFollowing {
			found = s.followsSourceOf(sub.member.viewer, f)
		} else {
			found = slices.Contains(s.index.interests, in)
		}
		if found {
			return true
		}
	}
	return false
}

// followsSourceOf says whether FromFollowing finds the note for the viewer.
func (s *shard) followsSourceOf(v *viewer, f *store.NoteFacts) bool {
	switch {
	case v == s.anonymous:
		return false
	case f.ChannelID != "":
		return v.FollowsChannel(f.ChannelID)
	case f.UserID == v.id:
		return true
	default:
		_, ok := v.Follows(f.UserID)
		return ok
	}
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

func (s *shard) offerViewers(slots numset, of stream, offer func(*subscription)) {
	for _, slot := range slots {
		offerAll(s.viewers[slot].following[of].subs, offer)
	}
}

func offerAll(subs []*subscription, offer func(*subscription)) {
	for _, sub := range subs {
		offer(sub)
	}
}
