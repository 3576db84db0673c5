package conduct_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/store/storetest"
	"rekindle/problem"
)

// The preview says what adding would refuse, and changes nothing.
func TestCheckRoster(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		w.roster(2)
		people := []conduct.Person{
			{Name: "New", Email: "new@hospital.example", Zone: "America/Denver", Place: "staff.csv row 2"},
			{Name: "", Email: "noname@hospital.example", Place: "staff.csv row 3"},
			{Name: "No Address", Place: "staff.csv row 4"},
			{Name: "Bad", Email: "bad@hospital", Place: "staff.csv row 5"},
			{Name: "Again", Email: "NEW@hospital.example ", Place: "staff.csv row 6"},
			{Name: "Known", Email: "P1@hospital.example", Place: "staff.csv row 7"},
			{Name: "Elsewhere", Email: "e@hospital.example", Zone: "Mars/Olympus", Place: "staff.csv row 8"},
			{Name: "Here", Email: "h@hospital.example", Zone: "Local"},
			{Name: "No Address Either"},
		}
		found, err := w.CheckRoster(ctx, coordinator, people)
		must(t, err)
		want := []string{"staff.csv row 3: name: No name", "staff.csv row 4: email", "staff.csv row 5: email", `staff.csv row 6: email: "new@hospital.example" stands in staff.csv row 2 already`,
			"staff.csv row 8: zone", "row 8: zone", "row 9: email", `staff.csv row 7: email: "p1@hospital.example" is on the roster already`}
		if len(found) != len(want) {
			t.Errorf("%d problems:\n%v", len(found), found)
		}
		for i := range min(len(found), len(want)) {
			if !strings.HasPrefix(found[i].Error(), want[i]) {
				t.Errorf("%q, want %q", found[i], want[i])
			}
		}
		if _, err := w.AddRoster(ctx, coordinator, people); !problem.Is(err, problem.Invalid) || err.Error() != found.Error() {
			t.Errorf("adding says\n%v\nand the preview\n%v", err, found)
		}
		if found, err := w.CheckRoster(ctx, coordinator, people[:1]); err != nil || found != nil {
			t.Errorf("%v, %v", found, err)
		}
		if _, err := w.CheckRoster(ctx, statistician, people); !problem.Is(err, problem.Forbidden) {
			t.Error(err)
		}
	})
}

// 100,000 people are on the roster in well under a minute.
func BenchmarkAddRoster(b *testing.B) {
	people := make([]conduct.Person, 100_000)
	for i := range people {
		people[i] = conduct.Person{Name: fmt.Sprintf("Dr. Person %d", i), Email: fmt.Sprintf("p%d@hospital.example", i), Zone: "America/New_York", Columns: map[string]string{"division": fmt.Sprintf("division %d", i%40), "supervisor": fmt.Sprintf("Person %d", i%900)}}
	}
	for _, on := range []string{"sqlite", "postgres"} {
		b.Run(on, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				where := storetest.SQLite(b)
				if on == "postgres" {
					where = storetest.Postgres(b)
				}
				w := newWorld(b, where)
				b.StartTimer()
				began := time.Now()
				if _, err := w.AddRoster(w.Context(), coordinator, people); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(time.Since(began).Seconds(), "s/100k")
			}
		})
	}
}
