// Package pocketbase measures PocketBase creating records of the size of a survey page, by the same measure and on the same machine as our
// own pages (web.BenchmarkSavedPages). It is a module of its own: PocketBase is no part of the product.
package pocketbase

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"rekindle/web/webtest/load"

	_ "github.com/pocketbase/pocketbase/migrations"
)

// creating is how many clients create records at the same time.
const creating = 200

// BenchmarkCreateRecord measures records of sixteen answers, a participant and a visit that 200 clients create at the same time: with
// PocketBase's own setting of SQLite (synchronous=NORMAL, which may lose the last commits in a power cut), and with every commit on disk
// before the answer, as ours are (synchronous=FULL).
func BenchmarkCreateRecord(b *testing.B) {
	for _, synchronous := range []string{"NORMAL", "FULL"} {
		b.Run(strings.ToLower(synchronous), func(b *testing.B) {
			address := serve(b, synchronous)
			records := make([]string, 5)
			for i := range records {
				answers := map[string]any{"participant": "AAAA-AAAA", "visit": "baseline"}
				for item := 1; item <= 16; item++ {
					answers[fmt.Sprintf("pfi_%02d", item)] = (i + item) % 5
				}
				text, err := json.Marshal(answers)
				must(b, err)
				records[i] = string(text)
			}
			load.Run(b, creating, b.N, http.StatusOK, func(_, i int) (*http.Request, error) {
				r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, address+"/api/collections/answers/records", strings.NewReader(records[i%len(records)]))
				if err == nil {
					r.Header.Set("Content-Type", "application/json")
				}
				return r, err
			})
		})
	}
}

// serve starts PocketBase with one collection that anybody may add to, and gives its address.
func serve(b *testing.B, synchronous string) string {
	b.Helper()
	dir, err := os.MkdirTemp("", "pocketbase")
	must(b, err)
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: dir, DBConnect: func(path string) (*dbx.DB, error) {
		pragmas := "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=journal_size_limit(200000000)&_pragma=synchronous(" + synchronous +
			")&_pragma=foreign_keys(ON)&_pragma=temp_store(MEMORY)&_pragma=cache_size(-32000)" // those of core.DefaultDBConnect
		return dbx.Open("sqlite", path+pragmas)
	}})
	must(b, app.Bootstrap())
	must(b, app.RunAllMigrations())
	answers := core.NewBaseCollection("answers")
	answers.CreateRule = new(string)
	answers.Fields.Add(&core.TextField{Name: "participant"}, &core.TextField{Name: "visit"})
	for item := 1; item <= 16; item++ {
		answers.Fields.Add(&core.NumberField{Name: fmt.Sprintf("pfi_%02d", item)})
	}
	must(b, app.Save(answers))
	router, err := apis.NewRouter(app)
	must(b, err)
	mux, err := router.BuildMux()
	must(b, err)
	server := httptest.NewServer(mux)
	b.Cleanup(func() {
		server.Close()
		_ = app.ResetBootstrapState() // closes the database; it is thrown away
		_ = os.RemoveAll(dir)
	})
	return server.URL
}

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}
