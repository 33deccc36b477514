package visibility_test

import (
	"strings"
	"testing"

	"notewire/store/visibility"
)

// A user's own notes, as their profile lists them.
func TestProfileTable(t *testing.T) {
	const everything = "replies renotes channels"
	for _, row := range []struct {
		viewer, note, choices string
		want                  bool
	}{
		{"anon", "public", "", true},
		{"anon", "home", "", true},
		{"anon", "followers", everything, false},
		{"follower", "followers", "", true},
		{"stranger", "specified", everything, false},
		{"stranger", "specified toMe", "", true},

		{"anon", "public reply", "", false},
		{"anon", "public reply", "replies", true},
		{"anon", "public replyToSelf", "", true},
		{"anon", "public renote", "", false},
		{"anon", "public renote", "renotes", true},
		{"anon", "public quote", "", true},
		{"anon", "public renoteOfFollowers", everything, false},
		{"stranger ofOther", "public renoteOfFollowers", everything, true},

		{"anon", "public inChannel", "", false},
		{"anon", "public inChannel", "channels", true},
		{"anon", "public inChannel sensitive", "channels", false},
		{"stranger channel", "public inChannel sensitive", "channels", false},
		{"stranger", "public mine inChannel sensitive", "channels", true},
		{"stranger", "public mine inChannel sensitive", "", false},

		// Whose profile it is may be muted, others whose words are shown may not.
		{"mutes", "public", everything, true},
		{"blocked", "public", everything, true},
		{"mutesHost", "public remote", everything, true},
		{"mutes", "public replyToSelf", everything, true},
		{"mutesOther", "public reply", everything, false},
		{"mutesOther", "public quote", everything, false},
		{"blockedByOther", "public renote", everything, false},
		{"mutesOther", "public renoteOfReply", everything, false},
		{"mutesOther", "public renoteOfQuote", everything, false},
		{"mutesHost", "public renoteOfQuoteOfRemote", everything, false},
		{"stranger", "public renoteOfQuote", everything, true},

		{"anon", "public suspended", everything, false},
		{"stranger", "public quote otherSuspended", everything, false},
		{"stranger", "public renoteOfReply otherSuspended", everything, false},
	} {
		var p visibility.ProfileParams
		for _, choice := range strings.Fields(row.choices) {
			switch choice {
			case "replies":
				p.WithReplies = true
			case "renotes":
				p.WithRenotes = true
			case "channels":
				p.WithChannelNotes = true
			}
		}
		if got := visibility.Profile(viewer(row.viewer), note(row.note), p); got != row.want {
			t.Errorf("%s / %s / %s: listed %v, want %v", row.viewer, row.note, row.choices, got, row.want)
		}
	}
}
