package protocol

import (
	"fmt"
	"strconv"
	"strings"

	"notewire/store"
)

// UnknownHost stands for the host of an author of whom a packed note says
// nothing. It is no real host, so that the author does not count as local.
const UnknownHost = "unknown.invalid"

// FactsFromPackedNote tells from a packed note what the rules of delivery need
// to know, for events whose writer did not say. What is missing or of the
// wrong type falls to the safe side: a note of unknown visibility is specified
// and visible to its author only, an author of unknown host is remote. It
// answers ErrBadNote for what cannot be delivered at all.
func FactsFromPackedNote(raw []byte) (*store.NoteFacts, error) {
	object, ok := valid(raw)
	if !ok || kindOf(object) != kindObject {
		return nil, fmt.Errorf("read facts: %w: not a JSON object", ErrBadNote)
	}
	return factsAt(object, positionSelf)
}

func factsAt(object []byte, at position) (*store.NoteFacts, error) {
	if at == positionDeeper {
		return nil, fmt.Errorf("read facts: %w: it embeds more than the protocol allows", ErrBadNote)
	}
	f := &store.NoteFacts{UserHost: UnknownHost}
	f.Visibility = store.Specified
	var reply, renote []byte
	var text, cw, poll, fileIDs, files []byte
	for m := range members(object) {
		switch {
		case m.is("id"):
			f.ID = store.NoteID(textOrEmpty(m.value))
		case m.is("userId"):
			f.UserID = store.UserID(textOrEmpty(m.value))
		case m.is("user"):
			f.UserHost = hostOf(m.value)
		case m.is("visibility"):
			f.Visibility = visibilityOf(m.value)
		case m.is("visibleUserIds"):
			f.VisibleUserIDs = texts[store.UserID](m.value)
		case m.is("mentions"):
			f.Mentions = texts[store.UserID](m.value)
		case m.is("localOnly"):
			f.LocalOnly = kindOf(m.value) == kindBool && m.value[0] == 't'
		case m.is("channelId"):
			f.ChannelID = textOrEmpty(m.value)
		case m.is("reactionCount"):
			f.ReactionCount = max(f.ReactionCount, countOf(m.value))
		case m.is("reactions"):
			f.ReactionCount = max(f.ReactionCount, entries(m.value))
		case m.is("tags"):
			f.Tags = texts[string](m.value)
		case m.is("replyId"):
			f.ReplyID = store.NoteID(textOrEmpty(m.value))
		case m.is("renoteId"):
			f.RenoteID = store.NoteID(textOrEmpty(m.value))
		case m.is("text"):
			text = m.value
		case m.is("cw"):
			cw = m.value
		case m.is("poll"):
			poll = m.value
		case m.is("fileIds"):
			fileIDs = m.value
		case m.is("files"):
			files = m.value
		case m.is("reply"):
			reply = m.value
		case m.is("renote"):
			renote = m.value
		}
	}
	if f.ID == "" || f.UserID == "" {
		return nil, fmt.Errorf("read facts: %w: no id or no userId", ErrBadNote)
	}
	f.VoteCount = votesOf(poll)
	f.HasText = kindOf(text) == kindString || kindOf(cw) == kindString || kindOf(poll) == kindObject
	f.HasFiles = !emptyArray(fileIDs) || !emptyArray(files)
	if f.ChannelID == "" { // a note of a channel must not count as one of none
		if channel := lookup(object, "channel"); kindOf(channel) == kindObject {
			f.ChannelID = textOrEmpty(lookup(channel, "id"))
		}
	}
	var err error
	if f.Reply, err = embeddedFacts(reply, at.reply()); err != nil {
		return nil, err
	}
	if f.Renote, err = embeddedFacts(renote, at.renote()); err != nil {
		return nil, err
	}
	if f.Reply != nil {
		f.ReplyID, f.ReplyUserID = f.Reply.ID, f.Reply.UserID
	}
	if f.Renote != nil {
		f.RenoteID = f.Renote.ID
	}
	return f, nil
}

// embeddedFacts are nil if nothing is embedded.
func embeddedFacts(value []byte, at position) (*store.NoteFacts, error) {
	if kindOf(value) != kindObject {
		return nil, nil
	}
	return factsAt(value, at)
}

// textOrEmpty is the string, or empty for anything else.
func textOrEmpty(value []byte) string {
	s, _ := text(value)
	return s
}

// texts are the strings of an array; what is none is skipped.
func texts[S ~string](value []byte) []S {
	if kindOf(value) != kindArray {
		return nil
	}
	var out []S
	for element := range elements(value) {
		if s, ok := text(element); ok {
			out = append(out, S(s))
		}
	}
	return out
}

// emptyArray says whether nothing is in the value, whatever it is.
func emptyArray(value []byte) bool {
	if kindOf(value) != kindArray {
		return true
	}
	for range elements(value) {
		return false
	}
	return true
}

// countOf reads a number that counts something; anything else is 0.
func countOf(value []byte) int {
	n, err := strconv.Atoi(string(value))
	if err != nil {
		return 0
	}
	return max(n, 0)
}

// entries is how many members an object has; 0 for what is none.
func entries(value []byte) int {
	n := 0
	if kindOf(value) == kindObject {
		for range members(value) {
			n++
		}
	}
	return n
}

// votesOf is how many votes a packed poll has; 0 for what is none.
func votesOf(poll []byte) int {
	if kindOf(poll) != kindObject {
		return 0
	}
	choices := lookup(poll, "choices")
	if kindOf(choices) != kindArray {
		return 0
	}
	n := 0
	for choice := range elements(choices) {
		if kindOf(choice) == kindObject {
			n += countOf(lookup(choice, "votes"))
		}
	}
	return n
}

// hostOf reads the host of a packed user: null is local.
func hostOf(user []byte) string {
	if kindOf(user) != kindObject {
		return UnknownHost
	}
	switch host := lookup(user, "host"); kindOf(host) {
	case kindNull:
		return ""
	case kindString:
		if s := textOrEmpty(host); s != "" {
			return strings.ToLower(s)
		}
	}
	return UnknownHost
}

func visibilityOf(value []byte) store.Visibility {
	switch v := store.Visibility(textOrEmpty(value)); v {
	case store.Public, store.Home, store.Followers, store.Specified:
		return v
	default:
		return store.Specified
	}
}
