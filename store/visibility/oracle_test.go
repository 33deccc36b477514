package visibility_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"notewire/store"
	"notewire/store/visibility"
)

// oracle restates docs/protocol.md, "Who may see what" and "Timelines", rule by
// rule, as slowly and plainly as it can, without a function of the package
// under test.
type oracle struct {
	me string // empty: anonymous
	r  *store.Relations
}

func (o oracle) followed(u store.UserID) bool {
	if o.me == "" {
		return false
	}
	_, ok := o.r.Following[u]
	return ok
}

func (o oracle) followReplies(u store.UserID) bool { return o.me != "" && o.r.Following[u] }

func (o oracle) isMe(u store.UserID) bool { return o.me != "" && string(u) == o.me }

func (o oracle) names(ids []store.UserID) bool { return slices.ContainsFunc(ids, o.isMe) }

func (o oracle) maySee(a store.Audience) bool {
	switch a.Visibility {
	case "public", "home":
		return true
	case "followers":
		return o.isMe(a.UserID) || o.followed(a.UserID) || o.names(a.Mentions) || o.isMe(a.ReplyUserID)
	case "specified":
		return o.isMe(a.UserID) || o.names(a.VisibleUserIDs)
	}
	panic(a.Visibility)
}

func (o oracle) spared(f *store.NoteFacts) bool {
	for _, n := range []*store.NoteFacts{f, f.Reply, f.Renote, sub(f.Renote, true), sub(f.Renote, false)} {
		if n != nil && n.BySuspended {
			return true
		}
	}
	if o.me == "" {
		return false
	}
	for _, n := range []*store.NoteFacts{f, f.Reply, f.Renote, sub(f.Renote, true), sub(f.Renote, false)} {
		if n == nil {
			continue
		}
		_, mute := o.r.Muting[n.UserID]
		_, block := o.r.BlockedBy[n.UserID]
		_, host := o.r.MutedInstances[n.UserHost]
		if mute || block || host {
			return true
		}
	}
	for _, n := range []*store.NoteFacts{f, f.Renote} {
		if n == nil || n.ReplyID == "" {
			continue
		}
		_, mute := o.r.Muting[n.ReplyUserID]
		_, block := o.r.BlockedBy[n.ReplyUserID]
		if mute || block {
			return true
		}
	}
	_, rm := o.r.RenoteMuting[f.UserID]
	return rm && pure(f)
}

func pure(f *store.NoteFacts) bool {
	return f.RenoteID != "" && !f.HasText && !f.HasFiles && f.ReplyID == ""
}

// sends answers for one column: home, local, hybrid, global or userList.
func (o oracle) sends(column string, f *store.NoteFacts, p visibility.Params, member bool) bool {
	if o.me == "" && column != "local" && column != "global" {
		return false
	}
	mine, followed := o.isMe(f.UserID), o.followed(f.UserID)
	inMyChannel := false
	if o.me != "" && f.ChannelID != "" {
		_, inMyChannel = o.r.FollowedChannels[f.ChannelID]
	}
	inHome := mine || followed || inMyChannel
	inLocal := f.Visibility == "public" && f.UserHost == "" && f.ChannelID == ""
	candidate := map[string]bool{
		"home": inHome, "local": inLocal, "hybrid": inHome || inLocal,
		"global": f.Visibility == "public", "userList": true,
	}[column]

	channelOK := true
	if f.ChannelID != "" {
		channelOK = inMyChannel && (column == "home" || column == "hybrid")
	}

	visOK := true
	switch f.Visibility {
	case "followers":
		visOK = (mine || followed) && column != "local" && column != "global"
	case "specified":
		switch column {
		case "home", "hybrid":
			visOK = mine || o.names(f.VisibleUserIDs) && followed
		case "userList":
			visOK = o.names(f.VisibleUserIDs)
		default:
			visOK = false
		}
	case "home":
		visOK = column != "local" && column != "global"
	}

	replyOK := true
	if f.ReplyID != "" {
		a := o.isMe(f.ReplyUserID) || mine || f.ReplyUserID == f.UserID
		torn := f.Reply != nil && f.Reply.Visibility == "followers" &&
			!o.isMe(f.Reply.UserID) && !o.followed(f.Reply.UserID)
		switch column {
		case "home":
			replyOK = a || o.followReplies(f.UserID) && !torn
		case "local":
			replyOK = o.me == "" || a || o.followReplies(f.UserID) || p.WithReplies
		case "hybrid":
			replyOK = a || (o.followReplies(f.UserID) || p.WithReplies) && !torn
		case "userList":
			replyOK = a || member && !torn
		}
	}

	renoteOK := true
	if pure(f) {
		renoteOK = p.WithRenotes
		if f.Renote != nil {
			if r := f.Renote.Reply; r != nil && (column == "home" || column == "hybrid") &&
				r.Visibility == "followers" && !o.isMe(r.UserID) && !o.followed(r.UserID) {
				renoteOK = false
			}
			if !o.maySee(f.Renote.Audience) {
				renoteOK = false
			}
		}
	}
	filesOK := !p.WithFiles || f.HasFiles
	return candidate && channelOK && visOK && replyOK && renoteOK && filesOK && o.maySee(f.Audience) && !o.spared(f)
}

// People of the random world; some live elsewhere.
var people = []store.UserID{"me", "ann", "ben", "cat", "dan", "eve"}

func hostOf(u store.UserID) string {
	switch u {
	case "dan":
		return "d.example"
	case "eve":
		return "e.example"
	}
	return ""
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

func some(r *rand.Rand) (ids []store.UserID) {
	for _, p := range people {
		if r.IntN(4) == 0 {
			ids = append(ids, p)
		}
	}
	return ids
}

func randomRelations(r *rand.Rand) *store.Relations {
	rel := store.NewRelations("me")
	for _, p := range people[1:] {
		if r.IntN(2) == 0 {
			rel.Following[p] = r.IntN(2) == 0
		}
		if r.IntN(12) == 0 {
			rel.Muting[p] = struct{}{}
		}
		if r.IntN(8) == 0 {
			rel.RenoteMuting[p] = struct{}{}
		}
		if r.IntN(12) == 0 {
			rel.BlockedBy[p] = struct{}{}
		}
	}
	if r.IntN(6) == 0 {
		rel.MutedInstances["d.example"] = struct{}{}
	}
	if r.IntN(2) == 0 {
		rel.FollowedChannels["c1"] = struct{}{}
	}
	return rel
}

func randomNote(r *rand.Rand, depth int) *store.NoteFacts {
	by := pick(r, people...)
	f := &store.NoteFacts{
		ID:          store.NoteID(fmt.Sprint(r.Uint32())),
		UserHost:    hostOf(by),
		ChannelID:   pick(r, "", "", "", "c1", "c2"),
		HasText:     r.IntN(3) > 0,
		HasFiles:    r.IntN(3) == 0,
		BySuspended: r.IntN(15) == 0,
		Audience: store.Audience{
			UserID:     by,
			Visibility: pick(r, store.Public, store.Public, store.Home, store.Followers, store.Specified),
			Mentions:   some(r), VisibleUserIDs: some(r),
		},
	}
	if depth > 0 && r.IntN(3) == 0 {
		f.Reply = randomNote(r, 0)
		f.ReplyID, f.ReplyUserID = f.Reply.ID, f.Reply.UserID
		if r.IntN(8) == 0 {
			f.Reply = nil // it was deleted
		}
	}
	if depth > 0 && r.IntN(3) == 0 {
		f.Renote = randomNote(r, depth-1)
		f.RenoteID = f.Renote.ID
	}
	return f
}

func TestAgainstOracle(t *testing.T) {
	rounds := 80_000
	if testing.Short() {
		rounds = 20_000
	}
	const seed = 20240001
	r := rand.New(rand.NewPCG(seed, 1))
	sent := map[string]int{}
	for range rounds {
		f := randomNote(r, 2)
		o := oracle{me: "me", r: randomRelations(r)}
		v := visibility.Of(o.r)
		if r.IntN(8) == 0 {
			o.me, v = "", nil
		}
		p := visibility.Params{WithRenotes: r.IntN(3) > 0, WithReplies: r.IntN(2) == 0, WithFiles: r.IntN(6) == 0}
		member := r.IntN(2) == 0
		if got, want := visibility.MaySee(v, &f.Audience), o.maySee(f.Audience); got != want {
			t.Fatalf("MaySee = %v, want %v\nviewer %+v\nnote %+v", got, want, o, f)
		}
		var mask store.HiddenParts
		for _, e := range []struct {
			f    *store.NoteFacts
			mask store.HiddenParts
		}{
			{f, store.HideSelf},
			{f.Reply, store.HideReply},
			{f.Renote, store.HideRenote},
			{sub(f.Renote, true), store.HideRenoteReply},
			{sub(f.Renote, false), store.HideRenoteRenote},
		} {
			if e.f != nil && !o.maySee(e.f.Audience) {
				mask |= e.mask
			}
		}
		if got := visibility.Hidden(v, f); got != mask {
			t.Fatalf("Hidden = %05b, want %05b\nviewer %+v\nnote %+v", got, mask, o, f)
		}
		for column, got := range map[string]bool{
			"home":     visibility.Home(v, f, p),
			"local":    visibility.Local(v, f, p),
			"hybrid":   visibility.Hybrid(v, f, p),
			"global":   visibility.Global(v, f, p),
			"userList": visibility.List(v, f, p, member),
		} {
			if want := o.sends(column, f, p, member); got != want {
				t.Fatalf("%s sends = %v, want %v\nviewer %q %+v\nparams %+v member %v\nnote %+v\nreply %+v\nrenote %+v",
					column, got, want, o.me, o.r, p, member, f, f.Reply, f.Renote)
			}
			if got {
				sent[column]++
			}
		}
	}
	for _, column := range []string{"home", "local", "hybrid", "global", "userList"} {
		if sent[column] < rounds/100 {
			t.Errorf("%s sent %d of %d: the world is too poor to tell anything", column, sent[column], rounds)
		}
	}
}

func sub(f *store.NoteFacts, reply bool) *store.NoteFacts {
	switch {
	case f == nil:
		return nil
	case reply:
		return f.Reply
	default:
		return f.Renote
	}
}

// TestExhaustive walks the whole product viewer × visibility × reply × renote
// × channel × params of the table's words against the oracle.
func TestExhaustive(t *testing.T) {
	viewers := []string{"anon", "stranger", "follower", "replies", "follower ofOther", "replies ofOther", "stranger ofOther", "mutes", "follower renoteMutes", "blocked", "mutesHost", "replies mutesOther", "blockedByOther"}
	channels := []string{"", "channel"}
	whose := []string{"", "mine", "remote"}
	vis := []string{"public", "home", "followers", "specified", "specified toMe", "followers mentions"}
	replies := []string{"", "replyToMe", "replyToMyFollowers", "replyToSelf", "reply", "replyToFollowers", "replyToRemote"}
	renotes := []string{"", "renote", "quote", "renoteOfFollowers", "quoteOfFollowers", "renoteOfReplyToFollowers", "renoteOfRemote",
		"renoteOfReply", "quoteOfQuote", "renoteOfQuoteOfRemote"}
	circumstances := []string{"", "inChannel", "suspended", "otherSuspended"}
	choices := []string{"", "withReplies memberReplies", "noRenotes", "filesOnly"}
	cases := 0
	for _, vw := range viewers {
		for _, ch := range channels {
			words := vw
			if vw != "anon" {
				words += " " + ch
			}
			v := viewer(words)
			o := oracle{}
			if v != nil {
				o = oracle{me: "me", r: relationsOf(words)}
			}
			for _, w := range whose {
				for _, vi := range vis {
					for _, re := range replies {
						for _, rn := range renotes {
							for _, pl := range circumstances {
								f := note(w + " " + vi + " " + re + " " + rn + " " + pl)
								for _, c := range choices {
									p, member := params(c)
									want := ""
									if o.maySee(f.Audience) {
										want = "S"
									}
									for _, col := range []struct{ column, letter string }{{"home", "h"}, {"local", "l"}, {"hybrid", "y"}, {"global", "g"}, {"userList", "u"}} {
										if o.sends(col.column, f, p, member) {
											want += col.letter
										}
									}
									if want == "" {
										want = "."
									}
									cases++
									if got := sends(v, f, p, member); got != want {
										t.Fatalf("%s / %s %s %s %s %s / %s: sends %q, want %q", words, w, vi, re, rn, pl, c, got, want)
									}
								}
							}
						}
					}
				}
			}
		}
	}
	t.Logf("%d cases", cases)
}
