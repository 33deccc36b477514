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

// ErrNoFacts is what Prepare answers for an event that carries a note without the
// facts that say who may see it, or carries it where nothing could be hidden of it.
// Nobody is sent such an event.
var ErrNoFacts = errors.New("it carries a note of which nobody says who may see it")

// Prepare reads an event from the log. It is pure and may be called from any
// goroutine. The body is taken over, not copied. What the preparation stage
// has to add by queries is left open: see WantedOwn.
//
// The error is ErrUnknownEvent, ErrNoFacts, or tells what is wrong with the event.
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
		user := store.UserID(strings.TrimPrefix(e.Topic, store.PrefixMain))
		if user == "" {
			return nil, errors.New("a main topic without a user")
		}
		return prepareTopic(e, user)
	case strings.HasPrefix(e.Topic, store.PrefixNote):
		return prepareNoteChange(e)
	default:
		return prepareTopic(e, "")
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
	if protocol.FindNote(e.Body) != protocol.NoNote {
		return nil, ErrNoFacts
	}
	return &BroadcastEvent{Type: e.Type, Body: protocol.RawPayload(e.Body)}, nil
}

func prepareNote(e *store.Event) (Prepared, error) {
	if e.Type != store.EventNote {
		return nil, ErrUnknownEvent
	}
	f := new(store.NoteFacts)
	if has(e.Facts) {
		if err := json.Unmarshal(e.Facts, f); err != nil {
			return nil, fmt.Errorf("read facts: %w", err)
		}
	} else {
		f = nil
	}
	facts, derived, err := factsOf(f, e.Body, protocol.NoteIsBody)
	if err != nil {
		return nil, err
	}
	n := NewNoteEvent(facts, protocol.RawPayload(e.Body))
	n.note.derived = derived
	return n, nil
}

// has says whether there is a JSON value, and not null.
func has(value json.RawMessage) bool { return len(value) > 0 && string(value) != "null" }

func prepareNoteChange(e *store.Event) (Prepared, error) {
	switch e.Type {
	case store.NoteReacted, store.NoteUnreacted, store.NotePollVoted, store.NoteDeleted:
	default: // clients die of types that they do not know
		return nil, ErrUnknownEvent
	}
	c := new(store.NoteChange)
	if err := json.Unmarshal(e.Body, c); err != nil {
		return nil, fmt.Errorf("read the change: %w", err)
	}
	if id := store.NoteID(strings.TrimPrefix(e.Topic, store.PrefixNote)); c.ID == "" {
		c.ID = id
	}
	if c.ID == "" || c.UserID == "" || c.Visibility == "" {
		return nil, errors.New("a change without id, userId or visibility")
	}
	if protocol.FindNote(c.Body) != protocol.NoNote {
		return nil, ErrNoFacts
	}
	n := NewNoteChangeEvent(e.Type, c)
	if has(e.Facts) {
		f := new(store.NoteFacts)
		if err := json.Unmarshal(e.Facts, f); err != nil {
			return nil, fmt.Errorf("read facts: %w", err)
		}
		if err := complete(f); err != nil {
			return nil, err
		}
		n.note.facts = f
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
