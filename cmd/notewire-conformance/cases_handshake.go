package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// handshakeRule says what Notewire answers otherwise to an upgrade.
type handshakeRule struct {
	reason   string
	statuses []int // any of them
}

// handshakeRules are the differences in f-handshake, by label.
var handshakeRules = map[string]handshakeRule{
	"plain GET /streaming without upgrade": {"426 tells what is missing; 503 is for a draining server", []int{http.StatusUpgradeRequired}},
	"other path /":                         {"the root path is the stream of 2018, where that is served", []int{http.StatusSwitchingProtocols, http.StatusNotFound, http.StatusUpgradeRequired, http.StatusOK}},
	"other path /nope":                     {"only the streaming paths can be upgraded", []int{http.StatusNotFound}},
	"path /streaming/":                     {"the path has no slash at the end; it may be forgiven", []int{http.StatusSwitchingProtocols, http.StatusNotFound}},
	"upgrade: h2c":                         {"as any request that does not ask for a websocket", []int{http.StatusBadRequest, http.StatusUpgradeRequired}},
	"deleted account token":                {"a deleted account has no token", []int{http.StatusUnauthorized}},
}

// Headers of the answer to an upgrade that are compared.
var handshakeHeaders = []string{"WWW-Authenticate", "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions", "Sec-WebSocket-Accept"}

// runHandshakes replays the recorded upgrades, with what happened between them.
func runHandshakes(ctx context.Context, w *world) {
	users, err := w.cast(ctx, "handshake", "alice")
	if err != nil {
		w.report.fail("handshake/accounts", "%v", err)
		return
	}
	h := &handshakes{replay: replay{world: w, suite: "handshake", ids: newMapping(), users: users}}
	// The first token that was sent is alice's, and nowhere said to be.
	for _, r := range w.contract.recorded["f-handshake"] {
		if r.Label == "valid token" {
			h.ids.known[r.queryToken()] = users["alice"].token
		}
	}
	for _, r := range w.contract.recorded["f-handshake"] {
		switch r.Dir {
		case "http":
			h.between(ctx, r)
		case "handshake":
			h.one(ctx, r)
		}
	}
}

// handshakes replays f-handshake: upgrades on a socket of their own, and calls that change who may connect.
type handshakes struct {
	replay
	missing []string // endpoints that were needed before the next handshakes and are not served
}

// between does a call that stands between handshakes.
func (h *handshakes) between(ctx context.Context, r record) {
	name := fmt.Sprintf("handshake/%s", r.Path)
	switch r.Path {
	case "admin/accounts/create":
		username, _ := r.Params["username"].(string)
		password, _ := r.Params["password"].(string)
		made, err := h.signup(ctx, username, password)
		if err != nil {
			h.report.fail(name, "%v", err)
			return
		}
		h.ids.known[text(r.Body, "id")] = made.id
		h.ids.known[text(r.Body, "token")] = made.token
		h.missing = nil
		return
	case "admin/unsuspend-user":
		return
	}
	if !h.served[r.Path] && !slices.Contains(requiredEndpoints, r.Path) {
		h.missing = append(h.missing, r.Path)
		return
	}
	if len(h.missing) > 0 {
		return
	}
	complaint, err := h.call(ctx, r, rule{})
	if err != nil || complaint != "" {
		h.report.fail(name, "%v %s", err, complaint)
	}
}

// one does one handshake.
func (h *handshakes) one(ctx context.Context, r record) {
	name := "handshake/" + r.Label
	if len(h.missing) > 0 && r.Label != "before suspend" {
		h.report.differs(name, "not replayed: "+strings.Join(h.missing, ", ")+" is not served")
		return
	}
	want, err := readHead(r.Response)
	if err != nil {
		h.report.fail(name, "the recording: %v", err)
		return
	}
	defer func() { _ = want.Body.Close() }()
	got, err := h.upgrade(ctx, r)
	if err != nil {
		h.report.fail(name, "%v", err)
		return
	}
	defer func() { _ = got.Body.Close() }()
	differing, isDifferent := handshakeRules[r.Label]
	var complaints []string
	if isDifferent {
		if !slices.Contains(differing.statuses, got.StatusCode) {
			complaints = append(complaints, fmt.Sprintf("status %d instead of one of %v", got.StatusCode, differing.statuses))
		}
	} else {
		if got.StatusCode != want.StatusCode {
			complaints = append(complaints, fmt.Sprintf("status %d instead of %d", got.StatusCode, want.StatusCode))
		}
		for _, header := range handshakeHeaders {
			if got.Header.Get(header) != want.Header.Get(header) {
				complaints = append(complaints, fmt.Sprintf("%s is %q instead of %q", header, got.Header.Get(header), want.Header.Get(header)))
			}
		}
	}
	h.report.verdict(name, differing.reason, complaints)
}

// upgrade sends the recorded bytes on a socket of its own and reads the answer's head.
func (h *handshakes) upgrade(ctx context.Context, r record) (*http.Response, error) {
	base, err := url.Parse(h.base)
	if err != nil {
		return nil, fmt.Errorf("reading the server's address: %w", err)
	}
	dialer := net.Dialer{Timeout: answerTimeout}
	conn, err := dialer.DialContext(ctx, "tcp", base.Host)
	if err != nil {
		return nil, fmt.Errorf("connecting: %w", err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(answerTimeout)); err != nil {
		return nil, fmt.Errorf("setting a deadline: %w", err)
	}
	lines := r.requestLines()
	if len(lines) == 0 {
		return nil, errors.New("the recording has no request")
	}
	head := h.ids.in(strings.Join(lines, "\r\n")) + "\r\n\r\n"
	if _, err := conn.Write([]byte(head)); err != nil {
		return nil, fmt.Errorf("sending the request: %w", err)
	}
	method, _, _ := strings.Cut(lines[0], " ")
	response, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		return nil, fmt.Errorf("reading the answer: %w", err)
	}
	return response, nil
}

// readHead parses a recorded head.
func readHead(raw string) (*http.Response, error) {
	response, err := http.ReadResponse(bufio.NewReader(strings.NewReader(raw)), nil)
	if err != nil {
		return nil, fmt.Errorf("reading a head: %w", err)
	}
	return response, nil
}
