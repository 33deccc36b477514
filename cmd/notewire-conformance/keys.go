package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// keyComparison collects where objects of the replays have other keys than their recorded twins.
type keyComparison struct {
	compared map[string]int
	wrong    map[string]map[string]bool // kind → complaints
}

func newKeyComparison() *keyComparison {
	return &keyComparison{compared: map[string]int{}, wrong: map[string]map[string]bool{}}
}

// excusedKeys are keys in which Notewire differs on purpose: by kind of object and key, the reason.
var excusedKeys = map[string]map[string]string{}

// Members that are objects with keys of their own; others are data or maps.
var nestedKinds = map[string]string{"note": "note", "reply": "note", "renote": "note", "user": "user lite", "poll": "poll"}

// event compares the bodies of a recorded event and ours.
func (k *keyComparison) event(recorded, ours frame) {
	if recorded.kind != "channel" {
		return
	}
	var kind string
	switch recorded.name {
	case "note", "mention", "reply", "renote":
		kind = "note"
	case "notification":
		kind = "notification " + notificationType(recorded)
	case "followed", "receiveFollowRequest":
		kind = "user lite"
	case "follow", "unfollow":
		kind = "user detailed"
	case "meUpdated":
		kind = "me detailed"
	default:
		return
	}
	k.object(kind, recorded.body, ours.body)
}

// answerKinds are the endpoints whose answers' keys are compared, with the kind of object.
var answerKinds = map[string]string{"i": "me detailed of i", "users/show": "user detailed of a stranger", "notes/show": "note", "miauth/gen-token": "token"}

// answer compares the bodies of a recorded answer and ours.
func (k *keyComparison) answer(path string, recorded, ours json.RawMessage) {
	if kind := answerKinds[path]; kind != "" {
		k.object(kind, recorded, ours)
	}
	if path == "notes/create" {
		k.object("note", members(recorded)["createdNote"], members(ours)["createdNote"])
	}
}

// object compares two objects and those inside them. The order of keys counts in notes and the users inside them.
func (k *keyComparison) object(kind string, recorded, ours json.RawMessage) {
	want, got := orderedKeys(recorded), orderedKeys(ours)
	if want == nil && got == nil {
		return
	}
	k.compared[kind]++
	excused := excusedKeys[kind]
	missing := without(want, got, excused)
	extra := without(got, want, excused)
	if len(missing) > 0 {
		k.complain(kind, "missing: "+strings.Join(missing, ", "))
	}
	if len(extra) > 0 {
		k.complain(kind, "too many: "+strings.Join(extra, ", "))
	}
	if kind == "note" && len(missing)+len(extra) == 0 && !slices.Equal(want, got) && len(excused) == 0 {
		k.complain(kind, fmt.Sprintf("order: recorded %s\n       here     %s", strings.Join(want, " "), strings.Join(got, " ")))
	}
	inRecorded, inOurs := members(recorded), members(ours)
	for name, nested := range nestedKinds {
		if inRecorded[name] != nil && inOurs[name] != nil {
			k.object(nested, inRecorded[name], inOurs[name])
		}
	}
}

// without returns the keys of list that neither other nor excused has.
func without(list, other []string, excused map[string]string) []string {
	var out []string
	for _, key := range list {
		if !slices.Contains(other, key) && excused[key] == "" {
			out = append(out, key)
		}
	}
	return out
}

func (k *keyComparison) complain(kind, message string) {
	if k.wrong[kind] == nil {
		k.wrong[kind] = map[string]bool{}
	}
	k.wrong[kind][message] = true
}

// runKeys reports what the replays compared.
func runKeys(_ context.Context, w *world) {
	for _, kind := range sorted(w.keys.compared) {
		reason := ""
		for _, key := range sorted(excusedKeys[kind]) {
			reason += key + ": " + excusedKeys[kind][key] + " "
		}
		w.report.verdict("keys/"+kind, strings.TrimSpace(reason), sorted(w.keys.wrong[kind]))
	}
}
