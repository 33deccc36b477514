package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strings"
)

// rule says what Notewire does otherwise in one step, or why the step is left out.
type rule struct {
	reason string
	skip   bool     // the step is not done
	needs  []string // endpoints without which the step is not done; those that it calls count anyway

	// frames changes what a connection is to get; nil leaves it.
	frames func(conn string, want []string, m *mapping) []string
	// allow drops a frame from both sides before they are compared: it may come or not.
	allow func(shape string) bool
	// optional tells frames that were recorded and may stay out; one that was not recorded must not come.
	optional func(shape string) bool
	// status and code replace the answer that calls of the step are to get; 0 leaves it.
	status int
	code   string
	// closes are the connections that the server ends in this step, with 1008, after their frames.
	closes []string
}

// replay has one recorded conversation again.
type replay struct {
	*world
	suite   string
	ids     *mapping
	users   map[string]*account // by the names that the recording uses
	rules   map[string]rule     // by the step's name
	compare func(got, want []string) string
	shape   func(frame) string // empty: the frame does not count

	conns map[string]*stream
}

// runSteps does every step and reports each.
func (p *replay) runSteps(ctx context.Context, steps []step) {
	p.conns = map[string]*stream{}
	for id, name := range p.contract.usernames {
		if a := p.users[name]; a != nil {
			p.ids.known[id] = a.id
		}
	}
	for _, s := range steps {
		name := p.suite + "/" + s.name
		r := p.rules[s.name]
		if reason := p.leaveOut(s, r); reason != "" {
			p.report.differs(name, reason)
			continue
		}
		complaints, err := p.runStep(ctx, s, r)
		if err != nil {
			p.report.fail(name, "%v", err)
			if ctx.Err() != nil {
				return
			}
			continue
		}
		p.report.verdict(name, r.reason, complaints)
	}
	for _, s := range p.conns {
		p.closeStream(s)
	}
}

// leaveOut says why a step is not done, empty when it is.
func (p *replay) leaveOut(s step, r rule) string {
	if r.skip {
		return "not replayed: " + r.reason
	}
	if s.isShortened() {
		return "not replayed: the recording is shortened here"
	}
	needed := slices.Clone(r.needs)
	for _, done := range s.done {
		if done.Dir == "http" {
			needed = append(needed, done.Path)
		}
	}
	for _, path := range needed {
		if !p.served[path] && !slices.Contains(requiredEndpoints, path) && !isSigning(path) {
			return "not replayed: " + path + " is not served"
		}
	}
	return ""
}

// isSigning tells endpoints that make or find an account, which no list names; admin/accounts/create is done by signup.
func isSigning(path string) bool {
	return path == "signup" || path == "signin" || path == "signin-flow" || path == "admin/accounts/create"
}

// runStep does one step and returns what was wrong with it.
func (p *replay) runStep(ctx context.Context, s step, r rule) ([]string, error) {
	var complaints []string
	for _, done := range s.done {
		switch {
		case done.Dir == "send":
			c := p.conns[done.Conn]
			if c == nil {
				return nil, fmt.Errorf("the recording uses %s before it is open", done.Conn)
			}
			if err := c.send(ctx, p.ids.in(done.frame())); err != nil {
				return nil, err
			}
		case done.Dir == "http":
			for _, c := range p.open() {
				if err := c.flush(ctx); err != nil {
					return nil, err
				}
			}
			complaint, err := p.call(ctx, done, r)
			if err != nil {
				return nil, err
			}
			if complaint != "" {
				complaints = append(complaints, complaint)
			}
		case done.Event == "open":
			token, err := p.token(recordedToken(done.URL))
			if err != nil {
				return nil, err
			}
			if p.conns[done.Conn], err = p.world.open(ctx, done.Conn, token); err != nil {
				return nil, err
			}
		case done.Event == "pong":
			c := p.conns[done.Conn]
			if c == nil {
				return nil, fmt.Errorf("the recording uses %s before it is open", done.Conn)
			}
			if err := c.ping(ctx); err != nil {
				return nil, err
			}
		case done.Event == "close":
			// Below: what came before has to be compared first.
		}
	}
	for _, label := range r.closes {
		c := p.conns[label]
		if c == nil {
			return nil, fmt.Errorf("%s is not open, so it cannot be closed", label)
		}
		delete(p.conns, label)
		code, err := c.awaitClose(ctx)
		if err != nil {
			return nil, err
		}
		if code != closePolicyViolation {
			complaints = append(complaints, fmt.Sprintf("%s was closed with %d instead of %d", label, code, closePolicyViolation))
		}
		complaints = append(complaints, p.compareFrames(label, s.got[label], c.unread(p.markerNote, len(c.all())), r)...)
		p.closeStream(c)
	}
	frames, err := p.settle(ctx, p.open())
	if err != nil {
		return nil, err
	}
	for _, label := range sorted(p.conns) {
		complaints = append(complaints, p.compareFrames(label, s.got[label], frames[p.conns[label]], r)...)
	}
	for _, done := range s.done {
		if c := p.conns[done.Conn]; done.Event == "close" && c != nil {
			p.closeStream(c)
			delete(p.conns, done.Conn)
		}
	}
	return complaints, nil
}

// open returns the connections that live.
func (p *replay) open() []*stream {
	var out []*stream
	for _, label := range sorted(p.conns) {
		out = append(out, p.conns[label])
	}
	return out
}

// compareFrames compares what a connection got with what was recorded.
func (p *replay) compareFrames(label string, recorded []record, got []frame, r rule) []string {
	var want []string
	recordedFrames := map[string][]frame{}
	for _, f := range recorded {
		parsed, ok := parseFrame([]byte(p.ids.in(f.frame())))
		if !ok {
			return []string{label + ": the recorded frame cannot be read: " + f.frame()}
		}
		if shape := p.shape(parsed); shape != "" {
			want = append(want, shape)
			recordedFrames[shape] = append(recordedFrames[shape], parsed)
		}
	}
	if r.frames != nil {
		want = r.frames(label, want, p.ids)
	}
	var shapes []string
	for _, f := range got {
		shape := p.shape(f)
		if shape == "" {
			continue
		}
		shapes = append(shapes, shape)
		if twins := recordedFrames[shape]; len(twins) > 0 {
			p.keys.event(twins[0], f)
		}
	}
	if r.allow != nil {
		want = slices.DeleteFunc(want, r.allow)
		shapes = slices.DeleteFunc(shapes, r.allow)
	}
	if r.optional != nil {
		want = slices.DeleteFunc(want, func(shape string) bool { return r.optional(shape) && !slices.Contains(shapes, shape) })
	}
	if complaint := p.compare(shapes, want); complaint != "" {
		return []string{label + ": " + complaint}
	}
	return nil
}

// call does a recorded call and says what is wrong with its answer, empty when nothing is.
func (p *replay) call(ctx context.Context, r record, rule rule) (string, error) {
	if r.Status == 429 {
		return "", nil // the server runs without rate limits here
	}
	if r.Path == "admin/accounts/create" {
		return "", nil // the accounts are there already
	}
	token, err := p.token(r.Who)
	if err != nil {
		return "", err
	}
	got, err := p.world.call(ctx, r.Path, token, p.ids.params(r.Params))
	if err != nil {
		return "", err
	}
	status, code := r.Status, text(r.Body, "error", "code")
	id := text(r.Body, "error", "id")
	if rule.status != 0 && status >= 500 {
		status, code, id = rule.status, rule.code, ""
	}
	if got.status != status || got.code() != code || (id != "" && got.id() != id) {
		return fmt.Sprintf("%s answered %s instead of %d %s %s", r.Path, got, status, code, id), nil
	}
	p.ids.learn(r.Body, got.body)
	if status == http.StatusOK {
		p.keys.answer(r.Path, r.rawBody, got.raw)
	}
	return "", nil
}

// token finds the token of a recorded name, or of a recorded token that an answer brought.
func (p *replay) token(who string) (string, error) {
	if who == "" {
		return "", nil
	}
	if a := p.users[who]; a != nil {
		return a.token, nil
	}
	if fresh := p.ids.known[who]; fresh != "" {
		return fresh, nil
	}
	return "", fmt.Errorf("the recording speaks of %q, of whom nothing is known", who)
}

// recordedToken returns the name or token in the address of an open event: …?i=<name>.
func recordedToken(address string) string {
	_, query, _ := strings.Cut(address, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		return ""
	}
	return strings.Trim(values.Get("i"), "<>")
}

// shapeOf says what a frame is, in words that can be compared: ids of notes and users are in it, times and urls are not.
func shapeOf(f frame) string {
	switch f.kind {
	case "channel":
		return strings.TrimSpace(strings.Join([]string{"channel", f.id, f.name, detailOf(f)}, " "))
	case "connected":
		return "connected " + f.id
	case "noteUpdated":
		return strings.TrimSpace(strings.Join([]string{"noteUpdated", f.id, f.name, detailOf(f)}, " "))
	}
	return f.kind
}

// detailOf is what tells an event from others of its type.
func detailOf(f frame) string {
	var body struct {
		ID       string          `json:"id"`
		Type     string          `json:"type"`
		Reaction string          `json:"reaction"`
		UserID   string          `json:"userId"`
		Choice   *int            `json:"choice"`
		Deleted  json.RawMessage `json:"deletedAt"`
	}
	if json.Unmarshal(f.body, &body) != nil {
		return ""
	}
	switch f.name {
	case "notification", "unreadNotification":
		return body.Type
	case "reacted", "unreacted":
		return body.Reaction + " by " + body.UserID
	case "pollVoted":
		if body.Choice == nil {
			return "without a choice"
		}
		return fmt.Sprintf("%d by %s", *body.Choice, body.UserID)
	case "deleted":
		if body.Deleted == nil {
			return "without deletedAt"
		}
		return ""
	}
	return body.ID
}

func notificationType(f frame) string { return detailOf(f) }

// inOrder compares two sequences. A note that goes to several channels of one connection may take them in any order.
func inOrder(got, want []string) string {
	if slices.Equal(sortRuns(got), sortRuns(want)) {
		return ""
	}
	return fmt.Sprintf("got  [%s]\n  instead of [%s]", strings.Join(got, " | "), strings.Join(want, " | "))
}

// sortRuns sorts neighbours that tell of the same note.
func sortRuns(list []string) []string {
	list = slices.Clone(list)
	note := func(s string) string {
		fields := strings.Fields(s)
		if len(fields) == 4 && fields[0] == "channel" && fields[2] == "note" {
			return fields[3]
		}
		return ""
	}
	for from := 0; from < len(list); {
		to := from + 1
		for to < len(list) && note(list[from]) != "" && note(list[to]) == note(list[from]) {
			to++
		}
		sort.Strings(list[from:to])
		from = to
	}
	return list
}
