package cli_test

import (
	"io"
	"path/filepath"
	"runtime"
	"testing"

	"rekindle/cli"
)

// The whole demo: the published trial rehearsed, locked, analysed and reported, on SQLite with synchronous=FULL.
func BenchmarkDemo(b *testing.B) {
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		dir := filepath.Join(b.TempDir(), "demo")
		if status := cli.Run(b.Context(), []string{"demo", "--data", dir, "--no-serve"}, nil, io.Discard, io.Discard); status != 0 {
			b.Fatalf("exit status %d", status)
		}
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.Sys)/(1<<20), "MB-from-system")
	}
}
