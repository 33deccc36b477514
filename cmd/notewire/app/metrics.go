package app

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"notewire/api"
	"notewire/api/httpserver"
)

// metrics is everything that /metrics shows. The packages count, and what they
// count is read when somebody asks. HTTP requests are the exception: the API
// calls Request for each. The registry is the server's own, so that two servers
// in one process do not collide.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	limited  *prometheus.CounterVec
	duration *prometheus.HistogramVec
	log      *slog.Logger
}

var _ api.Observer = (*metrics)(nil)

func newMetrics(version string, log *slog.Logger) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "notewire_http_requests_total",
			Help: "HTTP requests answered, by endpoint or route and by status. Upgrades to websockets are not among them.",
		}, []string{"endpoint", "status"}),
		limited: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "notewire_http_rate_limited_total",
			Help: "HTTP requests refused with 429, by endpoint.",
		}, []string{"endpoint"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "notewire_http_request_duration_seconds",
			Help:    "Time until an HTTP request was answered, by endpoint or route.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"endpoint"}),
		log: log,
	}
	m.registry.MustRegister(m.requests, m.limited, m.duration,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		constant("notewire_build_info", "1, with the version of the program and of Go.",
			prometheus.Labels{"version": version, "goversion": runtime.Version()}))
	return m
}

// constant is a gauge that stays 1: its labels are what it is for.
func constant(name, help string, labels prometheus.Labels) prometheus.Collector {
	g := prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help, ConstLabels: labels})
	g.Set(1)
	return g
}

// Request implements api.Observer.
func (m *metrics) Request(endpoint string, status int, took time.Duration) {
	m.requests.WithLabelValues(endpoint, strconv.Itoa(status)).Inc()
	m.duration.WithLabelValues(endpoint).Observe(took.Seconds())
	if status == http.StatusTooManyRequests {
		m.limited.WithLabelValues(endpoint).Inc()
	}
}

// handler answers /metrics, /healthz and /readyz.
func (m *metrics) handler(ready http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		ErrorLog:            slog.NewLogLogger(m.log.Handler(), slog.LevelWarn),
		ErrorHandling:       promhttp.ContinueOnError, // half of the figures are better than none
		MaxRequestsInFlight: 4,
	}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
	})
	mux.Handle("GET /readyz", ready)
	return mux
}

// listenForWatchers opens the listener for metrics; nil if addr is empty.
func listenForWatchers(ctx context.Context, addr string, keepAlive time.Duration) (net.Listener, error) {
	if addr == "" {
		return nil, nil
	}
	l, err := httpserver.Listen(ctx, addr, keepAlive)
	if err != nil {
		return nil, fmt.Errorf("opening the address for metrics: %w", err)
	}
	return l, nil
}
