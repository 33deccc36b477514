package channel

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"notewire/protocol"
	"notewire/store"
)

// ErrUnknownEvent is what Prepare answers for events that no shard delivers:
// topics and types from programs that know more.
var ErrUnknownEvent = errors.New("an event that is not known here")

// Prepare reads an event from the log. It is pure and may be called from any
// goroutine. The body is taken over, not copied. What the preparation stage
// has to add by queries is left open: see NoteEvent.MyReactions.
//
// The error is ErrUnknownEvent, or tells what is wrong with the event.
func Prepare(e *store.Event) (Prepared, error) {
	p, err := prepare(e)
	if err != nil {
		return nil, fmt.Errorf("prepare event %d, %s on %s: %w", e.ID, e.Type, e.Topic, err)
	}
	return p, nil
}

func prepare(e *store.Event) (Prepared, error) {
	switch {
	case e.Topic == store.TopicNotes:
		return prepareNote(e)
	case e.Topic == store.TopicInternal:
		return prepareInternal(e)
	case e.Topic == store.TopicBroadcast:
		return prepareBroadcast(e)
	case strings.HasPrefix(e.Topic, store.PrefixMain):
		return prepareMain(e)
	case strings.HasPrefix(e.Topic, store.PrefixNote):
		return prepareNoteChange(e)
	default:
		return NewTopicEvent(e.Topic, e.Type, protocol.RawPayload(e.Body)), nil
	}
}

// prepareBroadcast lets through only what Misskey sends outside of channels:
// clients die of other types, and of a body that is no object.
func prepareBroadcast(e *store.Event) (Prepared, error) {
	switch e.Type {
	case store.BroadcastEmojiAdded, store.BroadcastEmojiUpdated, store.BroadcastEmojiDeleted, store.BroadcastAnnouncementCreated:
	default:
		return nil, ErrUnknownEvent
	}
	if body := bytes.TrimLeft(e.Body, " \t\r\n"); len(body) == 0 || body[0] != '{' {
		return nil, errors.New("a broadcast whose body is no object")
	}
	return &BroadcastEvent{Type: e.Type, Body: protocol.RawPayload(e.Body)}, nil
}

func prepareNote(e *store.Event) (Prepared, error) {
	if e.Type != store.EventNote {
		return nil, ErrUnknownEvent
	}
	f, err := noteFacts(e.Facts, e.Body)
	if err != nil {
		return nil, err
	}
	return NewNoteEvent(f, protocol.RawPayload(e.Body)), nil
}

// noteFacts reads the facts that the writer left, or derives them from the
// packed note, which foreign writers leave alone.
func noteFacts(facts, note json.RawMessage) (*store.NoteFacts, error) {
	if len(facts) == 0 || string(facts) == "null" {
		f, err := protocol.FactsFromPackedNote(note)
		if err != nil {
			return nil, fmt.Errorf("derive facts: %w", err)
		}
		return f, nil
	}
	f := new(store.NoteFacts)
	if err := json.Unmarshal(facts, f); err != nil {
		return nil, fmt.Errorf("read facts: %w", err)
	}
	if f.ID == "" || f.UserID == "" || f.Visibility == "" {
		return nil, errors.New("facts without id, userId or visibility")
	}
	if len(note) > 0 && namesMore(f) {
		if err := addEmbedded(f, note); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// namesMore says whether the facts name embedded notes of which they say nothing.
// Those were deleted, or the writer did not know that they matter.
func namesMore(f *store.NoteFacts) bool {
	lacks := func(f *store.NoteFacts) bool { return f.ReplyID != "" && f.Reply == nil }
	if lacks(f) || f.RenoteID != "" && f.Renote == nil {
		return true
	}
	r := f.Renote
	return r != nil && (lacks(r) || r.RenoteID != "" && r.Renote == nil)
}

// addEmbedded adds to the facts what the packed note tells of the notes that it
// embeds and that the facts leave out.
func addEmbedded(f *store.NoteFacts, note json.RawMessage) error {
	packed, err := protocol.FactsFromPackedNote(note)
	if err != nil {
		return fmt.Errorf("derive facts of embedded notes: %w", err)
	}
	for _, level := range []struct{ has, told *store.NoteFacts }{{f, packed}, {f.Renote, packed.Renote}} {
		if level.has == nil || level.told == nil {
			continue
		}
		if level.has.Reply == nil {
			level.has.Reply = level.told.Reply
		}
		if level.has.Renote == nil {
			level.has.Renote = level.told.Renote
		}
	}
	return nil
}

// causedBy is what main needs of a packed notification.
type causedBy struct {
	UserID store.UserID `json:"userId"`
	User   *struct {
		Host *string `json:"host"`
	} `json:"user"`
	Note json.RawMessage `json:"note"`
}

// prepareMain reads an event on a user's own topic. The body of mention, reply
// and renote is a packed note; that of notification and unreadNotification has
// one as a member, if it is about a note.
func prepareMain(e *store.Event) (Prepared, error) {
	t := NewTopicEvent(e.Topic, e.Type, protocol.RawPayload(e.Body))
	t.UserID = store.UserID(strings.TrimPrefix(e.Topic, store.PrefixMain))
	if t.UserID == "" {
		return nil, errors.New("a main topic without a user")
	}
	switch e.Type {
	case store.MainMention, store.MainReply, store.MainRenote:
		f, err := noteFacts(e.Facts, e.Body)
		if err != nil {
			return nil, err
		}
		t.Facts, t.body.note = f, noteIsBody
		t.Causer, t.CauserHost = f.UserID, f.UserHost
	case store.MainNotification, store.MainUnreadNotification:
		var c causedBy
		if err := json.Unmarshal(e.Body, &c); err != nil {
			return nil, fmt.Errorf("read the notification: %w", err)
		}
		t.Causer = c.UserID
		if c.User != nil && c.User.Host != nil {
			t.CauserHost = *c.User.Host
		}
		if len(c.Note) > 0 && string(c.Note) != "null" {
			f, err := noteFacts(e.Facts, c.Note)
			if err != nil {
				return nil, err
			}
			t.Facts, t.body.note = f, noteIsMember
		}
	}
	return t, nil
}

func prepareNoteChange(e *store.Event) (Prepared, error) {
	switch e.Type {
	case store.NoteReacted, store.NoteUnreacted, store.NotePollVoted, store.NoteDeleted:
	default: // clients die of types that they do not know
		return nil, ErrUnknownEvent
	}
	c := new(store.NoteChange)
	err := json.Unmarshal(e.Body, c)
	if err != nil {
		return nil, fmt.Errorf("read the change: %w", err)
	}
	if id := store.NoteID(strings.TrimPrefix(e.Topic, store.PrefixNote)); c.ID == "" {
		c.ID = id
	}
	if c.ID == "" || c.UserID == "" || c.Visibility == "" {
		return nil, errors.New("a change without id, userId or visibility")
	}
	n := NewNoteChangeEvent(e.Type, c)
	if len(e.Facts) > 0 && string(e.Facts) != "null" {
		if n.Facts, err = noteFacts(e.Facts, nil); err != nil {
			return nil, err
		}
	}
	return n, nil
}

func prepareInternal(e *store.Event) (Prepared, error) {
	switch e.Type {
	case store.InternalTokenRegenerated, store.InternalTokenRevoked, store.InternalSuspended, store.InternalDeleted:
		r := new(store.Revocation)
		if err := json.Unmarshal(e.Body, r); err != nil {
			return nil, fmt.Errorf("read the revocation: %w", err)
		}
		return &RevocationEvent{Type: e.Type, Revocation: r}, nil
	case store.InternalFollow, store.InternalUnfollow, store.InternalMute, store.InternalUnmute,
		store.InternalRenoteMute, store.InternalRenoteUnmute, store.InternalBlock, store.InternalUnblock,
		store.InternalMuteInstances, store.InternalFollowChannel, store.InternalUnfollowChannel,
		store.InternalListMember, store.InternalListMemberGone, store.InternalListGone:
		c := new(store.RelationChange)
		if err := json.Unmarshal(e.Body, c); err != nil {
			return nil, fmt.Errorf("read the relation change: %w", err)
		}
		return &RelationEvent{Type: e.Type, Change: c}, nil
	default:
		return nil, ErrUnknownEvent
	}
}
