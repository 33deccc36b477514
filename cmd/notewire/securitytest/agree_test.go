package securitytest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
)

// endpointOf is the endpoint that answers what a timeline's channel sends.
var endpointOf = map[string]string{
	"home": "notes/timeline", "hybrid": "notes/hybrid-timeline", "local": "notes/local-timeline", "global": "notes/global-timeline",
}

// What a timeline's channel has sent is what the timeline of that name answers
// to the same viewer with the same params, hidden in the same places: a client
// that shows one and goes on with the other misses nothing and shows nothing
// twice. Neither is held against the rules here, only against the other.
func TestStreamsAndTimelinesAgree(t *testing.T) {
	w := newLeaks(t, rand.Uint64())
	const rounds, most, enough = 10, 40, 200
	compared := 0
	for i := 0; i < rounds || i < most && compared < enough; i++ {
		first := "0"
		if n := len(w.inOrder); n > 0 {
			first = w.inOrder[n-1].ID
		}
		if len(w.round()) == 0 {
			continue
		}
		for _, v := range w.viewers {
			for _, j := range joined {
				if v.token == "" && j.needsAccount {
					continue
				}
				params := map[string]any{"sinceId": first, "limit": 100}
				for k, value := range j.params {
					params[k] = value
				}
				streamed, answered := w.shapes(v.sent[j.id]), w.shapes(w.timeline(v, endpointOf[j.timeline], params))
				compared += len(streamed)
				if !slices.Equal(streamed, answered) {
					t.Errorf("%s %v of %q: streamed\n%q\nanswered\n%q", j.channel, j.params, v.id, streamed, answered)
				}
			}
		}
	}
	if compared < enough {
		t.Errorf("only %d notes were compared", compared)
	}
}

// timeline asks for notes, the oldest first.
func (w *leaks) timeline(v *viewer, endpoint string, params map[string]any) []*told {
	w.Helper()
	status, body := w.post(v.token, endpoint, params)
	var notes []*told
	if err := json.Unmarshal(body, &notes); err != nil || status != http.StatusOK {
		w.Fatalf("%s answered %d %s", endpoint, status, body)
	}
	return notes
}

// shapes tells notes by their ids and by what is hidden of them. Those of the
// fence are left out, and those that were deleted meanwhile.
func (w *leaks) shapes(notes []*told) []string {
	var out []string
	for _, n := range notes {
		if p := w.byID[n.ID]; p != nil && !p.gone {
			out = append(out, shape(n))
		}
	}
	return out
}

func shape(n *told) string {
	if n == nil {
		return "-"
	}
	text := "no text"
	if n.Text != nil {
		text = *n.Text
	}
	return fmt.Sprintf("%s by %s %v %q (%s, %s)", n.ID, n.UserID, n.IsHidden, text, shape(n.Reply), shape(n.Renote))
}
