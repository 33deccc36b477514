package api

import (
	"context"
	"errors"
	"testing"

	"notewire/store"
)

// frugal is a store that does not load all relations of a user.
type frugal struct{ Storage }

var errWasteful = errors.New("all relations of a user were asked for")

func (f frugal) Relations(context.Context, store.UserID) (*store.Relations, error) {
	return nil, errWasteful
}

func (f frugal) InTx(ctx context.Context, do func(context.Context, Tx) error) error {
	return f.Storage.InTx(ctx, func(ctx context.Context, tx Tx) error { return do(ctx, frugalTx{tx}) })
}

type frugalTx struct{ Tx }

func (f frugalTx) Relations(context.Context, store.UserID) (*store.Relations, error) {
	return nil, errWasteful
}

// What is done to one note costs the same whomever people follow: a popular
// author's notes get their reactions one after the other, under the note's lock.
func TestOneNoteNeedsNoWholeRelations(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Store = frugal{c.Store} })
	alice, bob := w.signUp("alice"), w.signUp("bob")
	created := w.must(alice.Token, "notes/create", map[string]any{"text": "hello @bob", "poll": map[string]any{"choices": []string{"a", "b"}}})
	id := at(created, "createdNote", "id")

	w.must(bob.Token, "notes/show", map[string]any{"noteId": id})
	w.must(bob.Token, "notes/reactions/create", map[string]any{"noteId": id, "reaction": "👍"})
	w.must(bob.Token, "notes/reactions/delete", map[string]any{"noteId": id})
	w.must(bob.Token, "notes/polls/vote", map[string]any{"noteId": id, "choice": 1})
	w.must(bob.Token, "notes/create", map[string]any{"replyId": id, "text": "an answer"})
	w.must(bob.Token, "notes/create", map[string]any{"renoteId": id, "text": "a quote"})
	w.must(bob.Token, "notes/create", map[string]any{"renoteId": id})
	w.must(bob.Token, "following/create", map[string]any{"userId": alice.ID})
}
