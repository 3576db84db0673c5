package figure_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rekindle/analysis"
	"rekindle/report/figure"
	"rekindle/trial/study"
)

func protocol(t *testing.T) *study.Protocol {
	t.Helper()
	f, err := os.Open("../../protocols/kiser2024.toml")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p, err := study.Read("kiser2024.toml", f)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// published is the paper's Figure: the counts of its abstract and Results.
func published() *analysis.Flow {
	return &analysis.Flow{Nodes: []analysis.Node{
		{ID: "invited", Stage: "enrolment", Label: "Invited by e-mail", Count: 3247, Exits: []analysis.Exit{{Label: "Did not respond", Count: 3109}, {To: "entered", Label: "Opened the link", Count: 138}}},
		{ID: "entered", Stage: "enrolment", Label: "Opened the link and answered", Count: 138, Exits: []analysis.Exit{{Label: "Not eligible"}, {Label: "Declined to take part"}, {Label: "Baseline survey not completed"}, {To: "randomized", Label: "Randomized", Count: 138}}},
		{ID: "randomized", Stage: "enrolment", Label: "Randomized", Count: 138, Exits: []analysis.Exit{{To: "allocated:coaching", Count: 67}, {To: "allocated:control", Count: 71}}},
		{ID: "allocated:coaching", Stage: "allocation", Arm: "coaching", Label: "Allocated to coaching", Count: 67, Exits: []analysis.Exit{{Label: "Received at least one session", Count: 52}, {Label: "No session: never chose a coach", Count: 15}}},
		{ID: "allocated:control", Stage: "allocation", Arm: "control", Label: "Allocated to control", Count: 71, Exits: []analysis.Exit{{Label: "Received control as allocated", Count: 71}}},
		{ID: "followed:coaching", Stage: "follow-up", Arm: "coaching", Label: "Due for the 3-month survey", Count: 67, Exits: []analysis.Exit{{Label: "Completed the 3-month survey", Count: 47}, {Label: "Not completed, never coached", Count: 15}, {Label: "Not completed", Count: 5}}},
		{ID: "followed:control", Stage: "follow-up", Arm: "control", Label: "Due for the 3-month survey", Count: 71, Exits: []analysis.Exit{{Label: "Completed the 3-month survey", Count: 63}, {Label: "Not completed", Count: 8}}},
		{ID: "analysed:mitt:coaching", Stage: "analysis", Arm: "coaching", Label: "Modified intention to treat", Count: 67, Exits: []analysis.Exit{{Label: "Analysed", Count: 52}, {Label: "Not in this population", Count: 15}}},
		{ID: "analysed:mitt:control", Stage: "analysis", Arm: "control", Label: "Modified intention to treat", Count: 71, Exits: []analysis.Exit{{Label: "Analysed", Count: 71}, {Label: "Not in this population"}}},
	}}
}

func change(outcome string, sign float64) analysis.ChangeRow {
	e := func(v, half float64) analysis.Estimate {
		return analysis.Estimate{Value: v, Lower: v - half, Upper: v + half, SE: half / 2, P: 0.03}
	}
	return analysis.ChangeRow{Outcome: outcome,
		Differences: []analysis.Difference{{Arm: "coaching", Versus: "control", Points: e(sign*0.8, 0.5), Standardized: e(sign*0.45, 0.3)}},
		Means: []analysis.Mean{
			{Arm: "coaching", Visit: "baseline", Mean: e(3.3, 0.4)}, {Arm: "coaching", Visit: "month3", Mean: e(3.3+sign*0.7, 0.4)},
			{Arm: "control", Visit: "baseline", Mean: e(3.4, 0.35)}, {Arm: "control", Visit: "month3", Mean: e(3.5, 0.35)},
		}}
}

func figures(t *testing.T) []*figure.Figure {
	p := protocol(t)
	table := analysis.ChangeTable{Population: "mitt"}
	for _, o := range p.Outcomes {
		sign := 1.0
		if o.Direction == "higher worse" {
			sign = -1
		}
		table.Rows = append(table.Rows, change(o.ID, sign))
	}
	return []*figure.Figure{figure.Flow(p, published()), figure.Forest(p, table), figure.Profile(p, "mitt", table.Rows[2])}
}

func TestPublishedFlowAddsUp(t *testing.T) {
	if err := published().Check(); err != nil {
		t.Error(err)
	}
}

func TestEveryFigureIsReadable(t *testing.T) {
	for _, f := range figures(t) {
		svg, err := f.SVG()
		if err != nil {
			t.Fatal(err)
		}
		d := xml.NewDecoder(bytes.NewReader(svg))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: not well-formed: %v", f.ID, err)
			}
		}
		for _, want := range []string{`role="img"`, "<title id=", "<desc id="} {
			if !strings.Contains(string(svg), want) {
				t.Errorf("%s: the SVG lacks %s", f.ID, want)
			}
		}
		raster, err := f.PNG()
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(raster))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := img.Bounds().Dx(), int(f.Width.Points()*2); got < want-2 || got > want+2 {
			t.Errorf("%s: the PNG is %d pixels wide, want %d", f.ID, got, want)
		}
		again, _ := f.SVG()
		if !bytes.Equal(svg, again) {
			t.Errorf("%s: drawn twice, the SVG differs", f.ID)
		}
		if err := os.WriteFile(filepath.Join(t.ArtifactDir(), f.ID+".png"), raster, 0o644); err != nil {
			t.Error(err)
		}
	}
}

// An arc that ends where it begins is left out by whoever draws an SVG: the round markers would be missing.
func TestMarkersAreDrawnInSVG(t *testing.T) {
	arc := regexp.MustCompile(`([-\d.]+,[-\d.]+)A[-\d.,]+ \d \d \d ([-\d.]+,[-\d.]+)`)
	arcs := 0
	for _, f := range figures(t) {
		svg, err := f.SVG()
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range arc.FindAllStringSubmatch(string(svg), -1) {
			if arcs++; m[1] == m[2] {
				t.Errorf("%s: an arc from %s to itself", f.ID, m[1])
			}
		}
	}
	if arcs == 0 {
		t.Error("no figure has a round marker")
	}
}

func TestFlowNamesEveryCount(t *testing.T) {
	svg, err := figure.Flow(protocol(t), published()).SVG()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"(n = 3247)", "(n = 3109)", "(n = 67)", "(n = 71)", "(n = 52)", "(n = 15)", "(n = 0)"} {
		if !strings.Contains(string(svg), want) {
			t.Errorf("the flow does not print %s", want)
		}
	}
}
