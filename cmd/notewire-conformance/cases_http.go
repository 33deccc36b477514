package main

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// httpRule says what Notewire answers otherwise to a request of the HTTP transcript.
type httpRule struct {
	reason string
	skip   bool
	status int    // 0: as recorded
	needs  string // endpoint without which what the request builds on has not happened
}

// httpRules are the differences in the HTTP transcript, by label.
var httpRules = map[string]httpRule{
	"notes/create: i numeric":               {reason: "Misskey never answers", skip: true},
	"GET /api":                              {reason: "Misskey's web client", skip: true},
	"notes/delete within 1 s (rate)":        {reason: "the server runs without rate limits here", skip: true},
	"signup (registration state default)":   {reason: "the server runs with open registration here", skip: true},
	"reset-db in production":                {reason: "an endpoint of Misskey's own tests", skip: true},
	"signup dup":                            {reason: "recorded with closed registration, which answers without a body", status: http.StatusBadRequest},
	"signup no username":                    {reason: "recorded with closed registration, which answers without a body", status: http.StatusBadRequest},
	"suspended notes/create":                {needs: "admin/suspend-user"},
	"suspended meta (no credential needed)": {needs: "admin/suspend-user"},
	"GET /streaming (no upgrade)":           {reason: "426 tells what is missing; 503 is for a draining server", status: http.StatusUpgradeRequired},
	"admin/accounts/create dup":             {reason: "Misskey fails with 500 and leaks its own error", skip: true},
}

// runHTTP replays the HTTP transcript.
func runHTTP(ctx context.Context, w *world) {
	records := w.contract.recorded["http"]
	h, err := newHTTPReplay(ctx, w, records)
	if err != nil {
		w.report.fail("http/accounts", "%v", err)
		return
	}
	seen := map[string]bool{}
	for _, r := range records {
		name := "http/" + r.Label
		differing := httpRules[r.Label]
		path := strings.TrimPrefix(r.httpRequest().Path, "/api/")
		switch {
		case differing.skip && seen[r.Label]:
			continue
		case differing.skip:
			w.report.differs(name, "not replayed: "+differing.reason)
		case strings.HasPrefix(path, "admin/") && !w.served[path], w.contract.api.endpoints[path] != nil && !w.served[path] && !slices.Contains(requiredEndpoints, path):
			w.report.differs(name, "not replayed: "+path+" is not served")
		case differing.needs != "" && !w.served[differing.needs]:
			w.report.differs(name, "not replayed: "+differing.needs+" is not served")
		default:
			complaints, err := h.one(ctx, r, differing)
			if err != nil {
				complaints = append(complaints, err.Error())
			}
			w.report.verdict(name, differing.reason, complaints)
		}
		seen[r.Label] = true
	}
}

// httpReplay has the recorded exchanges again, with tokens and ids of this run.
type httpReplay struct {
	*world
	ids *mapping
}

var tokenInBody = regexp.MustCompile(`"i":"([0-9A-Za-z]{16})"`)

// newHTTPReplay finds out whose the recorded tokens are, and makes users and relations as they were.
func newHTTPReplay(ctx context.Context, w *world, records []record) (*httpReplay, error) {
	names := []string{"alice", "bob", "carol", "dave", "eve", "mallory"}
	users, err := w.cast(ctx, "http", names...)
	if err != nil {
		return nil, err
	}
	h := &httpReplay{world: w, ids: newMapping()}
	for id, name := range w.contract.usernames {
		if a := users[name]; a != nil {
			h.ids.known[id] = a.id
		}
	}
	for _, r := range records {
		token := tokenInBody.FindStringSubmatch(r.httpRequest().Body)
		if token == nil || h.ids.known[token[1]] != "" || r.Status == http.StatusUnauthorized {
			continue
		}
		owner := text(r.Body, "createdNote", "user", "username")
		for _, name := range names {
			if owner == "" && strings.Contains(" "+r.Label+" ", " "+name+" ") && !strings.Contains(r.Label, "as "+name) {
				owner = name
			}
		}
		if owner == "" && strings.HasPrefix(r.httpRequest().Path, "/api/admin/") && r.Status != http.StatusForbidden && r.Status != http.StatusBadRequest {
			owner = "admin"
		}
		if a := users[owner]; a != nil {
			h.ids.known[token[1]] = a.token
		}
	}
	// Those of whom the recording has only the id are known by what happens to them.
	byLabel := map[string]string{"following/delete not following": "carol", "following blocked by": "eve", "following someone I block": "mallory", "mute already": "dave"}
	for _, r := range records {
		if name := byLabel[r.Label]; name != "" {
			if m := regexp.MustCompile(`"userId":"([0-9a-z]{16})"`).FindStringSubmatch(r.httpRequest().Body); m != nil {
				h.ids.known[m[1]] = users[name].id
			}
		}
	}
	relations := []struct{ who, path, whom string }{
		{"alice", "following/create", "bob"}, {"alice", "mute/create", "dave"}, {"alice", "blocking/create", "mallory"}, {"eve", "blocking/create", "alice"},
	}
	for _, r := range relations {
		// What does not build on a relation can still be compared without it.
		if _, err := w.must(ctx, users[r.who], r.path, map[string]any{"userId": users[r.whom].id}); err != nil {
			w.report.fail("http/relations", "%v", err)
		}
	}
	return h, nil
}

var shortenedBody = regexp.MustCompile(`(?s)^(.*)(.)\.\.\.<\d+>$`)

// wholeBody restores a body that the recorder shortened: it ended in a run of one character and the ends of two brackets.
func wholeBody(q httpRequest) string {
	m := shortenedBody.FindStringSubmatch(q.Body)
	if m == nil {
		return q.Body
	}
	length, _ := q.Headers["content-length"].(float64)
	const end = `"}`
	head := m[1] + m[2]
	return head + strings.Repeat(m[2], max(0, int(length)-len(head)-len(end))) + end
}

// one has one exchange.
func (h *httpReplay) one(ctx context.Context, r record, differing httpRule) ([]string, error) {
	q := r.httpRequest()
	header := http.Header{}
	for name, value := range q.Headers {
		if s, ok := value.(string); ok {
			header.Set(name, h.ids.in(s))
		}
	}
	var body []byte
	if _, has := q.Headers["content-length"]; has {
		body = []byte(h.withNames(h.ids.in(wholeBody(q))))
	}
	got, err := h.exchange(ctx, q.Method, h.ids.in(q.Path), header, body)
	if err != nil {
		return nil, err
	}
	h.ids.learn(r.Body, got.body)
	if r.Status == http.StatusOK && got.status == http.StatusOK {
		h.keys.answer(strings.TrimPrefix(q.Path, "/api/"), r.rawBody, got.raw)
	}
	var complaints []string
	differ := func(what string, have, want any) {
		if have != want {
			complaints = append(complaints, fmt.Sprintf("%s: %v instead of %v", what, have, want))
		}
	}
	if differing.status != 0 {
		differ("status", got.status, differing.status)
		return complaints, nil
	}
	differ("status", got.status, r.Status)
	if strings.HasPrefix(q.Path, "/api/") {
		differ("content-type", got.header.Get("Content-Type"), r.Headers["content-type"])
		differ("www-authenticate", got.header.Get("WWW-Authenticate"), r.Headers["www-authenticate"])
	}
	for _, member := range []string{"code", "id", "kind", "message"} {
		if recorded := text(r.Body, "error", member); recorded != "" {
			differ("error's "+member, text(got.body, "error", member), recorded)
		}
	}
	if at(r.Body, "isHidden") == true {
		differ("isHidden", at(got.body, "isHidden"), true)
		differ("the text of a hidden note", at(got.body, "text"), nil)
	}
	if r.Body == nil || r.Body == "" {
		differ("body", string(got.raw), "")
	}
	if len(complaints) > 0 {
		complaints = append(complaints, "it answered "+got.String())
	}
	return complaints, nil
}

// withNames turns usernames in a body into those of this suite.
func (h *httpReplay) withNames(body string) string {
	for _, name := range []string{"alice", "bob"} {
		body = strings.ReplaceAll(body, `"username":"`+name+`"`, `"username":"`+name+`_http"`)
	}
	return body
}
