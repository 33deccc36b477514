package watchtest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"notewire/store/postgres/pgtest"
)

// patience is how long a test waits for what has to come. It fails a test that
// would hang, and decides nothing else.
const patience = 60 * time.Second

// binary is the program under test, set by TestMain.
var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "notewire-watchtest-")
	if err == nil {
		binary = filepath.Join(dir, "notewire")
		var out []byte
		if out, err = exec.Command("go", "build", "-o", binary, "notewire/cmd/notewire").CombinedOutput(); err != nil {
			err = fmt.Errorf("%w: %s", err, out)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "building the binary under test:", err)
		os.Exit(1)
	}
	goleak.VerifyTestMain(cleaning{pgtest.Suite{M: m}, dir})
}

// cleaning removes the binary after the tests.
type cleaning struct {
	pgtest.Suite
	dir string
}

func (c cleaning) Run() int {
	defer func() { _ = os.RemoveAll(c.dir) }()
	return c.Suite.Run()
}

// text is output that one goroutine writes and another reads.
type text struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *text) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *text) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// node is a running server.
type node struct {
	cmd          *exec.Cmd
	url, metrics string // of the public listener, and of that for metrics
	log          *text
	ended        bool
}

// start runs the program and waits until it listens.
func start(t *testing.T, args ...string) *node {
	t.Helper()
	n := &node{log: new(text)}
	n.cmd = exec.Command(binary, append([]string{"--log-level", "debug", "--log-format", "json"}, append(args,
		"--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0", "--ping-interval", "1h", "--pong-timeout", "1h")...)...)
	n.cmd.Dir = t.TempDir()
	n.cmd.Stderr = n.log
	out, err := n.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := n.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if !n.ended {
			_ = n.cmd.Process.Kill()
			_ = n.cmd.Wait()
		}
	})
	lines := bufio.NewScanner(out)
	for n.metrics == "" && lines.Scan() {
		if u, ok := strings.CutPrefix(lines.Text(), "notewire is listening on "); ok {
			n.url = u
		}
		if u, ok := strings.CutPrefix(lines.Text(), "notewire shows metrics on "); ok {
			n.metrics = strings.TrimSuffix(u, "/metrics")
		}
	}
	if n.url == "" || n.metrics == "" {
		t.Fatalf("the server tells no addresses: %s", n.log)
	}
	return n
}

// stop sends SIGTERM and waits for the end.
func (n *node) stop(t *testing.T) {
	t.Helper()
	if err := n.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	n.wait(t)
}

func (n *node) wait(t *testing.T) {
	t.Helper()
	n.ended = true
	if err := n.cmd.Wait(); err != nil {
		t.Fatalf("the server ended with %v: %s", err, n.log)
	}
}

// eventually asks again until ok says yes; a metric is written after what it
// counts was seen, so nothing else can be waited for.
func eventually(t *testing.T, what string, ok func() (bool, string)) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		done, got := ok()
		if done {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s does not come: %s", what, got)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

var client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: patience}

// get answers the status, the body and the headers.
func get(t *testing.T, url string) (int, string, http.Header) {
	t.Helper()
	resp, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body), resp.Header
}

// call calls an endpoint and answers the status and the decoded body.
func call(t *testing.T, n *node, endpoint, token, params string) (int, map[string]any) {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, n.url+"/api/"+endpoint, strings.NewReader(params))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var answer map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil && resp.StatusCode != http.StatusNoContent {
		t.Fatalf("%s: %v", endpoint, err)
	}
	return resp.StatusCode, answer
}

// scrape answers every sample of /metrics by its name and labels.
func scrape(t *testing.T, n *node) map[string]float64 {
	t.Helper()
	status, body, _ := get(t, n.metrics+"/metrics")
	if status != http.StatusOK {
		t.Fatalf("/metrics answers %d: %s", status, body)
	}
	samples := map[string]float64{}
	for line := range strings.Lines(body) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") {
			continue
		}
		i := strings.LastIndexByte(line, ' ')
		v, err := strconv.ParseFloat(line[i+1:], 64)
		if err != nil {
			t.Fatalf("not a sample: %q", line)
		}
		samples[line[:i]] = v
	}
	return samples
}

// moved is what changed between two scrapes, except for samples that others
// than the script move.
func moved(before, after map[string]float64, except func(sample string) bool) map[string]float64 {
	all := maps.Clone(before)
	maps.Copy(all, after)
	changes := map[string]float64{}
	for sample := range all {
		if d := after[sample] - before[sample]; d != 0 && !except(sample) {
			changes[sample] = d
		}
	}
	return changes
}
