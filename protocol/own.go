package protocol

import (
	"fmt"
	"strings"

	"notewire/store"
)

// Own is what a viewer did with a note and with the notes that it embeds: their
// reactions, and the choices of polls that they voted for. It is read-only.
type Own struct {
	at [positionDeeper]store.Participation
}

// OwnOf says what each user did with the note that the facts are of and with those
// that it embeds. did is by user and note. Users who did nothing with any of them are
// left out; those who did the same have one and the same Own.
func OwnOf(f *store.NoteFacts, did map[store.UserID]map[store.NoteID]store.Participation) map[store.UserID]*Own {
	if len(did) == 0 {
		return nil
	}
	out := make(map[store.UserID]*Own, len(did))
	known := map[string]*Own{}
	for user, notes := range did {
		var own Own
		if !own.collect(f, notes, positionSelf) {
			continue
		}
		key := own.key()
		if known[key] == nil {
			known[key] = &own
		}
		out[user] = known[key]
	}
	return out
}

// collect takes over what was done with the note at a position and with those that
// it embeds, and says whether that is anything.
func (o *Own) collect(f *store.NoteFacts, did map[store.NoteID]store.Participation, at position) (anything bool) {
	if f == nil || at == positionDeeper {
		return false
	}
	o.at[at] = did[f.ID]
	anything = o.at[at].Reaction != "" || len(o.at[at].Votes) > 0
	reply := o.collect(f.Reply, did, at.reply())
	renote := o.collect(f.Renote, did, at.renote())
	return anything || reply || renote
}

// key is the same for those who did the same.
func (o *Own) key() string {
	var b strings.Builder
	for _, p := range o.at {
		fmt.Fprintf(&b, "%q %v ", p.Reaction, p.Votes)
	}
	return b.String()
}

// Acted are the notes of which somebody's Own may tell: of the note that the facts
// are of and of those that it embeds, the ones with reactions, the ones with votes,
// and how many reactions and votes they have at most.
func Acted(f *store.NoteFacts) (reacted, voted []store.NoteID, most int) {
	a := acted{}
	a.add(f, positionSelf)
	return a.reacted, a.voted, a.most
}

type acted struct {
	reacted, voted []store.NoteID
	most           int
}

func (a *acted) add(f *store.NoteFacts, at position) {
	if f == nil || at == positionDeeper {
		return
	}
	if f.ReactionCount > 0 {
		a.reacted = append(a.reacted, f.ID)
	}
	if f.VoteCount > 0 {
		a.voted = append(a.voted, f.ID)
	}
	a.most = max(a.most, f.ReactionCount, f.VoteCount)
	a.add(f.Reply, at.reply())
	a.add(f.Renote, at.renote())
}
