package visibility_test

import (
	"strings"

	"notewire/store"
	"notewire/store/visibility"
)

// relationsOf makes my relations out of words: what I am to the author and to
// the other.
func relationsOf(words string) *store.Relations {
	r := store.NewRelations(me)
	for _, w := range strings.Fields(words) {
		switch w {
		case "stranger":
		case "follower":
			r.Following[author] = false
		case "replies":
			r.Following[author] = true
		case "ofOther":
			r.Following[other] = false
		case "mutes":
			r.Muting[author] = struct{}{}
		case "mutesOther":
			r.Muting[other] = struct{}{}
		case "renoteMutes":
			r.RenoteMuting[author] = struct{}{}
		case "blocked":
			r.BlockedBy[author] = struct{}{}
		case "blockedByOther":
			r.BlockedBy[other] = struct{}{}
		case "mutesHost":
			r.MutedInstances["far.example"] = struct{}{}
		case "channel":
			r.FollowedChannels["ch"] = struct{}{}
		default:
			panic("unknown word " + w)
		}
	}
	return r
}

// viewer is me as words tell it, or nobody.
func viewer(words string) visibility.Viewer {
	if words == "anon" {
		return nil
	}
	return visibility.Of(relationsOf(words))
}
