package watchtest

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"nhooyr.io/websocket"

	"notewire/store/postgres/pgtest"
)

// The tokens of dev's demo users.
const (
	alice = "alicetoken000000"
	bob   = "bobtoken00000000"
)

// script counts what goes over the wire from the client's side.
type script struct {
	t    *testing.T
	want map[string]float64
}

func (s *script) add(sample string, n int) { s.want[sample] += float64(n) }

func (s *script) say(c *websocket.Conn, typ, ignored, message string) {
	s.t.Helper()
	if err := c.Write(context.Background(), websocket.MessageText, []byte(message)); err != nil {
		s.t.Fatal(err)
	}
	s.add(fmt.Sprintf(`notewire_messages_received_total{type=%q}`, typ), 1)
	s.add(fmt.Sprintf(`notewire_message_bytes_received_total{type=%q}`, typ), len(message))
	if ignored != "" {
		s.add(fmt.Sprintf(`notewire_messages_ignored_total{reason=%q}`, ignored), 1)
	}
	s.add("notewire_received_frames_total", 1)
	s.add("notewire_received_bytes_total", 4+header(len(message))+len(message)) // with the mask
}

func (s *script) hear(c *websocket.Conn, typ, contains string) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_, message, err := c.Read(ctx)
	if err != nil || !strings.Contains(string(message), contains) {
		s.t.Fatalf("got %s, %v; want %s", message, err, contains)
	}
	s.add(fmt.Sprintf(`notewire_frames_sent_total{type=%q}`, typ), 1)
	s.add(fmt.Sprintf(`notewire_sent_bytes_total{type=%q}`, typ), header(len(message))+len(message))
}

// header is the size of an unmasked header (RFC 6455, section 5.2).
func header(payload int) int {
	if payload < 126 {
		return 2
	}
	return 4
}

func (s *script) call(n *node, endpoint, token, params string, want int) map[string]any {
	s.t.Helper()
	status, answer := call(s.t, n, endpoint, token, params)
	if status != want {
		s.t.Fatalf("%s answers %d %v, want %d", endpoint, status, answer, want)
	}
	s.add(fmt.Sprintf(`notewire_http_requests_total{endpoint=%q,status="%d"}`, endpoint, status), 1)
	s.add(fmt.Sprintf(`notewire_http_request_duration_seconds_count{endpoint=%q}`, endpoint), 1)
	if status == http.StatusTooManyRequests {
		s.add(fmt.Sprintf(`notewire_http_rate_limited_total{endpoint=%q}`, endpoint), 1)
	}
	return answer
}

// dial connects, or answers the status of the refusal.
func dial(t *testing.T, n *node, query string) (*websocket.Conn, int) {
	t.Helper()
	c, resp, err := websocket.Dial(context.Background(), n.url+"/streaming"+query, nil)
	if err != nil {
		if resp == nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close() // a refusal has no body worth reading
		return nil, resp.StatusCode
	}
	t.Cleanup(func() { _ = c.CloseNow() })
	return c, http.StatusSwitchingProtocols
}

// movesByItself matches samples that move by themselves, by the clock or by how fast
// the machine is.
var movesByItself = regexp.MustCompile(`^(go_|process_|promhttp_|notewire_(feed_reads|feed_last_read|feed_horizons|feed_position|feed_events|` +
	`feed_lag_seconds|feed_ids|http_request_duration_seconds_(bucket|sum)|frames_queued|notifies|mailbox))`)

// TestEverySampleMovesByWhatHappened runs a script of calls and frames against
// the real program and compares all that it shows before and after, sample by
// sample: what is named moved by exactly as much, and nothing else moved.
func TestEverySampleMovesByWhatHappened(t *testing.T) {
	for name, database := range map[string]func(t *testing.T) string{
		"sqlite":   func(*testing.T) string { return "sqlite::memory:" },
		"postgres": func(t *testing.T) string { return pgtest.Shared(t).NewDatabase(t).URL },
	} {
		t.Run(name, func(t *testing.T) {
			n := start(t, "dev", "--database", database(t), "--rate-limits", "on")
			scenario(t, n)
		})
	}
}

func scenario(t *testing.T, n *node) {
	n.until(t, "ready", ready) // which takes a first read of the log
	for _, url := range []string{n.url, n.metrics} {
		if status, _, h := get(t, url+"/healthz"); status != http.StatusOK || h.Get("Cache-Control") != "no-store" {
			t.Fatalf("%s/healthz: %d", url, status)
		}
	}
	if status, _, _ := get(t, n.url+"/metrics"); status != http.StatusNotFound {
		t.Errorf("the public listener answers /metrics with %d", status)
	}
	before := scrape(t, n)
	for _, sample := range []string{"go_goroutines", "process_resident_memory_bytes", "notewire_feed_failing", "notewire_queue_bytes"} {
		if _, ok := before[sample]; !ok {
			t.Errorf("%s is missing", sample)
		}
	}
	if before["notewire_listening"] != 1 || before["notewire_scrape_complete"] != 1 {
		t.Errorf("listening %v, complete %v", before["notewire_listening"], before["notewire_scrape_complete"])
	}
	s := &script{t: t, want: map[string]float64{}}

	if _, status := dial(t, n, "?i=nobodystoken0000"); status != http.StatusUnauthorized {
		t.Fatalf("an unknown token is answered with %d", status)
	}
	s.add(`notewire_upgrades_refused_total{reason="unauthorized"}`, 1)
	if status, _, _ := get(t, n.url+"/streaming"); status != http.StatusUpgradeRequired {
		t.Fatalf("a plain GET is answered with %d", status)
	}
	s.add(`notewire_upgrades_refused_total{reason="plain"}`, 1)

	a, _ := dial(t, n, "?i="+alice)
	nobody, _ := dial(t, n, "")
	s.add("notewire_connections_accepted_total", 2)
	s.add(`notewire_connections{auth="user"}`, 1)
	s.add(`notewire_connections{auth="anonymous"}`, 1)
	s.add("notewire_viewers", 1)

	s.say(a, "connect", "", `{"type":"connect","body":{"channel":"localTimeline","id":"1","pong":true}}`)
	s.hear(a, "connected", `"1"`)
	s.say(a, "connect", "", `{"type":"connect","body":{"channel":"main","id":"2","pong":true}}`)
	s.hear(a, "connected", `"2"`)
	s.say(a, "connect", "", `{"type":"connect","body":{"channel":"main","id":"3"}}`)
	s.add(`notewire_connects_ignored_total{reason="already_joined"}`, 1)
	s.say(a, "connect", "", `{"type":"connect","body":{"channel":"no such channel","id":"4"}}`)
	s.add(`notewire_connects_ignored_total{reason="unknown_channel"}`, 1)
	s.say(a, "ignored", "heartbeat", `h`)
	s.say(a, "ignored", "not_json", `{"i":"`+alice)
	s.say(nobody, "ignored", "unknown_type", `{"type":"dance"}`)
	s.say(nobody, "connect", "", `{"type":"connect","body":{"channel":"main","id":"1"}}`)
	s.add(`notewire_connects_ignored_total{reason="not_permitted"}`, 1)
	s.say(nobody, "connect", "", `{"type":"connect","body":{"channel":"localTimeline","id":"l","pong":true}}`)
	s.hear(nobody, "connected", `"l"`)
	s.add(`notewire_channels{channel="localTimeline"}`, 2)
	s.add(`notewire_channels{channel="main"}`, 1)

	created, _ := s.call(n, "notes/create", bob, `{"text":"hello"}`, http.StatusOK)["createdNote"].(map[string]any)
	note, _ := created["id"].(string)
	if note == "" {
		t.Fatalf("notes/create answered %v", created)
	}
	s.hear(a, "channel", note)
	s.hear(nobody, "channel", note)
	s.say(a, "subNote", "", `{"type":"sr","body":{"id":"`+note+`"}}`)
	s.say(a, "connect", "", `{"type":"connect","body":{"channel":"globalTimeline","id":"g","pong":true}}`)
	s.hear(a, "connected", `"g"`) // and the capture counts
	s.add(`notewire_channels{channel="globalTimeline"}`, 1)
	s.add("notewire_captures", 1)
	s.add("notewire_captured_notes", 1)
	s.call(n, "notes/reactions/create", bob, `{"noteId":"`+note+`","reaction":"👍"}`, http.StatusNoContent)
	s.hear(a, "noteUpdated", "reacted")

	s.call(n, "notes/show", alice, `{"noteId":"nothing"}`, http.StatusBadRequest)
	for range 10 {
		s.call(n, "channels/create", alice, `{}`, http.StatusBadRequest)
	}
	s.call(n, "channels/create", alice, `{}`, http.StatusTooManyRequests)
	call(t, n, "no/such/endpoint/"+alice, alice, `{}`)
	s.add(`notewire_http_requests_total{endpoint="unknown",status="404"}`, 1)
	s.add(`notewire_http_request_duration_seconds_count{endpoint="unknown"}`, 1)

	s.waitUntilEqual(n, before)
	documented(t, n)
	middle := scrape(t, n)
	if lag, events := middle["notewire_feed_lag_seconds_count"], middle["notewire_feed_events_total"]; events == 0 || lag != events {
		t.Errorf("%v events, the lag of %v", events, lag)
	}

	// Alice leaves with a close frame, the other without.
	if err := a.Close(websocket.StatusNormalClosure, ""); err != nil {
		t.Fatal(err)
	}
	_ = nobody.CloseNow()
	s = &script{t: t, want: map[string]float64{}}
	s.add(`notewire_connections{auth="user"}`, -1)
	s.add(`notewire_connections{auth="anonymous"}`, -1)
	s.add(`notewire_connections_closed_total{code="none",reason="client"}`, 1)
	s.add(`notewire_connections_closed_total{code="none",reason="gone"}`, 1)
	s.add(`notewire_channels{channel="localTimeline"}`, -2)
	s.add(`notewire_channels{channel="main"}`, -1)
	s.add(`notewire_channels{channel="globalTimeline"}`, -1)
	s.add("notewire_captures", -1)
	s.add("notewire_captured_notes", -1)
	s.add("notewire_received_frames_total", 1) // alice's close frame: 2 of header, 4 of mask, 2 of code
	s.add("notewire_received_bytes_total", 8)
	s.add(`notewire_frames_sent_total{type="close"}`, 1)
	s.add(`notewire_sent_bytes_total{type="close"}`, 4)
	s.waitUntilEqual(n, middle)
	last := scrape(t, n)
	n.stop(t)
	checkLog(t, n, last)
	noTokens(t, "the metrics", fmt.Sprint(slices.Collect(maps.Keys(last))))
	noTokens(t, "the log", n.log.String())
}

// waitUntilEqual waits until what moved since is what the script says.
func (s *script) waitUntilEqual(n *node, since map[string]float64) {
	s.t.Helper()
	eventually(s.t, "the expected figures", func() (bool, string) {
		got := moved(since, scrape(s.t, n), movesByItself.MatchString)
		if maps.Equal(got, s.want) {
			return true, ""
		}
		var wrong []string
		all := maps.Clone(got)
		maps.Copy(all, s.want)
		for sample := range all {
			if got[sample] != s.want[sample] {
				wrong = append(wrong, fmt.Sprintf("%s moved by %v, want %v", sample, got[sample], s.want[sample]))
			}
		}
		slices.Sort(wrong)
		return false, strings.Join(wrong, "\n")
	})
}

// checkLog holds the log to one line at open and one at close for each
// connection, whose figures add up to those of the metrics.
func checkLog(t *testing.T, n *node, last map[string]float64) {
	t.Helper()
	type line struct {
		Msg, Level, Conn, User, Addr, Agent, Reason string
		Seconds, Code                               *int
		FramesIn, BytesIn, FramesOut, BytesOut      float64
	}
	var opened, closed []line
	for l := range strings.Lines(n.log.String()) {
		var v line
		if err := json.Unmarshal([]byte(l), &v); err != nil {
			t.Fatalf("not a line of JSON: %s", l)
		}
		switch v.Msg {
		case "connection opened":
			opened = append(opened, v)
		case "connection closed":
			closed = append(closed, v)
		}
	}
	if len(opened) != 2 || len(closed) != 2 {
		t.Fatalf("%d opened, %d closed, want 2 and 2", len(opened), len(closed))
	}
	var sum line
	reasons := map[string]string{}
	for _, c := range closed {
		if c.Level != "INFO" || c.Conn == "" || c.Addr != "127.0.0.1" || c.Agent == "" || c.Seconds == nil || c.Code == nil {
			t.Errorf("a line lacks something: %+v", c)
		}
		reasons[c.Reason] = c.User
		sum.FramesIn += c.FramesIn
		sum.BytesIn += c.BytesIn
		sum.FramesOut += c.FramesOut
		sum.BytesOut += c.BytesOut
	}
	if user, ok := reasons["gone"]; len(reasons) != 2 || !ok || user != "" || reasons["client"] == "" {
		t.Errorf("who left how: %v", reasons)
	}
	var framesOut, bytesOut float64
	for sample, v := range last {
		if strings.HasPrefix(sample, "notewire_frames_sent_total{") {
			framesOut += v
		}
		if strings.HasPrefix(sample, "notewire_sent_bytes_total{") {
			bytesOut += v
		}
	}
	if sum.FramesIn != last["notewire_received_frames_total"] || sum.BytesIn != last["notewire_received_bytes_total"] ||
		sum.FramesOut != framesOut || sum.BytesOut != bytesOut || bytesOut == 0 {
		t.Errorf("the log has %+v, the metrics %v frames and %v bytes out", sum, framesOut, bytesOut)
	}
}

// noTokens says whether a token, or its beginning, is in what operators see.
func noTokens(t *testing.T, what, seen string) {
	t.Helper()
	for _, token := range []string{alice, bob, "nobodystoken0000"} {
		if strings.Contains(seen, token[:12]) {
			t.Errorf("%s show a token", what)
			_, _ = fmt.Fprintln(os.Stderr, seen)
		}
	}
}

// documented holds docs/metrics.md to every metric that there is, with its type
// and in the words of its help.
func documented(t *testing.T, n *node) {
	t.Helper()
	raw, err := os.ReadFile("../../../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	page := strings.Join(strings.Fields(string(raw)), " ") // its lines may be broken anywhere
	_, body, _ := get(t, n.metrics+"/metrics")
	help := map[string]string{}
	for line := range strings.Lines(body) {
		words := strings.SplitN(strings.TrimSpace(line), " ", 4)
		if len(words) < 4 || !strings.HasPrefix(words[2], "notewire_") {
			continue
		}
		switch name, rest := words[2], words[3]; words[1] {
		case "HELP":
			help[name] = rest
		case "TYPE":
			entry := regexp.MustCompile("- `" + name + "` \\(" + rest + "[^)]*\\): " + regexp.QuoteMeta(help[name]))
			if !entry.MatchString(page) {
				t.Errorf("docs/metrics.md does not tell of %s, %s: %s", name, rest, help[name])
			}
		}
	}
	if len(help) < 50 {
		t.Errorf("only %d metrics", len(help))
	}
}
