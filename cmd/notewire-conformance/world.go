package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// account is a user that was made for the run.
type account struct {
	id, username, password, token string
}

// world is the server under test with what the suites share. Used by the main goroutine only.
type world struct {
	*client
	contract *contract
	report   *report
	served   map[string]bool // endpoints that the server lists
	keys     *keyComparison

	admin    *account
	accounts map[string]*account // by username
	made     int                 // accounts with a number of their own

	marker     *account // whose note is the marker; nobody mutes or blocks it
	markerNote string
	reacted    bool
	marks      int // how often the marker note's reaction changed

	streams map[*stream]bool
}

// requiredEndpoints are those that the server must have; that it lists less is a failure, and more is tested too.
var requiredEndpoints = []string{
	"i", "i/update", "i/notifications", "i/regenerate-token", "i/revoke-token", "i/apps", "miauth/gen-token", "notifications/mark-all-as-read",
	"notes/create", "notes/delete", "notes/show", "notes/timeline", "notes/local-timeline", "notes/hybrid-timeline", "notes/global-timeline",
	"notes/mentions", "notes/reactions", "notes/reactions/create", "notes/reactions/delete", "notes/polls/vote", "notes/unrenote", "notes/state",
	"following/create", "following/delete", "following/update", "following/invalidate", "following/requests/accept", "following/requests/reject",
	"following/requests/list", "following/requests/cancel", "blocking/create", "blocking/delete", "blocking/list", "mute/create", "mute/delete",
	"mute/list", "renote-mute/create", "renote-mute/delete", "renote-mute/list", "users/show", "users/relation", "users/lists/create",
	"users/lists/push", "users/lists/pull", "users/lists/list", "users/lists/show", "users/lists/update", "users/lists/update-membership",
	"users/lists/delete", "meta", "stats", "ping", "endpoints", "endpoint", "emojis", "emoji", "drive/files/create", "drive/files/show",
	"channels/create", "channels/show", "channels/follow", "channels/unfollow",
}

// newWorld asks the server what it has and makes the first accounts: the very first is an administrator.
func newWorld(ctx context.Context, c *contract, r *report, base string) (*world, error) {
	w := &world{client: newClient(base), contract: c, report: r, served: map[string]bool{}, keys: newKeyComparison(),
		accounts: map[string]*account{}, streams: map[*stream]bool{}}
	var err error
	if w.admin, err = w.account(ctx, "keeper"); err != nil {
		return nil, err
	}
	listed, err := w.call(ctx, "endpoints", "", nil)
	if err != nil {
		return nil, err
	}
	for _, path := range stringsIn(listed.body) {
		w.served[path] = true
	}
	if w.marker, err = w.account(ctx, "marker"); err != nil {
		return nil, err
	}
	if w.markerNote, err = w.note(ctx, w.marker, map[string]any{"text": "marker"}); err != nil {
		return nil, err
	}
	return w, nil
}

// runSuites runs every suite that the filter wants, in an order that lets later ones use what earlier ones learnt.
func (w *world) runSuites(ctx context.Context) {
	suites := []struct {
		name string
		run  func(context.Context, *world)
	}{
		{"endpoints", runEndpoints}, {"stream", runStreamBodies}, {"frames", runFrames}, {"capture", runCapture},
		{"main", runMain}, {"handshake", runHandshakes}, {"http", runHTTP}, {"keys", runKeys},
	}
	for _, s := range suites {
		if !w.report.wantsSuite(s.name) {
			continue
		}
		s.run(ctx, w)
		for open := range w.streams {
			w.closeStream(open)
		}
	}
}

// account returns the user of this name, signed up at first use.
func (w *world) account(ctx context.Context, username string) (*account, error) {
	if a := w.accounts[username]; a != nil {
		return a, nil
	}
	return w.signup(ctx, username, "password of "+username)
}

// fresh makes a user whom no other case knows.
func (w *world) fresh(ctx context.Context) (*account, error) {
	w.made++
	return w.account(ctx, fmt.Sprintf("fresh%d", w.made))
}

// signup makes an account.
func (w *world) signup(ctx context.Context, username, password string) (*account, error) {
	got, err := w.call(ctx, "signup", "", map[string]any{"username": username, "password": password})
	if err != nil {
		return nil, err
	}
	a := &account{id: text(got.body, "id"), username: username, password: password, token: text(got.body, "token")}
	if got.status != http.StatusOK || a.id == "" || a.token == "" {
		return nil, fmt.Errorf("signing up %s: %s", username, got)
	}
	w.accounts[username] = a
	return a, nil
}

// must calls an endpoint which has to succeed, and returns the answer's body.
func (w *world) must(ctx context.Context, who *account, path string, params map[string]any) (any, error) {
	got, err := w.call(ctx, path, who.token, params)
	if err != nil {
		return nil, err
	}
	if got.status != http.StatusOK && got.status != http.StatusNoContent {
		return nil, fmt.Errorf("%s as %s: %s", path, who.username, got)
	}
	return got.body, nil
}

// note posts and returns the note's id.
func (w *world) note(ctx context.Context, who *account, params map[string]any) (string, error) {
	body, err := w.must(ctx, who, "notes/create", params)
	return text(body, "createdNote", "id"), err
}

// open connects and captures the marker note; a nil account is an anonymous connection.
func (w *world) open(ctx context.Context, label, token string) (*stream, error) {
	s, err := openStream(ctx, w.base, label, token)
	if err != nil {
		return nil, err
	}
	w.streams[s] = true
	if err := s.sendJSON(ctx, "subNote", map[string]any{"id": w.markerNote}); err != nil {
		return nil, err
	}
	return s, s.flush(ctx)
}

// closeStream ends a connection.
func (w *world) closeStream(s *stream) {
	s.close()
	delete(w.streams, s)
}

// close ends every connection that is left.
func (w *world) close() {
	for s := range w.streams {
		w.closeStream(s)
	}
	w.http.CloseIdleConnections()
}

// settle returns what came on each connection since it was last asked, with the certainty that nothing else comes of what
// was done before: it changes the marker note and waits until every connection has told of it.
func (w *world) settle(ctx context.Context, streams []*stream) (map[*stream][]frame, error) {
	for _, s := range streams {
		if err := s.flush(ctx); err != nil {
			return nil, err
		}
	}
	// Every mark has a reaction of its own, so that each is told from the others.
	if w.reacted {
		if _, err := w.must(ctx, w.marker, "notes/reactions/delete", map[string]any{"noteId": w.markerNote}); err != nil {
			return nil, err
		}
	}
	w.marks++
	reaction := string(rune(0x1F600 + w.marks%64))
	if _, err := w.must(ctx, w.marker, "notes/reactions/create", map[string]any{"noteId": w.markerNote, "reaction": reaction}); err != nil {
		return nil, err
	}
	w.reacted = true
	out := map[*stream][]frame{}
	for _, s := range streams {
		position, _, err := s.awaitFrom(ctx, s.read, "marker", func(f frame) bool {
			return f.kind == "noteUpdated" && f.id == w.markerNote && f.name == "reacted" && reactionOf(f) == reaction
		})
		if err != nil {
			return nil, err
		}
		out[s] = s.unread(w.markerNote, position)
	}
	return out, nil
}

func isProbe(f frame) bool {
	return len(f.id) > len(probePrefix) && f.id[:len(probePrefix)] == probePrefix
}

// reactionOf returns the reaction that a noteUpdated tells.
func reactionOf(f frame) string {
	var body struct {
		Reaction string `json:"reaction"`
	}
	if json.Unmarshal(f.body, &body) != nil {
		return ""
	}
	return body.Reaction
}
