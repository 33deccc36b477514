package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// smallAPI is a description of two endpoints.
const smallAPI = `{"openapi": "3.1.0", "paths": {
  "/things/show": {"post": {"description": "x **Credential required**: *Yes* / **Permission**: *read:things*",
    "requestBody": {"content": {"application/json": {"schema": {"type": "object", "required": ["thingId"],
      "properties": {"thingId": {"type": "string", "format": "misskey:id"}, "limit": {"type": "integer", "minimum": 1}}}}}},
    "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
      "400": {"content": {"application/json": {"examples": {"NO_SUCH_NOTE": {"value": {"error": {"id": "e1"}}}}}}}}}},
  "/things/delete": {"post": {"description": "**Credential required**: *No*", "responses": {"204": {}}}}},
 "components": {"schemas": {
  "Thing": {"type": "object", "required": ["id", "at", "gone"], "properties": {
    "id": {"type": "string", "format": "id"}, "at": {"type": "string", "format": "date-time"}, "gone": {"type": "string"}}},
  "Note": {"type": "object", "required": ["id", "text"], "properties": {"id": {"type": "string"}}},
  "Notification": {"oneOf": [
    {"type": "object", "properties": {"type": {"enum": ["a"]}, "x": {"type": "string"}}, "required": ["x"]},
    {"type": "object", "properties": {"type": {"enum": ["b"]}}, "required": ["y"]}]},
  "Error": {"type": "object"}, "UserLite": {"type": "object"}, "UserDetailedNotMe": {"type": "object"}, "MeDetailed": {"type": "object"}}}}`

const smallTranscript = `{"dir":"event","conn":"alice","event":"open","url":"ws://HOST/streaming?i=<alice>"}
{"dir":"mark","text":"connect"}
{"dir":"send","conn":"alice","frame":"{\"type\":\"connect\",\"body\":{\"channel\":\"main\",\"id\":\"p\",\"pong\":true}}"}
{"dir":"recv","conn":"alice","frame":"{\"type\":\"connected\",\"body\":{\"id\":\"p\"}}"}
{"dir":"mark","text":"nothing: true"}
{"dir":"mark","text":"post"}
{"dir":"recv","conn":"alice","frame":"{\"type\":\"channel\",\"body\":{\"id\":\"p\",\"type\":\"note\",\"body\":{\"id\":\"abcdefgh00000001\",\"user\":{\"id\":\"u0000000\",\"username\":\"al\"}}}}"}
{"dir":"http","who":"alice","path":"things/show","params":{"thingId":"x"},"status":200,"body":{"id":"x","at":"2026-01-01T00:00:00.000Z"}}
`

// writeContract makes a folder like the one that the tool reads.
func writeContract(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	transcripts := filepath.Join(folder, "misskey", "transcripts")
	if err := os.MkdirAll(transcripts, 0o755); err != nil {
		t.Fatal(err)
	}
	for file, content := range map[string]string{
		filepath.Join(folder, "misskey", "api.json"): smallAPI,
		filepath.Join(transcripts, "small.jsonl"):    smallTranscript,
	} {
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func TestReadContract(t *testing.T) {
	c, err := readContract(writeContract(t))
	if err != nil {
		t.Fatal(err)
	}
	e := c.api.endpoints["things/show"]
	if e == nil || !e.credential || e.permission != "read:things" || !e.hasAnswer || e.errors["NO_SUCH_NOTE"] != "e1" {
		t.Errorf("things/show was read as %+v", e)
	}
	if other := c.api.endpoints["things/delete"]; other == nil || other.credential || other.hasAnswer {
		t.Errorf("things/delete was read as %+v", other)
	}
	if c.usernames["u0000000"] != "al" {
		t.Errorf("usernames are %v", c.usernames)
	}
}

func TestRecordingWinsOverSchema(t *testing.T) {
	c, err := readContract(writeContract(t))
	if err != nil {
		t.Fatal(err)
	}
	// The recorded answer has no "gone", so nobody needs it; the recorded note has no text.
	value := map[string]any{"id": "x y", "at": "yesterday"}
	own, shared, err := c.api.schemas.check(componentSchema("Thing"), value)
	if err != nil {
		t.Fatal(err)
	}
	if len(own) != 2 || !strings.Contains(own[0]+own[1], "date-time") || !strings.Contains(own[0]+own[1], "is not a id") {
		t.Errorf("own violations are %q", own)
	}
	if len(shared) != 1 || !strings.Contains(shared[0], "missing gone") {
		t.Errorf("shared violations are %q", shared)
	}
	own, _, err = c.api.schemas.check(componentSchema("Note"), map[string]any{"id": 5.0})
	if err != nil || len(own) != 1 || !strings.Contains(own[0], "is number, not string") {
		t.Errorf("violations of a note are %q, %v", own, err)
	}
}

func TestAlternativesAreDecidedByType(t *testing.T) {
	c, err := readContract(writeContract(t))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		value map[string]any
		want  string
	}{
		{map[string]any{"type": "a", "x": "1"}, ""},
		{map[string]any{"type": "a"}, "missing x"},
		{map[string]any{"type": "b"}, "missing y"},
		{map[string]any{"type": "c"}, "c is not among the values"},
		{map[string]any{"x": "1"}, "missing type"},
	}
	for _, tt := range tests {
		own, _, err := c.api.schemas.check(componentSchema("Notification"), tt.value)
		if err != nil {
			t.Fatal(err)
		}
		if tt.want == "" && len(own) != 0 || tt.want != "" && (len(own) != 1 || !strings.Contains(own[0], tt.want)) {
			t.Errorf("%v has the violations %q, want %q", tt.value, own, tt.want)
		}
	}
}

func TestRunWithoutContract(t *testing.T) {
	var out bytes.Buffer
	if err := run(context.Background(), nil, &out, &out); err == nil || !strings.Contains(err.Error(), "-contract") {
		t.Errorf("without -contract: %v", err)
	}
	if err := run(context.Background(), []string{"-contract", t.TempDir()}, &out, &out); err == nil || !strings.Contains(err.Error(), "api.json") {
		t.Errorf("with an empty folder: %v", err)
	}
	if err := run(context.Background(), []string{"-contract", writeContract(t), "-binary", filepath.Join(t.TempDir(), "none")}, &out, &out); err == nil {
		t.Error("a program that does not exist was started")
	}
}

func TestServerThatEndsAtOnce(t *testing.T) {
	program := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho no database\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := startServer(context.Background(), program, "sqlite", &bytes.Buffer{})
	if err == nil || !strings.Contains(err.Error(), "no database") {
		t.Errorf("the error does not carry the program's last line: %v", err)
	}
}

func TestServerAddressAndStop(t *testing.T) {
	program := filepath.Join(t.TempDir(), "program")
	script := "#!/bin/sh\ntrap 'exit 0' TERM\necho \"listening on http://127.0.0.1:4321, see http://other:1\"\nwhile :; do sleep 0.05; done\n"
	if err := os.WriteFile(program, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	s, err := startServer(context.Background(), program, "sqlite", &bytes.Buffer{})
	if err != nil {
		t.Fatal(err)
	}
	if s.url != "http://127.0.0.1:4321" {
		t.Errorf("the address is %q", s.url)
	}
	if err := s.stop(); err != nil {
		t.Errorf("stopping: %v", err)
	}
	if _, err := os.Stat(s.folder); !os.IsNotExist(err) {
		t.Errorf("its folder is still there: %v", err)
	}
}
