// Package load asks a server as many things at the same time as people do, and measures how long each answer took. It is for
// benchmarks alone: the same measure for our pages and for whatever they are compared with.
package load

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Run sends n requests from so many clients, each over a connection of its own that it keeps, and reports requests per second, the median
// and the 95th percentile of the time from sending to the whole answer, in milliseconds. request makes the i-th, for one of the clients;
// an answer with another status than want ends the benchmark.
func Run(b *testing.B, clients, n, want int, request func(client, i int) (*http.Request, error)) {
	b.Helper()
	took := make([]time.Duration, n)
	var next atomic.Int64
	var failed atomic.Pointer[error]
	var all sync.WaitGroup
	b.ResetTimer()
	began := time.Now()
	for client := range clients {
		all.Go(func() {
			way := &http.Transport{MaxIdleConnsPerHost: 1, DisableCompression: true}
			defer way.CloseIdleConnections()
			for failed.Load() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				start := time.Now()
				if err := one(way, want, client, i, request); err != nil {
					failed.CompareAndSwap(nil, &err)
					return
				}
				took[i] = time.Since(start)
			}
		})
	}
	all.Wait()
	lasted := time.Since(began)
	b.StopTimer()
	if err := failed.Load(); err != nil {
		b.Fatal(*err)
	}
	slices.Sort(took)
	ms := func(share float64) float64 { return float64(took[int(share*float64(n-1))]) / float64(time.Millisecond) }
	b.ReportMetric(float64(n)/lasted.Seconds(), "requests/s")
	b.ReportMetric(ms(0.5), "p50-ms")
	b.ReportMetric(ms(0.95), "p95-ms")
	b.ReportMetric(0, "ns/op")
}

func one(way http.RoundTripper, want, client, i int, request func(client, i int) (*http.Request, error)) error {
	r, err := request(client, i)
	if err != nil {
		return err
	}
	answer, err := way.RoundTrip(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != want {
		err = fmt.Errorf("%s %s: status %d, want %d: %.300s", r.Method, r.URL.Path, answer.StatusCode, want, body)
	}
	return err
}
