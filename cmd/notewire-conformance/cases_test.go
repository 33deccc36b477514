package main

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestReport(t *testing.T) {
	var out bytes.Buffer
	r, err := newReport(&out, "frames/^dup")
	if err != nil {
		t.Fatal(err)
	}
	r.ok("frames/dup: one")
	r.differs("frames/dup: two", "why")
	r.fail("frames/other", "not counted")
	r.ok("http/dup")
	if !r.summary() {
		t.Error("nothing failed, and the summary says so not")
	}
	r.fail("frames/dup: three", "a\nb")
	if r.summary() {
		t.Error("a case failed, and the summary says so not")
	}
	text := out.String()
	for _, want := range []string{"ok      frames/dup: one\n", "differs frames/dup: two (why)\n", "FAIL    frames/dup: three: a\n        b\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in the report", want)
		}
	}
	if strings.Contains(text, "other") || !strings.HasSuffix(text, "2 passed, 1 failed\n") {
		t.Errorf("the report is\n%s", text)
	}
	if empty, _ := newReport(&out, ""); empty.summary() {
		t.Error("a run without any case is a success")
	}
}

func TestRefusals(t *testing.T) {
	c, err := readContract(writeContract(t))
	if err != nil {
		t.Fatal(err)
	}
	e := c.api.endpoints["things/show"]
	e.errors["NO_SUCH_USER"] = "u1"
	var names []string
	for _, r := range refusals(e, object{"thingId": "x", "userId": "y"}) {
		names = append(names, r.name+" "+r.code)
		switch r.name {
		case "unknown userId":
			if r.id != "u1" || r.params["userId"] == "y" || r.params["thingId"] != "x" {
				t.Errorf("%+v", r)
			}
		case "without thingId":
			if _, has := r.params["thingId"]; has {
				t.Errorf("%+v", r)
			}
		}
	}
	want := []string{"without a token CREDENTIAL_REQUIRED", "without the permission PERMISSION_DENIED", "without thingId INVALID_PARAM",
		"wrong type of thingId INVALID_PARAM", "limit 0 INVALID_PARAM", "unknown userId NO_SUCH_USER"}
	if !slices.Equal(names, want) {
		t.Errorf("refusals are %q, want %q", names, want)
	}
}

func TestWholeBody(t *testing.T) {
	q := httpRequest{Body: `{"text":"zz...<40>`, Headers: map[string]any{"content-length": 40.0}}
	if got := wholeBody(q); got != `{"text":"`+strings.Repeat("z", 29)+`"}` || len(got) != 40 {
		t.Errorf("restored %q", got)
	}
	if got := wholeBody(httpRequest{Body: "{}"}); got != "{}" {
		t.Errorf("a whole body became %q", got)
	}
}

func TestMayBeRefused(t *testing.T) {
	for shape, want := range map[string]bool{
		"connected an-hashtag": true, "connected an-localTimeline": false, "connected an-again": false, "connected pa1": false, "channel an-hashtag note x": false,
	} {
		if got := mayBeRefused(shape); got != want {
			t.Errorf("%s: %t", shape, got)
		}
	}
}

func TestEveryRequiredEndpointIsCalled(t *testing.T) {
	for _, path := range requiredEndpoints {
		if endpointRows[path].params == nil && !formEndpoints[path] && casesElsewhere[path] == "" {
			t.Errorf("%s has no row", path)
		}
	}
}

func TestReadHead(t *testing.T) {
	head, err := readHead("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer\r\n\r\n")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = head.Body.Close() }()
	if head.StatusCode != http.StatusUnauthorized || head.Header.Get("WWW-Authenticate") != "Bearer" {
		t.Errorf("read as %v", head)
	}
	r := record{Request: []byte(`["GET /streaming?_t=1&i=ABC HTTP/1.1", "Host: x"]`)}
	if r.queryToken() != "ABC" || len(r.requestLines()) != 2 {
		t.Errorf("token %q of %q", r.queryToken(), r.requestLines())
	}
}
