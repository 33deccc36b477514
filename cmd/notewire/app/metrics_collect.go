package app

import (
	"context"
	"log/slog"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"notewire/api/httpserver"
	"notewire/api/socket"
	"notewire/api/streaming"
	"notewire/channel"
	"notewire/store/feed"
	"notewire/store/postgres"
	"notewire/store/sqlite"
)

// shardTimeout is how long a scrape waits for the shards. If they are behind by
// more, their figures are missing from the scrape, and notewire_scrape_complete
// is 0.
const shardTimeout = 2 * time.Second

// collector reads what the parts of a server count, all of it once per scrape.
type collector struct {
	stats    *streaming.Stats
	queued   func() (bytes, frames int64)
	http     *httpserver.Server
	draining func() bool
	shards   func(context.Context) (channel.Stats, error)
	reader   func() feed.Stats
	wakes    func() wakeState
	log      *slog.Logger
	families []family
}

// family is one metric: its name, type and labels, and how it is read.
type family struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
	read func(o *observation, emit func(v float64, labels ...string))
}

// observation is what one scrape sees.
type observation struct {
	stats    *streaming.Stats
	draining bool

	queueBytes, queueFrames int64
	slowBodies, slowReaders int64

	shards   channel.Stats
	answered bool // whether the shards answered in time
	reader   feed.Stats
	wakes    wakeState
}

// wakeState is what the engines' wakes have in common.
type wakeState struct {
	listening          bool
	connects, failures uint64
	received           uint64
	sent, sendErrors   uint64
}

// wakesOf reads the engine's wakes.
func wakesOf(w waker) wakeState {
	switch w := w.(type) {
	case *postgres.Wakes:
		s := w.Stats()
		return wakeState{s.Listening, s.Connects, s.Failures, s.Received, s.Notified, s.NotifyErrors}
	case *sqlite.Wakes:
		s := w.Stats()
		return wakeState{listening: s.Watching, failures: s.Failures, received: s.Changes}
	default:
		return wakeState{}
	}
}

// register adds what the parts of a server count to what /metrics shows.
func (m *metrics) register(a *App) {
	m.registry.MustRegister(&collector{
		stats:    a.stats,
		queued:   a.transport.Queued,
		http:     a.http,
		draining: a.transport.Draining,
		shards:   a.streaming.Shards,
		reader:   a.reader.Stats,
		wakes:    func() wakeState { return wakesOf(a.waker) },
		log:      m.log,
		families: families(),
	})
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(out chan<- *prometheus.Desc) {
	for _, f := range c.families {
		out <- f.desc
	}
	out <- lagDesc
}

// Collect implements prometheus.Collector.
func (c *collector) Collect(out chan<- prometheus.Metric) {
	o := &observation{stats: c.stats, draining: c.draining(), reader: c.reader(), wakes: c.wakes()}
	o.queueBytes, o.queueFrames = c.queued()
	o.slowBodies, o.slowReaders = c.http.SlowBodies(), c.http.SlowReaders()
	ctx, cancel := context.WithTimeout(context.Background(), shardTimeout)
	defer cancel()
	shards, err := c.shards(ctx)
	if o.answered = err == nil; o.answered {
		o.shards = shards
	} else {
		c.log.Warn("the shards did not answer; their metrics are missing from a scrape", "error", err)
	}
	for _, f := range c.families {
		f.read(o, func(v float64, labels ...string) {
			out <- prometheus.MustNewConstMetric(f.desc, f.kind, v, labels...)
		})
	}
	count, sum, atMost := c.stats.Lag.Read()
	buckets := make(map[float64]uint64, len(atMost))
	for d, n := range atMost {
		buckets[d.Seconds()] = n
	}
	out <- prometheus.MustNewConstHistogram(lagDesc, count, sum.Seconds(), buckets)
}

var lagDesc = prometheus.NewDesc("notewire_feed_lag_seconds",
	"Time from the commit of an event to its delivery to the shards of this node.", nil, nil)

// counter and gauge are families of one value without labels.
func counter(name, help string, read func(o *observation) float64) family {
	return single(name, help, prometheus.CounterValue, read)
}

func gauge(name, help string, read func(o *observation) float64) family {
	return single(name, help, prometheus.GaugeValue, read)
}

func single(name, help string, kind prometheus.ValueType, read func(o *observation) float64) family {
	return family{prometheus.NewDesc(name, help, nil, nil), kind, func(o *observation, emit func(float64, ...string)) { emit(read(o)) }}
}

// ofShards is a family that is missing when the shards did not answer.
func ofShards(f family) family {
	read := f.read
	f.read = func(o *observation, emit func(float64, ...string)) {
		if o.answered {
			read(o, emit)
		}
	}
	return f
}

// labelled is a family with labels.
func labelled(name, help string, kind prometheus.ValueType, labels []string, read func(o *observation, emit func(v float64, labels ...string))) family {
	return family{prometheus.NewDesc(name, help, labels, nil), kind, read}
}

func oneIfTrue(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// families are all metrics but those of HTTP requests and of the process.
func families() []family {
	all := connectionFamilies()
	all = append(all, trafficFamilies()...)
	all = append(all, feedFamilies()...)
	all = append(all, httpFamilies()...)
	return append(all,
		gauge("notewire_draining", "1 while the server sends its clients away to end.",
			func(o *observation) float64 { return oneIfTrue(o.draining) }),
		gauge("notewire_scrape_complete", "0 if figures are missing from this scrape because the shards were too busy to answer.",
			func(o *observation) float64 { return oneIfTrue(o.answered) }),
	)
}

func connectionFamilies() []family {
	return []family{
		labelled("notewire_connections", "Open websockets, by whether they belong to a user.", prometheus.GaugeValue, []string{"auth"},
			func(o *observation, emit func(float64, ...string)) {
				users, all := o.stats.Users.Load(), o.stats.Open.Load()
				emit(float64(users), "user")
				emit(float64(max(0, all-users)), "anonymous")
			}),
		counter("notewire_connections_accepted_total", "Upgrades to websockets that were answered with 101.",
			func(o *observation) float64 { return float64(o.stats.Accepted.Load()) }),
		labelled("notewire_connections_closed_total", "Websockets that ended, by reason and by the code of the server's close frame; code none: it sent none.",
			prometheus.CounterValue, []string{"reason", "code"},
			func(o *observation, emit func(float64, ...string)) {
				o.stats.EachClose(func(l socket.CloseLabel, n int64) {
					code := "none"
					if l.Code() != 0 {
						code = strconv.Itoa(l.Code())
					}
					emit(float64(n), l.String(), code)
				})
			}),
		labelled("notewire_upgrades_refused_total", "Requests to /streaming that were not upgraded, by reason.", prometheus.CounterValue, []string{"reason"},
			func(o *observation, emit func(float64, ...string)) {
				o.stats.EachRefusal(func(label string, n int64) { emit(float64(n), label) })
			}),
		ofShards(gauge("notewire_viewers", "Users whose relations are kept in memory: those online, and those who left a moment ago.",
			func(o *observation) float64 { return float64(o.shards.Viewers) })),
		ofShards(labelled("notewire_channels", "Channels joined, by name.", prometheus.GaugeValue, []string{"channel"},
			func(o *observation, emit func(float64, ...string)) {
				for name, n := range o.shards.Channels {
					emit(float64(n), name)
				}
			})),
		ofShards(labelled("notewire_connects_ignored_total", "Connects to channels that nothing came of, by reason.", prometheus.CounterValue, []string{"reason"},
			func(o *observation, emit func(float64, ...string)) {
				for why, n := range o.shards.Refused {
					emit(float64(n), why.String())
				}
			})),
		ofShards(gauge("notewire_captures", "Notes captured, once for each connection.",
			func(o *observation) float64 { return float64(o.shards.Captures.Captures) })),
		ofShards(gauge("notewire_captured_notes", "Notes that anybody has captured; once for each shard where somebody has.",
			func(o *observation) float64 { return float64(o.shards.Captures.Notes) })),
		ofShards(counter("notewire_shard_failures_total", "Times that a shard panicked and began anew: its clients were closed with 1011. Each is a fault of the program.",
			func(o *observation) float64 { return float64(o.shards.Failures) })),
		ofShards(counter("notewire_captures_dropped_total", "Captures that ended because the connection had too many.",
			func(o *observation) float64 { return float64(o.shards.Captures.Dropped) })),
		ofShards(gauge("notewire_mailbox_batches", "Batches of events and commands that wait for a shard.",
			func(o *observation) float64 { return float64(o.shards.Waiting) })),
	}
}
