package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
)

// record is one line of a transcript. Which members are set depends on Dir.
type record struct {
	Dir string `json:"dir"` // send, recv, http, handshake, event, mark

	Conn  string          `json:"conn"`  // send, recv, event: the connection's label
	Frame json.RawMessage `json:"frame"` // send, recv: a string that holds the text frame
	Event string          `json:"event"` // event: open, close, ping, pong
	URL   string          `json:"url"`   // event open: …?i=<user or token>
	Text  string          `json:"text"`  // mark

	Who    string         `json:"who"`    // http of a script: username or token, empty for nobody
	Path   string         `json:"path"`   // http of a script: the endpoint
	Params map[string]any `json:"params"` // http of a script
	Status int            `json:"status"` // http
	Body   any            `json:"body"`   // http: the answer

	Label    string            `json:"label"`    // handshake, and http of the HTTP transcript
	Request  json.RawMessage   `json:"request"`  // handshake: lines; http of the HTTP transcript: an httpRequest
	Response string            `json:"response"` // handshake: the head as it came
	Headers  map[string]string `json:"headers"`  // http of the HTTP transcript: of the answer
	Failure  string            `json:"error"`    // http that had no answer: why

	rawBody json.RawMessage // Body as it stood there, for the order of keys
}

// httpRequest is what the HTTP transcript says was sent.
type httpRequest struct {
	Method  string         `json:"method"`
	Path    string         `json:"path"`
	Headers map[string]any `json:"headers"`
	Body    string         `json:"body"`
}

// readTranscript reads a file of JSON lines.
func readTranscript(file string) ([]record, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading a transcript: %w", err)
	}
	records, err := parseTranscript(raw)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", file, err)
	}
	return records, nil
}

// parseTranscript parses JSON lines.
func parseTranscript(raw []byte) ([]record, error) {
	var records []record
	lines := bufio.NewScanner(bytes.NewReader(raw))
	lines.Buffer(nil, 16<<20)
	for n := 1; lines.Scan(); n++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var r record
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		r.rawBody = members(lines.Bytes())["body"]
		records = append(records, r)
	}
	return records, lines.Err()
}

// frame returns the text frame of a send or recv.
func (r record) frame() string {
	var s string
	if json.Unmarshal(r.Frame, &s) != nil {
		return string(r.Frame)
	}
	return s
}

// The recorder shortened what was long and says so at the end of the text.
var shortened = regexp.MustCompile(`\.\.\.<\d+(?: chars)?>$`)

// eachValue calls f with every JSON value that the record holds: the answer of a call, or the frame.
func (r record) eachValue(f func(any)) {
	if r.Body != nil {
		f(r.Body)
	}
	if r.Dir == "recv" {
		if v, err := decodeJSON([]byte(r.frame())); err == nil {
			f(v)
		}
	}
}

// step is a part of a recorded conversation between two marks: what was done, in order, and what each connection got.
type step struct {
	name string
	done []record            // send, http and event
	got  map[string][]record // recv, by connection
}

// splitSteps divides a conversation at its marks. Marks after which nothing was done are dropped, and equal names get a number.
func splitSteps(records []record) []step {
	var steps []step
	seen := map[string]int{}
	current := step{name: "start", got: map[string][]record{}}
	finish := func() {
		if len(current.done) == 0 && len(current.got) == 0 {
			return
		}
		seen[current.name]++
		if n := seen[current.name]; n > 1 {
			current.name = fmt.Sprintf("%s #%d", current.name, n)
		}
		steps = append(steps, current)
	}
	for _, r := range records {
		switch r.Dir {
		case "mark":
			finish()
			current = step{name: strings.TrimSpace(r.Text), got: map[string][]record{}}
		case "recv":
			current.got[r.Conn] = append(current.got[r.Conn], r)
		case "send", "http", "event":
			current.done = append(current.done, r)
		}
	}
	finish()
	return steps
}

// isShortened tells whether the step cannot be done again because a frame of it was not recorded whole.
func (s step) isShortened() bool {
	for _, r := range s.done {
		if r.Dir == "send" && shortened.MatchString(r.frame()) {
			return true
		}
	}
	return false
}

// httpRequest returns what was sent, of a line of the HTTP transcript.
func (r record) httpRequest() httpRequest {
	var q httpRequest
	_ = json.Unmarshal(r.Request, &q) // a handshake's request is a list: then it is empty
	return q
}

// requestLines returns the head of a handshake's request.
func (r record) requestLines() []string {
	var lines []string
	_ = json.Unmarshal(r.Request, &lines) // of an http record it is an object: then there are none
	return lines
}

var tokenInQuery = regexp.MustCompile(`[?&]i=([0-9A-Za-z]+)`)

// queryToken returns the token in a handshake's path, empty when there is none.
func (r record) queryToken() string {
	lines := r.requestLines()
	if len(lines) == 0 {
		return ""
	}
	if m := tokenInQuery.FindStringSubmatch(lines[0]); m != nil {
		return m[1]
	}
	return ""
}
