package main

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"
)

// Events of main that Misskey had in 2024.10 and that went away in 2025.3: Notewire never sends them.
var goneEvents = []string{
	"unreadMention", "readAllUnreadMentions", "unreadSpecifiedNote", "readAllUnreadSpecifiedNotes", "readAllAntennas", "unreadChannel", "readAllChannels",
}

// runMain replays the main channel.
func runMain(ctx context.Context, w *world) {
	records := w.contract.recorded["d-main"]
	users := map[string]*account{"admin": w.admin}
	for _, r := range records {
		if r.Path != "admin/accounts/create" {
			continue
		}
		// These names and passwords stand in texts and parameters of the recording, so they are kept.
		name, _ := r.Params["username"].(string)
		password, _ := r.Params["password"].(string)
		a, err := w.signup(ctx, name, password)
		if err != nil {
			w.report.fail("main/accounts", "%v", err)
			return
		}
		users[name] = a
		users[strings.TrimRight(name, "0123456789")] = a // "x105631" is called "x"
	}
	if !w.served["i/change-password"] {
		records = withoutPasswordChange(records)
	}
	steps := splitSteps(records)
	p := &replay{world: w, suite: "main", ids: newMapping(), users: users, rules: mainRules(steps), compare: mainOrder, shape: mainShape}
	p.runSteps(ctx, steps)
}

// withoutPasswordChange makes later steps use the password that stays when a step is left out.
func withoutPasswordChange(records []record) []record {
	records = slices.Clone(records)
	changed := map[string]any{}
	for i, r := range records {
		if r.Path == "i/change-password" {
			changed[fmt.Sprint(r.Params["newPassword"])] = r.Params["currentPassword"]
		}
		if old, ok := changed[fmt.Sprint(r.Params["password"])]; ok {
			params := map[string]any{}
			for name, value := range r.Params {
				params[name] = value
			}
			params["password"] = old
			records[i].Params = params
		}
	}
	return records
}

// mainShape leaves out what Notewire never sends, and unreadNotification, which comes two seconds later, in whatever step
// that is: the stream suite looks at it.
func mainShape(f frame) string {
	if slices.Contains(goneEvents, f.name) || f.name == "unreadNotification" {
		return ""
	}
	return shapeOf(f)
}

// mainRanks is the order of the events of one cause; events that are not in it may stand anywhere.
var mainRanks = map[string]int{"mention": 1, "reply": 2, "renote": 2, "notification": 3}

// mainOrder compares what came in a step: the same events, and a mention before the reply before the notification.
func mainOrder(got, want []string) string {
	a, b := slices.Clone(got), slices.Clone(want)
	sort.Strings(a)
	sort.Strings(b)
	if !slices.Equal(a, b) {
		return fmt.Sprintf("got  [%s]\n  instead of [%s]", strings.Join(got, " | "), strings.Join(want, " | "))
	}
	// One step has at most one note with events of several ranks.
	last := 0
	for _, shape := range got {
		fields := strings.Fields(shape)
		if len(fields) < 4 || fields[0] != "channel" {
			continue
		}
		rank := mainRanks[fields[2]]
		if rank != 0 && rank < last {
			return "wrong order: " + strings.Join(got, " | ")
		}
		last = max(last, rank)
	}
	return ""
}

// mainRules are the differences in d-main.
func mainRules(steps []step) map[string]rule {
	extra := func(reason string, types ...string) rule {
		return rule{reason: reason, allow: func(shape string) bool {
			for _, t := range types {
				if strings.Contains(shape+" ", " "+t+" ") {
					return true
				}
			}
			return false
		}}
	}
	const blocked = "y mentions x while blocked"
	mention := createdIn(steps, blocked)
	return map[string]rule{
		"x mutes y then y reacts/mentions (suppressed?)": {reason: "nothing is sent of muted users, mention included", frames: first(0)},
		blocked: {reason: "an unmute counts for the next note, and that I block somebody hides nothing",
			frames: func(conn string, _ []string, m *mapping) []string {
				if conn != "x" {
					return nil
				}
				return []string{"channel m mention " + m.known[mention], "channel m notification mention"}
			}},
		"poll ends (expiredAfter 1500): pollEnded notification": extra("the end of a poll may be told, later than this step waits", "pollEnded"),
		"regenerate token (myTokenRegenerated?)":                {reason: "the sessions of an old token are closed", closes: []string{"x", "x#2"}},
		"signin of x (signin event)":                            extra("signing in may be told", "signin", "login"),
		"achievement claim":                                     extra("achievements may be told", "achievementEarned"),
		"role assign":                                           extra("roles may be told", "roleAssigned"),
	}
}
