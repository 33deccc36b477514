package main

import (
	"context"
	"slices"
	"strings"
)

// requiredChannels are those which the server must serve; the recorded connects of others may stay without an answer.
var requiredChannels = []string{"main", "homeTimeline", "localTimeline", "hybridTimeline", "globalTimeline"}

// runFrames replays frames in and out and their malformed kin.
func runFrames(ctx context.Context, w *world) {
	users, err := w.cast(ctx, "frames", "alice", "bob")
	if err != nil {
		w.report.fail("frames/accounts", "%v", err)
		return
	}
	p := &replay{world: w, suite: "frames", ids: newMapping(), users: users, rules: frameRules(), compare: inOrder, shape: shapeOf}
	p.runSteps(ctx, splitSteps(w.contract.recorded["a-protocol"]))
}

// cast makes accounts for the names of a recording, apart from those of other suites. "admin" is always the administrator.
func (w *world) cast(ctx context.Context, suite string, names ...string) (map[string]*account, error) {
	users := map[string]*account{"admin": w.admin}
	for _, name := range names {
		a, err := w.account(ctx, name+"_"+suite)
		if err != nil {
			return nil, err
		}
		users[name] = a
	}
	return users, nil
}

// first keeps the first n frames of what was recorded.
func first(n int) func(string, []string, *mapping) []string {
	return func(_ string, want []string, _ *mapping) []string { return want[:min(n, len(want))] }
}

// alsoConnected expects an answer to a connect that was recorded to get none, before the other frames of its connection.
func alsoConnected(id string) func(string, []string, *mapping) []string {
	return func(label string, want []string, _ *mapping) []string {
		if label != "alice2" {
			return want
		}
		return append([]string{"connected " + id}, want...)
	}
}

// frameRules are the differences in a-protocol.
func frameRules() map[string]rule {
	const sameID = "the same id under another kind: both live, and one disconnect ends both; the same kind replaces"
	const params = "params that is not an object counts as absent"
	return map[string]rule{
		"dup: post":                         {reason: sameID, frames: first(2)},
		"dup: post after one disconnect":    {reason: sameID, frames: first(0)},
		"dup: post after second disconnect": {reason: sameID, frames: first(0)},
		"dup: post after reconnect":         {reason: sameID, frames: first(1)},

		"params null":   {reason: params, frames: alsoConnected("pa1")},
		"params string": {reason: params, frames: alsoConnected("pa2")},
		"params number": {reason: params, frames: alsoConnected("pa3")},
		"params array":  {reason: params, frames: alsoConnected("pa4")},

		"id 100000 chars": {skip: true, reason: "inbound frames are limited to 64 KiB"},
		"legacy api frame": {reason: "api frames may be answered, as clients of old servers expect",
			allow: func(shape string) bool { return strings.HasPrefix(shape, "api:") }},
		"--- anonymous": {reason: "connected comes only after everything that can fail: lists, roles, antennas, channels and games need one's own or an existing one, admin a role; other channels may not be served",
			frames: withoutRefused, optional: mayBeRefused},
	}
}

// withoutRefused takes out the answers that Notewire must not give: without an id of one's own there is no list and no
// antenna to join, and admin is for those who may.
func withoutRefused(_ string, want []string, _ *mapping) []string {
	return slices.DeleteFunc(want, func(shape string) bool {
		return shape == "connected al-admin" || strings.HasSuffix(shape, "-userList") || strings.HasSuffix(shape, "-antenna")
	})
}

// mayBeRefused tells answers to connects, named "<who>-<channel>" in the recording, that Notewire need not give.
func mayBeRefused(shape string) bool {
	id, isAnswer := strings.CutPrefix(shape, "connected ")
	_, channel, named := strings.Cut(id, "-")
	return isAnswer && named && channel != "again" && !slices.Contains(requiredChannels, channel)
}

// runCapture replays the capture of notes.
func runCapture(ctx context.Context, w *world) {
	users, err := w.cast(ctx, "capture", "alice", "bob", "carol", "dave", "mallory")
	if err != nil {
		w.report.fail("capture/accounts", "%v", err)
		return
	}
	// As it was when it was recorded.
	for path, name := range map[string]string{"following/create": "bob", "blocking/create": "mallory"} {
		if _, err := w.must(ctx, users["alice"], path, map[string]any{"userId": users[name].id}); err != nil {
			w.report.fail("capture/relations", "%v", err)
		}
	}
	steps := splitSteps(w.contract.recorded["c-capture"])
	p := &replay{world: w, suite: "capture", ids: newMapping(), users: users, rules: captureRules(steps), compare: inOrder, shape: shapeOf}
	if w.served["admin/emoji/add"] {
		// The file of the recorded emoji was uploaded before the recording began.
		uploaded, err := w.upload(ctx, w.admin.token, "emoji.png", onePixel)
		if err != nil || text(uploaded.body, "id") == "" {
			w.report.fail("capture/emoji file", "%v %s", err, uploaded)
			return
		}
		for _, r := range w.contract.recorded["c-capture"] {
			if r.Path == "admin/emoji/add" {
				id, _ := r.Params["fileId"].(string)
				p.ids.known[id] = text(uploaded.body, "id")
			}
		}
	}
	p.runSteps(ctx, steps)
}

// captureRules are the differences in c-capture.
func captureRules(steps []step) map[string]rule {
	renote := createdIn(steps, "sub del")
	const leak = "events of notes that one may not see are not sent"
	const hidden = "a note that one may not see does not exist: 400 NO_SUCH_NOTE instead of 500"
	onlyAlice := func(conn string, want []string, _ *mapping) []string {
		if conn != "alice" {
			return nil
		}
		return want
	}
	return map[string]rule{
		"alice (follower) reacts to followers-only":     {reason: leak, frames: onlyAlice},
		"alice reacts to dm":                            {reason: leak, frames: onlyAlice},
		"carol (non-follower) reacts to followers-only": {reason: hidden, status: 400, code: "NO_SUCH_NOTE"},
		"carol reacts to dm":                            {reason: hidden, status: 400, code: "NO_SUCH_NOTE"},
		"bob deletes": {reason: "the pure renotes of a deleted note are deleted, each with its own event",
			frames: func(conn string, want []string, m *mapping) []string {
				if conn != "alice" || len(want) == 0 {
					return want
				}
				return append(want, "noteUpdated "+m.known[renote]+" deleted")
			}},
		"dave reacts with custom emoji": {needs: []string{"admin/emoji/add"}},
		"dave unreacts custom":          {needs: []string{"admin/emoji/add"}},
	}
}

// createdIn returns the recorded id of the note that was made last in a step.
func createdIn(steps []step, name string) string {
	id := ""
	for _, s := range steps {
		if s.name != name {
			continue
		}
		for _, r := range s.done {
			if created := text(r.Body, "createdNote", "id"); created != "" {
				id = created
			}
		}
	}
	return id
}
