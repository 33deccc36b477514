package securitytest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"notewire/api/socket"
	"notewire/cmd/notewire/app"
)

// BenchmarkOthers measures what 100 hostile clients do to everybody else: the
// time from a call of notes/create to the frame at a viewer who behaves, with
// each kind of them and with none, in one run.
func BenchmarkOthers(b *testing.B) {
	const clients = 100
	kinds := []struct {
		name   string
		attack func(n *node, bob person)
	}{
		{"none", func(*node, person) {}},
		{"that behave", func(n *node, bob person) {
			c := n.open(bob.token)
			c.join("localTimeline", "l", nil)
		}},
		{"that never read", func(n *node, bob person) {
			n.openByHand(bob.token).say(`{"type":"connect","body":{"channel":"localTimeline","id":"1"}}`)
		}},
		{"in the middle of a frame", func(n *node, bob person) {
			c := n.openByHand(bob.token)
			c.write(header(true, 1, 60<<10))
			c.write(make([]byte, 59<<10))
		}},
		{"that flood with pings", func(n *node, bob person) {
			n.openByHand(bob.token).keepSending(whole(9, "p"))
		}},
		{"that flood with connects", func(n *node, bob person) {
			n.openByHand(bob.token).keepSending(whole(1, `{"type":"connect","body":{"channel":"homeTimeline","id":"1"}}`))
		}},
	}
	for _, k := range kinds {
		b.Run(strings.ReplaceAll(k.name, " ", "_"), func(b *testing.B) {
			n := startNode(b, onSQLite(b), func(cfg *app.Config) {
				cfg.Streaming.MaxPerUser = 2 * clients
				cfg.Streaming.Socket = socket.Limits{InboundPatience: time.Hour} // slowed down, not sent away
			})
			n.signUp("root")
			bob, good := n.signUp("bob"), n.signUp("good")
			healthy := n.open(good.token)
			healthy.join("localTimeline", "l", nil)
			for range clients {
				k.attack(n, bob)
			}
			text := strings.Repeat("x", 500)
			var took []time.Duration
			for b.Loop() {
				start := time.Now()
				note, _ := n.must(good.token, "notes/create", map[string]any{"text": text})["createdNote"].(map[string]any)
				waitNote(healthy, "l", str(note["id"]))
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
		})
	}
}
