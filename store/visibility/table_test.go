package visibility_test

import (
	"strings"
	"testing"

	"notewire/store"
	"notewire/store/visibility"
)

// The cast: "author" writes, "other" is whom the author answers or renotes,
// "me" looks on.
const (
	me     store.UserID = "me"
	author store.UserID = "author"
	other  store.UserID = "other"
)

// note makes a note by the author out of words.
func note(words string) *store.NoteFacts {
	f := &store.NoteFacts{ID: "n", HasText: true, Audience: store.Audience{UserID: author, Visibility: store.Public}}
	embed := func(by store.UserID, vis store.Visibility) *store.NoteFacts {
		return &store.NoteFacts{ID: "e", HasText: true, Audience: store.Audience{UserID: by, Visibility: vis}}
	}
	reply := func(to *store.NoteFacts) {
		f.ReplyID, f.ReplyUserID, f.Reply = "e", to.UserID, to
	}
	renote := func(of *store.NoteFacts) { f.RenoteID, f.Renote = "e", of }
	for _, w := range strings.Fields(words) {
		switch w {
		case "public", "home", "followers", "specified":
			f.Visibility = store.Visibility(w)
		case "mine":
			f.UserID = me
		case "remote":
			f.UserHost = "far.example"
		case "mentions":
			f.Mentions = []store.UserID{me}
		case "toMe":
			f.VisibleUserIDs = []store.UserID{me}
		case "files":
			f.HasFiles = true
		case "suspended":
			f.BySuspended = true
		case "otherSuspended": // said last
			f.MarkSuspended(func(u store.UserID) bool { return u == other })
		case "sensitive":
			f.InSensitiveChannel = true
		case "inChannel":
			f.ChannelID = "ch"
		case "replyToMe":
			reply(embed(me, store.Public))
		case "replyToMyFollowers":
			reply(embed(me, store.Followers))
		case "replyToSelf":
			reply(embed(author, store.Public))
		case "reply":
			reply(embed(other, store.Public))
		case "replyToFollowers":
			reply(embed(other, store.Followers))
		case "replyToRemote":
			reply(embed(other, store.Public))
			f.Reply.UserHost = "far.example"
		case "replyToGone":
			f.ReplyID, f.ReplyUserID = "e", other
		case "renote":
			f.HasText = false
			renote(embed(other, store.Public))
		case "quote":
			renote(embed(other, store.Public))
		case "renoteOfRemote":
			f.HasText = false
			renote(embed(other, store.Public))
			f.Renote.UserHost = "far.example"
		case "renoteOfFollowers":
			f.HasText = false
			renote(embed(other, store.Followers))
		case "quoteOfFollowers":
			renote(embed(other, store.Followers))
		case "renoteOfReply", "quoteOfReply", "renoteOfReplyToRemote", "renoteOfReplyToGone":
			f.HasText = w == "quoteOfReply"
			renote(embed("third", store.Public))
			f.Renote.ReplyID, f.Renote.ReplyUserID = "e2", other
			if w != "renoteOfReplyToGone" {
				f.Renote.Reply = embed(other, store.Public)
			}
			if w == "renoteOfReplyToRemote" {
				f.Renote.Reply.UserHost = "far.example"
			}
		case "renoteOfQuote", "quoteOfQuote", "renoteOfQuoteOfRemote":
			f.HasText = w == "quoteOfQuote"
			renote(embed("third", store.Public))
			f.Renote.RenoteID, f.Renote.Renote = "e2", embed(other, store.Public)
			if w == "renoteOfQuoteOfRemote" {
				f.Renote.Renote.UserHost = "far.example"
			}
		case "renoteOfReplyToFollowers":
			f.HasText = false
			renote(embed("third", store.Public))
			f.Renote.ReplyID, f.Renote.ReplyUserID, f.Renote.Reply = "e2", other, embed(other, store.Followers)
		default:
			panic("unknown word " + w)
		}
	}
	return f
}

// params makes the params out of words.
func params(words string) (p visibility.Params, memberWithReplies bool) {
	p = visibility.DefaultParams()
	for _, w := range strings.Fields(words) {
		switch w {
		case "noRenotes":
			p.WithRenotes = false
		case "withReplies":
			p.WithReplies = true
		case "filesOnly":
			p.WithFiles = true
		case "memberReplies":
			memberWithReplies = true
		default:
			panic("unknown word " + w)
		}
	}
	return p, memberWithReplies
}

// sends lists the timelines that send the note: (h)ome, (l)ocal, h(y)brid,
// (g)lobal, (u)serList. "." is none. A capital letter before them tells that
// the viewer may see the note at all: "S".
func sends(v visibility.Viewer, f *store.NoteFacts, p visibility.Params, member bool) string {
	var b strings.Builder
	put := func(ok bool, c byte) {
		if ok {
			b.WriteByte(c)
		}
	}
	put(visibility.MaySee(v, &f.Audience), 'S')
	put(visibility.Home(v, f, p), 'h')
	put(visibility.Local(v, f, p), 'l')
	put(visibility.Hybrid(v, f, p), 'y')
	put(visibility.Global(v, f, p), 'g')
	put(visibility.List(v, f, p, member), 'u')
	if b.Len() == 0 {
		return "."
	}
	return b.String()
}

func TestTimelineTable(t *testing.T) {
	for _, row := range []struct{ viewer, note, params, want string }{
		// Visibility, without reply, renote or channel.
		{"anon", "public", "", "Slg"},
		{"anon", "home", "", "S"},
		{"anon", "followers", "", "."},
		{"anon", "specified", "", "."},
		{"anon", "public remote", "", "Sg"},
		{"stranger", "public", "", "Slygu"},
		{"stranger", "home", "", "Su"},
		{"stranger", "followers", "", "."},
		{"stranger", "followers mentions", "", "S"},
		{"stranger", "followers replyToMe", "", "S"},
		{"stranger", "specified", "", "."},
		{"stranger", "specified mentions", "", "."},
		{"stranger", "specified toMe", "", "Su"},
		{"stranger", "public remote", "", "Sgu"},
		{"follower", "public", "", "Shlygu"},
		{"follower", "home", "", "Shyu"},
		{"follower", "followers", "", "Shyu"},
		{"follower", "specified", "", "."},
		{"follower", "specified toMe", "", "Shyu"},
		{"follower", "public remote", "", "Shygu"},
		{"follower", "home remote", "", "Shyu"},
		{"stranger", "public mine", "", "Shlygu"},
		{"stranger", "home mine", "", "Shyu"},
		{"stranger", "followers mine", "", "Shyu"},
		{"stranger", "specified mine", "", "Shy"},
		{"stranger", "specified mine toMe", "", "Shyu"},

		// Replies: to me, by me, to self, to others.
		{"anon", "public reply", "", "Slg"},
		{"anon", "public reply", "withReplies", "Slg"},
		{"stranger", "public reply", "", "Sg"},
		{"stranger", "public reply", "withReplies", "Slyg"},
		{"stranger", "public reply", "memberReplies", "Sgu"},
		{"stranger", "public replyToMe", "", "Slygu"},
		{"stranger", "public replyToMyFollowers", "", "Slygu"},
		{"stranger", "public replyToSelf", "", "Slygu"},
		{"stranger", "public replyToGone", "", "Sg"},
		{"stranger", "public replyToFollowers", "withReplies memberReplies", "Slg"},
		{"stranger ofOther", "public replyToFollowers", "withReplies memberReplies", "Slygu"},
		{"stranger", "public replyToMyFollowers", "withReplies memberReplies", "Slygu"},
		{"follower", "public reply", "", "Sg"},
		{"follower", "public reply", "withReplies", "Slyg"},
		{"follower", "public replyToMe", "", "Shlygu"},
		{"follower", "public replyToMyFollowers", "", "Shlygu"},
		{"follower", "followers replyToMyFollowers", "", "Shyu"},
		{"follower", "public replyToSelf", "", "Shlygu"},
		{"replies", "public reply", "", "Shlyg"},
		{"replies", "public replyToFollowers", "", "Slg"},
		{"replies ofOther", "public replyToFollowers", "", "Shlyg"},
		{"replies", "home reply", "", "Shy"},
		{"replies", "home reply", "memberReplies", "Shyu"},
		{"replies", "followers reply", "", "Shy"},
		{"stranger", "public mine reply", "", "Shlygu"},
		{"stranger", "home mine replyToFollowers", "", "Shyu"},
		{"stranger", "specified toMe replyToMe", "", "Su"},
		{"follower", "specified toMe replyToMe", "", "Shyu"},

		// Renotes and quotes.
		{"follower", "public renote", "", "Shlygu"},
		{"follower", "public renote", "noRenotes", "S"},
		{"follower", "public quote", "noRenotes", "Shlygu"},
		{"follower", "public renote files", "noRenotes", "Shlygu"},
		{"follower", "public renoteOfFollowers", "", "S"},
		{"follower ofOther", "public renoteOfFollowers", "", "Shlygu"},
		{"follower", "public quoteOfFollowers", "", "Shlygu"},
		{"anon", "public renoteOfFollowers", "", "S"},
		{"anon", "public renote", "noRenotes", "S"},
		{"follower", "public renoteOfReplyToFollowers", "", "Slgu"},
		{"follower ofOther", "public renoteOfReplyToFollowers", "", "Shlygu"},
		{"stranger", "public mine renoteOfReplyToFollowers", "", "Slgu"},

		// Files of its own.
		{"follower", "public", "filesOnly", "S"},
		{"follower", "public files", "filesOnly", "Shlygu"},
		{"follower", "public renote", "filesOnly", "S"},

		// Community channels.
		{"follower", "public inChannel", "", "S"},
		{"follower channel", "public inChannel", "", "Shy"},
		{"stranger channel", "public inChannel", "", "Shy"},
		{"stranger channel", "home inChannel", "", "Shy"},
		{"stranger channel", "followers inChannel", "", "."},
		{"stranger channel", "followers inChannel mentions", "", "S"},
		{"stranger channel", "public inChannel reply", "", "S"},
		{"stranger channel", "public inChannel reply", "withReplies", "Sy"},
		{"stranger", "public mine inChannel", "", "S"},
		{"stranger channel", "public mine inChannel", "", "Shy"},
		{"anon", "public inChannel", "", "S"},

		// Mutes and blocks.
		{"follower mutes", "public", "", "S"},
		{"follower blocked", "public", "", "S"},
		{"follower mutesHost", "public", "", "Shlygu"},
		{"follower mutesHost", "public remote", "", "S"},
		{"replies mutesOther", "public reply", "withReplies memberReplies", "S"},
		{"replies mutesOther", "public replyToGone", "withReplies memberReplies", "S"},
		{"replies blockedByOther", "public reply", "withReplies memberReplies", "S"},
		{"replies mutesHost", "public replyToRemote", "withReplies memberReplies", "S"},
		{"follower mutesOther", "public renote", "", "S"},
		{"follower mutesOther", "public quote", "", "S"},
		{"follower blockedByOther", "public quote", "", "S"},
		{"follower mutesHost", "public renoteOfRemote", "", "S"},
		{"follower renoteMutes", "public renote", "", "S"},
		{"follower renoteMutes", "public quote", "", "Shlygu"},
		{"follower renoteMutes", "public", "", "Shlygu"},
		{"stranger mutesOther", "public mine reply", "", "S"},

		// The same one level deeper: somebody unrelated renotes or quotes what
		// answers or quotes the one who is muted or who blocks.
		{"follower", "public renoteOfReply", "", "Shlygu"},
		{"follower mutesOther", "public renoteOfReply", "", "S"},
		{"follower blockedByOther", "public renoteOfReply", "", "S"},
		{"follower mutesOther", "public quoteOfReply", "", "S"},
		{"follower mutesOther", "public renoteOfReplyToGone", "", "S"},
		{"follower mutesHost", "public renoteOfReply", "", "Shlygu"},
		{"follower mutesHost", "public renoteOfReplyToRemote", "", "S"},
		{"follower", "public renoteOfQuote", "", "Shlygu"},
		{"follower mutesOther", "public renoteOfQuote", "", "S"},
		{"follower blockedByOther", "public renoteOfQuote", "", "S"},
		{"follower mutesOther", "public quoteOfQuote", "", "S"},
		{"follower mutesHost", "public renoteOfQuote", "", "Shlygu"},
		{"follower mutesHost", "public renoteOfQuoteOfRemote", "", "S"},
		{"anon", "public renoteOfQuote", "", "Slg"},

		// Suspended authors, for whoever asks: at each depth that is embedded.
		{"anon", "public suspended", "", "S"},
		{"follower", "public suspended", "", "S"},
		{"follower", "followers suspended", "", "S"},
		{"stranger channel", "public inChannel suspended", "", "S"},
		{"follower", "public renote otherSuspended", "", "S"},
		{"anon", "public renote otherSuspended", "", "S"},
		{"follower", "public quote otherSuspended", "", "S"},
		{"replies", "public reply otherSuspended", "withReplies memberReplies", "S"},
		{"replies", "public replyToGone otherSuspended", "withReplies memberReplies", "Shlygu"},
		{"follower", "public renoteOfReply otherSuspended", "", "S"},
		{"anon", "public renoteOfReply otherSuspended", "", "S"},
		{"follower", "public quoteOfQuote otherSuspended", "", "S"},
		{"follower", "public renote suspended", "", "S"},
		{"follower", "public otherSuspended", "", "Shlygu"},
	} {
		t.Run(row.viewer+"/"+row.note+"/"+row.params, func(t *testing.T) {
			p, member := params(row.params)
			if got := sends(viewer(row.viewer), note(row.note), p, member); got != row.want {
				t.Errorf("sends = %q, want %q", got, row.want)
			}
		})
	}
}

func TestHidden(t *testing.T) {
	f := note("quoteOfFollowers replyToFollowers")
	f.Renote.Reply = &store.NoteFacts{Audience: store.Audience{UserID: "third", Visibility: store.Specified, VisibleUserIDs: []store.UserID{me}}}
	f.Renote.Renote = &store.NoteFacts{Audience: store.Audience{UserID: "third", Visibility: store.Specified}}
	for _, row := range []struct {
		viewer string
		want   store.HiddenParts
	}{
		{"anon", store.HideReply | store.HideRenote | store.HideRenoteReply | store.HideRenoteRenote},
		{"stranger", store.HideReply | store.HideRenote | store.HideRenoteRenote},
		{"stranger ofOther", store.HideRenoteRenote},
	} {
		if got := visibility.Hidden(viewer(row.viewer), f); got != row.want {
			t.Errorf("%s: parts %05b, want %05b", row.viewer, got, row.want)
		}
	}
	if got := visibility.Hidden(nil, note("public renote")); got != 0 {
		t.Errorf("nothing to hide, parts %05b", got)
	}
	if got := visibility.Hidden(nil, note("followers quote")); got != store.HideSelf {
		t.Errorf("a note that hides itself only, parts %05b", got)
	}
	if got := visibility.HiddenEmbedded(nil, note("followers quoteOfFollowers")); got != store.HideRenote {
		t.Errorf("of what is embedded, parts %05b", got)
	}
}

// Who is told of what somebody caused, and of which notes.
func TestNotifies(t *testing.T) {
	for _, row := range []struct {
		viewer string
		by     visibility.Causer
		note   string // empty: none
		want   bool
	}{
		{"stranger", visibility.Causer{UserID: author}, "", true},
		{"mutes", visibility.Causer{UserID: author}, "", false},
		{"mutes", visibility.Causer{UserID: other}, "", true},
		{"blocked", visibility.Causer{UserID: author}, "", true},
		{"mutesHost", visibility.Causer{UserID: author, Host: "far.example"}, "", false},
		{"stranger", visibility.Causer{UserID: author, Suspended: true}, "", false},
		{"stranger", visibility.Causer{}, "", true},

		{"stranger", visibility.Causer{UserID: author}, "public", true},
		{"stranger", visibility.Causer{UserID: author}, "followers", false},
		{"follower", visibility.Causer{UserID: author}, "followers", true},
		{"stranger", visibility.Causer{}, "followers", false},
		{"stranger", visibility.Causer{UserID: author}, "public renoteOfFollowers", false},
		{"stranger", visibility.Causer{UserID: author}, "public quoteOfFollowers", true},
		// Whose words the note shows beside the causer's does not count.
		{"mutesOther", visibility.Causer{UserID: author}, "public quote", true},
		{"stranger", visibility.Causer{UserID: author}, "public quote otherSuspended", true},
	} {
		var about *store.NoteFacts
		if row.note != "" {
			about = note(row.note)
		}
		if got := visibility.Notifies(viewer(row.viewer), row.by, about); got != row.want {
			t.Errorf("%s told of %q by %+v: %v, want %v", row.viewer, row.note, row.by, got, row.want)
		}
	}
}

func TestMutes(t *testing.T) {
	r := store.NewRelations(me)
	r.Muting["muted"] = struct{}{}
	r.BlockedBy["blocker"] = struct{}{}
	r.MutedInstances["far.example"] = struct{}{}
	v := visibility.Of(r)
	for _, row := range []struct {
		user store.UserID
		host string
		want bool
	}{
		{"muted", "", true},
		{"blocker", "", false},
		{"x", "far.example", true},
		{"x", "near.example", false},
		{"x", "", false},
	} {
		if got := visibility.Mutes(v, row.user, row.host); got != row.want {
			t.Errorf("Mutes(%s@%s) = %v", row.user, row.host, got)
		}
	}
	if visibility.Mutes(nil, "muted", "") {
		t.Error("the anonymous viewer mutes somebody")
	}
	if visibility.Of(nil) != nil {
		t.Error("Of(nil) is not the anonymous viewer")
	}
}
