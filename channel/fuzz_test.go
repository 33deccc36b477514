package channel

import (
	"encoding/json"
	"testing"

	"notewire/protocol"
	"notewire/store"
)

// FuzzEvent prepares and delivers whatever stands in the log: foreign writers
// may write anything. Nothing panics, and what is sent is JSON.
func FuzzEvent(f *testing.F) {
	quote := noteFactsBy("n", "u")
	quote.RenoteID, quote.Renote = "r", noteFactsBy("r", "v")
	quote.Renote.Visibility = store.Followers
	facts, err := json.Marshal(quote)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(store.TopicNotes, "note", packed(quote), facts)
	f.Add(store.TopicNotes, "note", packed(quote), []byte(nil))
	f.Add(store.MainTopic("me"), "mention", packed(quote), []byte(nil))
	f.Add(store.MainTopic("me"), "notification", append(append([]byte(`{"userId":"u","note":`), packed(quote)...), '}'), []byte(nil))
	f.Add(store.NoteTopic("n"), "reacted", []byte(`{"id":"n","userId":"u","visibility":"public","body":{}}`), []byte(nil))
	f.Add(store.TopicInternal, "follow", []byte(`{"actorId":"me","targetId":"u"}`), []byte(nil))
	f.Add(store.TopicInternal, "muteInstances", []byte(`{"actorId":"me","hosts":["A.example"]}`), []byte(nil))
	f.Add(store.TopicInternal, "userTokenRevoked", []byte(`{"userId":"me","tokenIds":["t"]}`), []byte(nil))
	f.Add(store.TopicBroadcast, "emojiAdded", []byte(`{}`), []byte(nil))
	f.Add("userListStream:l", "userAdded", []byte(`null`), []byte(nil))
	f.Fuzz(func(t *testing.T, topic, typ string, body, facts []byte) {
		if !json.Valid(body) || len(facts) > 0 && !json.Valid(facts) {
			return // the log's columns hold JSON
		}
		p, err := Prepare(&store.Event{ID: 1, Topic: topic, Type: typ, Body: body, Facts: facts})
		if err != nil {
			return
		}
		h, err := NewHub(Config{Loader: newLoader(), Shards: 1})
		if err != nil {
			t.Fatal(err)
		}
		s, sink := h.shards[0], &testSink{}
		r := store.NewRelations("me")
		r.Following["u"] = true
		m := &Member{shard: s, sink: sink, encoder: protocol.Encoder{}, native: true}
		s.publish(s.register("me"), listsOf(r, "me"), nil, m)
		for name, k := range kinds {
			filter, _ := k.Open("me", nil)
			s.connect(m, k, protocol.EncodeID(name), filter, false, nil)
		}
		s.deliver(p)
		for _, fr := range sink.take() {
			if !json.Valid(fr.Payload()) {
				t.Errorf("a frame that is not JSON: %q", fr.Payload())
			}
		}
	})
}
