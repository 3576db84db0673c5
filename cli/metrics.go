package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"rekindle/conduct"
	"rekindle/platform/store"
)

// watch is what is known of a running study from outside: whether it is well, and numbers for Prometheus. Nothing in it tells of people
// or of arms.
type watch struct {
	store    *store.Store
	registry *prometheus.Registry

	requests  *prometheus.CounterVec
	seconds   *prometheus.HistogramVec
	delivered *prometheus.CounterVec
	rounds    *prometheus.CounterVec
	lastRound *prometheus.GaugeVec

	mu    sync.Mutex
	well  map[string]time.Time // when each duty last went well
	wrong map[string]string    // what went wrong since
}

// patience is for how long a duty may fail until the study counts as unwell.
const patience = 10 * time.Minute

func newWatch(s *store.Store) *watch {
	w := &watch{store: s, registry: prometheus.NewRegistry(), well: map[string]time.Time{}, wrong: map[string]string{}}
	w.requests = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "rekindle_requests_total", Help: "Requests by page and status."}, []string{"page", "status"})
	w.seconds = prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "rekindle_request_seconds", Help: "Time that pages took.", Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}}, []string{"page"})
	w.delivered = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "rekindle_mail_total", Help: "Messages by what became of them since the program started."}, []string{"outcome"})
	w.rounds = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "rekindle_duty_rounds_total", Help: "Rounds of each duty, and how they went."}, []string{"duty", "went"})
	w.lastRound = prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "rekindle_duty_last_well_seconds", Help: "When each duty last went well, in seconds since 1970."}, []string{"duty"})
	w.registry.MustRegister(w.requests, w.seconds, w.delivered, w.rounds, w.lastRound, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), outbox{s})
	return w
}

// heard notes a round of a duty.
func (w *watch) heard(b conduct.Beat) {
	went := "well"
	w.mu.Lock()
	if b.Err != nil {
		went = "wrong"
		w.wrong[b.Duty] = b.Err.Error()
		if _, known := w.well[b.Duty]; !known {
			w.well[b.Duty] = time.Now() // it is given its patience from the start on
		}
	} else {
		delete(w.wrong, b.Duty)
		w.well[b.Duty] = time.Now()
		w.lastRound.WithLabelValues(b.Duty).SetToCurrentTime()
	}
	w.mu.Unlock()
	w.rounds.WithLabelValues(b.Duty, went).Inc()
	for outcome, n := range map[string]int{"sent": b.Delivered.Sent, "stopped": b.Delivered.Stopped, "postponed": b.Delivered.Postponed, "put_off": b.Delivered.PutOff, "failed": b.Delivered.Failed, "bounced": b.Delivered.Bounced} {
		w.delivered.WithLabelValues(outcome).Add(float64(n))
	}
}

// count counts a site's requests by the pattern of the page, never by the address, which may hold a personal link.
func (w *watch) count(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		began, out := time.Now(), &answered{ResponseWriter: rw, status: http.StatusOK}
		next.ServeHTTP(out, r)
		page := r.Pattern
		if page == "" {
			page = "none"
		}
		w.requests.WithLabelValues(page, strconv.Itoa(out.status)).Inc()
		w.seconds.WithLabelValues(page).Observe(time.Since(began).Seconds())
	})
}

type answered struct {
	http.ResponseWriter
	status int
}

func (a *answered) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (a *answered) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// handler serves /metrics for Prometheus, /health (200: well, 503: not, and why) and /live (200 while the program runs).
func (w *watch) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(w.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /live", func(rw http.ResponseWriter, _ *http.Request) { fmt.Fprintln(rw, "ok") })
	mux.HandleFunc("GET /health", func(rw http.ResponseWriter, r *http.Request) {
		found := w.health(r.Context())
		rw.Header().Set("Content-Type", "application/json")
		if !found.Well {
			rw.WriteHeader(http.StatusServiceUnavailable)
		}
		_ = json.NewEncoder(rw).Encode(found) // whoever asked may have gone
	})
	return mux
}

// health is what /health tells.
type health struct {
	Well  bool              `json:"well"`
	Wrong map[string]string `json:"wrong,omitempty"` // by duty; one that has failed for less than patience is told, and counts as well
}

func (w *watch) health(ctx context.Context) health {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	h := health{Well: true, Wrong: map[string]string{}}
	if err := w.store.Read(ctx, func(tx *store.Tx) error { _, err := tx.Study(ctx); return err }); err != nil {
		h.Well, h.Wrong["database"] = false, err.Error()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for duty, why := range w.wrong {
		h.Wrong[duty] = why
		if time.Since(w.well[duty]) > patience {
			h.Well = false
		}
	}
	return h
}

// outbox reads how the outbox stands whenever Prometheus asks.
type outbox struct{ store *store.Store }

var (
	outboxMessages = prometheus.NewDesc("rekindle_outbox_messages", "Messages of the outbox by state.", []string{"state"}, nil)
	outboxOldest   = prometheus.NewDesc("rekindle_outbox_oldest_seconds", "How long the message has waited that waits longest.", nil, nil)
)

// Describe tells Prometheus what there is.
func (o outbox) Describe(to chan<- *prometheus.Desc) {
	to <- outboxMessages
	to <- outboxOldest
}

// Collect reads it.
func (o outbox) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	var b store.Backlog
	waited := time.Duration(0)
	if err := o.store.Read(ctx, func(tx *store.Tx) (err error) {
		if b, err = tx.Backlog(ctx); err == nil && !b.Oldest.IsZero() {
			waited = tx.Now().Sub(b.Oldest)
		}
		return err
	}); err != nil {
		to <- prometheus.NewInvalidMetric(outboxMessages, err)
		return
	}
	for state, n := range map[string]int{"planned": b.Waiting, "sent": b.Sent, "stopped": b.Stopped, "failed": b.Failed} {
		to <- prometheus.MustNewConstMetric(outboxMessages, prometheus.GaugeValue, float64(n), state)
	}
	to <- prometheus.MustNewConstMetric(outboxOldest, prometheus.GaugeValue, waited.Seconds())
}
