package securitytest

import (
	"context"
	"encoding/json"
	"testing"
)

// post is a note as its author was answered when it was made.
type post struct {
	ID             string          `json:"id"`
	UserID         string          `json:"userId"`
	Text           *string         `json:"text"`
	CW             *string         `json:"cw"`
	Visibility     string          `json:"visibility"`
	VisibleUserIDs []string        `json:"visibleUserIds"`
	Mentions       []string        `json:"mentions"`
	ChannelID      string          `json:"channelId"`
	ReplyID        string          `json:"replyId"`
	RenoteID       string          `json:"renoteId"`
	Poll           json.RawMessage `json:"poll"`

	reply, renote *post  // by the two ids
	seq           int    // how many were made before
	marker        string // stands in everything that its author wrote; empty where they wrote nothing
	gone          bool   // deleted
}

func (p *post) pureRenote() bool { return p.renote != nil && p.marker == "" && p.reply == nil }

// truth is how people stand to each other, as the tables have it, and the notes.
// Its rules are written from the protocol's table of who may see what, and share
// no code with the server: slow, and easy to check by reading.
type truth struct {
	host       map[string]string          // of each user
	suspended  map[string]bool            // users
	follows    map[[2]string]bool         // withReplies, by follower and followee
	mutes      map[[2]string]bool         // by muter and mutee
	blocks     map[[2]string]bool         // by blocker and blockee
	renotes    map[[2]string]bool         // renote mutes
	instances  map[string]map[string]bool // muted, by user
	channels   map[[2]string]bool         // followed, by user and channel
	members    map[[2]string]bool         // withReplies, by list and member
	sensitive  map[string]bool            // community channels
	byID       map[string]*post
	inOrder    []*post
	everMarked map[string]*post // by marker
}

// load reads the relations out of the tables.
func (w *truth) load(n *node) {
	n.Helper()
	w.follows = rows(n, "SELECT follower_id, followee_id, with_replies FROM following")
	w.mutes = rows(n, "SELECT muter_id, mutee_id, TRUE FROM muting")
	w.blocks = rows(n, "SELECT blocker_id, blockee_id, TRUE FROM blocking")
	w.renotes = rows(n, "SELECT muter_id, mutee_id, TRUE FROM renote_muting")
	w.channels = rows(n, "SELECT user_id, channel_id, TRUE FROM community_channel_following")
	w.members = rows(n, "SELECT list_id, user_id, with_replies FROM user_list_member")
	w.host, w.instances, w.suspended = map[string]string{}, map[string]map[string]bool{}, map[string]bool{}
	all, err := n.db.Queries().Querier().Query(context.Background(), "SELECT id, host, settings, is_suspended FROM users")
	if err != nil {
		n.Fatal(err)
	}
	defer all.Close()
	for all.Next() {
		var id, host, settings string
		var suspended bool
		if err := all.Scan(&id, &host, &settings, &suspended); err != nil {
			n.Fatal(err)
		}
		var s struct {
			MutedInstances []string `json:"mutedInstances"`
		}
		if err := json.Unmarshal([]byte(settings), &s); err != nil {
			n.Fatal(err)
		}
		w.host[id], w.suspended[id], w.instances[id] = host, suspended, map[string]bool{}
		for _, h := range s.MutedInstances {
			w.instances[id][h] = true
		}
	}
	if err := all.Err(); err != nil {
		n.Fatal(err)
	}
}

func rows(n *node, query string) map[[2]string]bool {
	n.Helper()
	found, err := n.db.Queries().Querier().Query(context.Background(), query)
	if err != nil {
		n.Fatal(err)
	}
	defer found.Close()
	out := map[[2]string]bool{}
	for found.Next() {
		var a, b string
		var flag bool
		if err := found.Scan(&a, &b, &flag); err != nil {
			n.Fatal(err)
		}
		out[[2]string{a, b}] = flag
	}
	if err := found.Err(); err != nil {
		n.Fatal(err)
	}
	return out
}

func (w *truth) isFollowing(me, other string) bool {
	_, yes := w.follows[[2]string{me, other}]
	return yes
}

func contains(list []string, what string) bool {
	for _, x := range list {
		if x == what {
			return true
		}
	}
	return false
}

// maySee: public and home everyone; followers the author, their followers, the
// mentioned, the author that is replied to; specified the author and the
// visible users. me is empty for nobody.
func (w *truth) maySee(me string, p *post) bool {
	switch p.Visibility {
	case "public", "home":
		return true
	case "followers":
		return me != "" && (me == p.UserID || w.isFollowing(me, p.UserID) || contains(p.Mentions, me) || p.reply != nil && p.reply.UserID == me)
	case "specified":
		return me != "" && (me == p.UserID || contains(p.VisibleUserIDs, me))
	}
	return false
}

// shuns: muted by me, blocks me, or on an instance that I mute.
func (w *truth) shuns(me, other string) bool {
	if me == "" {
		return false
	}
	return w.mutes[[2]string{me, other}] || w.blocks[[2]string{other, me}] || w.host[other] != "" && w.instances[me][w.host[other]]
}

// authors are all whose words a note shows: its own author, that of what it
// replies to, that of what it renotes, and those two of the renoted note.
func authors(p *post) []string {
	ids := []string{p.UserID}
	if p.reply != nil {
		ids = append(ids, p.reply.UserID)
	}
	if r := p.renote; r != nil {
		ids = append(ids, r.UserID)
		if r.reply != nil {
			ids = append(ids, r.reply.UserID)
		}
		if r.renote != nil {
			ids = append(ids, r.renote.UserID)
		}
	}
	return ids
}

// wanted is what all note channels share.
func (w *truth) wanted(me string, p *post) bool {
	if !w.maySee(me, p) {
		return false
	}
	for _, id := range authors(p) {
		if w.suspended[id] || w.shuns(me, id) {
			return false
		}
	}
	if p.pureRenote() {
		return !w.renotes[[2]string{me, p.UserID}] && w.maySee(me, p.renote)
	}
	return true
}

// listed says whether a profile has the note for me, asked for with everything:
// replies, renotes and notes in community channels.
func (w *truth) listed(me string, p *post) bool {
	if !w.maySee(me, p) || p.pureRenote() && !w.maySee(me, p.renote) || w.sensitive[p.ChannelID] && me != p.UserID {
		return false
	}
	for _, id := range authors(p) {
		if w.suspended[id] || id != p.UserID && w.shuns(me, id) {
			return false
		}
	}
	return true
}

// stranger: a followers-only note of somebody whom I do not follow.
func (w *truth) stranger(me string, p *post) bool {
	return p != nil && p.Visibility == "followers" && p.UserID != me && !w.isFollowing(me, p.UserID)
}

// near: to me, by me, or by the author to themself.
func near(me string, p *post) bool {
	return p.reply == nil || p.reply.UserID == p.UserID || me != "" && (p.reply.UserID == me || p.UserID == me)
}

// narrow: what home and hybrid have of followers-only and specified notes.
func (w *truth) narrow(me string, p *post) bool {
	switch p.Visibility {
	case "followers":
		return p.UserID == me || w.isFollowing(me, p.UserID)
	case "specified":
		return p.UserID == me || contains(p.VisibleUserIDs, me) && w.isFollowing(me, p.UserID)
	}
	return true
}

func (w *truth) ofHome(me string, p *post) bool {
	if p.ChannelID != "" {
		return w.channels[[2]string{me, p.ChannelID}]
	}
	return p.UserID == me || w.isFollowing(me, p.UserID)
}

func (w *truth) ofLocal(p *post) bool {
	return p.Visibility == "public" && w.host[p.UserID] == "" && p.ChannelID == ""
}

// options are the params of a timeline.
type options struct{ withRenotes, withReplies bool }

// sends says whether a timeline has the note for me; list is the id of a list
// of mine.
func (w *truth) sends(timeline, me, list string, o options, p *post) bool {
	if !w.wanted(me, p) || p.pureRenote() && !o.withRenotes {
		return false
	}
	withReplies := me != "" && w.follows[[2]string{me, p.UserID}]
	switch timeline {
	case "home":
		return me != "" && w.ofHome(me, p) && w.narrow(me, p) && w.homeReply(me, p, withReplies) && !(p.pureRenote() && w.stranger(me, p.renote.reply))
	case "hybrid":
		return me != "" && (w.ofHome(me, p) || w.ofLocal(p)) && w.narrow(me, p) && w.homeReply(me, p, withReplies || o.withReplies) &&
			!(p.pureRenote() && w.stranger(me, p.renote.reply))
	case "local":
		return w.ofLocal(p) && (me == "" || o.withReplies || near(me, p) || withReplies)
	case "global":
		return p.Visibility == "public" && p.ChannelID == ""
	case "list":
		memberWithReplies, member := w.members[[2]string{list, p.UserID}]
		if !member || p.ChannelID != "" || p.Visibility == "followers" && p.UserID != me && !w.isFollowing(me, p.UserID) ||
			p.Visibility == "specified" && !contains(p.VisibleUserIDs, me) {
			return false
		}
		return w.homeReply(me, p, memberWithReplies)
	}
	return false
}

func (w *truth) homeReply(me string, p *post, withReplies bool) bool {
	return near(me, p) || withReplies && !w.stranger(me, p.reply)
}

// A rule of the oracle's own is tried where it is easy to get wrong.
func TestOracle(t *testing.T) {
	a := &post{ID: "1", UserID: "ann", Visibility: "followers", marker: "mk1x"}
	b := &post{ID: "2", UserID: "bob", Visibility: "public", reply: a, marker: "mk2x"}
	r := &post{ID: "3", UserID: "cat", Visibility: "public", renote: a}
	w := &truth{follows: map[[2]string]bool{{"me", "bob"}: true, {"me", "cat"}: false, {"dan", "ann"}: false}}
	o := options{withRenotes: true}
	for _, c := range []struct {
		name string
		got  bool
		want bool
	}{
		{"a stranger's circle", w.maySee("me", a), false},
		{"a follower", w.maySee("dan", a), true},
		{"the one who replied, not mentioned", w.maySee("bob", a), false},
		{"a reply into a stranger's circle", w.sends("home", "me", "", o, b), false},
		{"the same on global", w.sends("global", "me", "", o, b), true},
		{"an empty renote", w.sends("global", "me", "", o, r), false},
		{"the same to a follower", w.sends("global", "dan", "", o, r), true},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v", c.name, c.got)
		}
	}
}
