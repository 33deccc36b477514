package watchtest

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"

	"notewire/store/postgres/pgtest"
)

// answer is what /readyz says.
type answer struct {
	Ready             bool
	Failing, Degraded []string
}

// readyz asks, and holds the status to what the body says.
func readyz(t *testing.T, url string) answer {
	t.Helper()
	status, body, h := get(t, url+"/readyz")
	var a answer
	if err := json.Unmarshal([]byte(body), &a); err != nil {
		t.Fatalf("/readyz answers %q: %v", body, err)
	}
	if (status == http.StatusOK) != a.Ready || (len(a.Failing) == 0) != a.Ready || !a.Ready && status != http.StatusServiceUnavailable ||
		h.Get("Cache-Control") != "no-store" {
		t.Fatalf("/readyz answers %d %s %v", status, body, h)
	}
	return a
}

// until waits for an answer on both listeners.
func (n *node) until(t *testing.T, what string, ok func(a answer) bool) {
	t.Helper()
	for _, url := range []string{n.url, n.metrics} {
		eventually(t, what, func() (bool, string) {
			a := readyz(t, url)
			return ok(a), strings.Join(a.Failing, ",") + " " + strings.Join(a.Degraded, ",")
		})
	}
}

func ready(a answer) bool { return a.Ready && len(a.Degraded) == 0 }

// TestReadyz takes away one thing after the other that a node needs, and gives
// it back. One node polls and can do without LISTEN; the other cannot.
func TestReadyz(t *testing.T) {
	ctx := context.Background()
	cluster, err := pgtest.Start(ctx, pgtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cluster.Close(); err != nil {
			t.Error(err)
		}
	})
	db, err := cluster.CreateDatabase(ctx)
	if err != nil {
		t.Fatal(err)
	}
	polling := start(t, "serve", "--database", db.URL, "--files", t.TempDir())
	listening := start(t, "serve", "--database", db.URL, "--files", t.TempDir(), "--poll-interval", "1h", "--drain", "0s")
	polling.until(t, "ready", ready)
	listening.until(t, "ready", ready)

	admin := func(sql string) {
		t.Helper()
		conn, err := pgx.Connect(ctx, cluster.URL(""))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close(ctx) }()
		if _, err := conn.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}

	// LISTEN is gone and cannot come back, while open connections live.
	admin("ALTER DATABASE " + db.Name + " ALLOW_CONNECTIONS false")
	admin("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'notewire listen'")
	polling.until(t, "LISTEN made up for by polling", func(a answer) bool { return a.Ready && slices.Equal(a.Degraded, []string{"listen"}) })
	listening.until(t, "LISTEN missing", func(a answer) bool { return slices.Equal(a.Failing, []string{"listen"}) })
	if m := scrape(t, listening); m["notewire_listening"] != 0 || m["notewire_listen_failures_total"] == 0 || m["notewire_listen_reconnects_total"] != 0 {
		t.Errorf("listening %v, failures %v, reconnects %v", m["notewire_listening"], m["notewire_listen_failures_total"], m["notewire_listen_reconnects_total"])
	}
	admin("ALTER DATABASE " + db.Name + " ALLOW_CONNECTIONS true")
	polling.until(t, "ready again", ready)
	listening.until(t, "ready again", ready)
	if m := scrape(t, listening); m["notewire_listening"] != 1 || m["notewire_listen_reconnects_total"] != 1 {
		t.Errorf("listening %v, reconnects %v", m["notewire_listening"], m["notewire_listen_reconnects_total"])
	}

	// The database is gone. The processes live.
	if err := cluster.Stop(ctx, pgtest.Fast); err != nil {
		t.Fatal(err)
	}
	polling.until(t, "no database", func(a answer) bool {
		return slices.Contains(a.Failing, "database") && slices.Contains(a.Failing, "reader")
	})
	listening.until(t, "no database", func(a answer) bool { return slices.Contains(a.Failing, "database") })
	if m := scrape(t, polling); m["notewire_feed_failing"] != 1 || m["notewire_feed_errors_total"] == 0 {
		t.Errorf("failing %v, errors %v", m["notewire_feed_failing"], m["notewire_feed_errors_total"])
	}
	for _, url := range []string{polling.url, polling.metrics} {
		if status, _, _ := get(t, url+"/healthz"); status != http.StatusOK {
			t.Errorf("%s/healthz answers %d without a database", url, status)
		}
	}
	if err := cluster.Start(ctx); err != nil {
		t.Fatal(err)
	}
	polling.until(t, "ready after a restart", ready)
	listening.until(t, "ready after a restart", ready)

	// A client that does not answer the close frame keeps the node draining.
	conn := silentClient(t, listening)
	if err := listening.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	listening.until(t, "draining", func(a answer) bool { return slices.Equal(a.Failing, []string{"draining"}) })
	if m := scrape(t, listening); m["notewire_draining"] != 1 {
		t.Errorf("draining %v", m["notewire_draining"])
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	listening.wait(t)
	polling.stop(t)
	for _, n := range []*node{polling, listening} {
		if !strings.Contains(n.log.String(), `"not ready"`) || !strings.Contains(n.log.String(), `"ready again"`) {
			t.Error("the log does not tell of the changes")
		}
	}
}

// silentClient upgrades and says nothing more.
func silentClient(t *testing.T, n *node) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(n.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() }) // closed already, usually
	if _, err := io.WriteString(conn, "GET /streaming HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || resp.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("upgrading: %v %v", resp, err)
	}
	_ = resp.Body.Close()
	return conn
}
