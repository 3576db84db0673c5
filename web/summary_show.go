package web

import (
	"net/http"

	"rekindle/problem"
	"rekindle/report"
)

// summaryPage is what came of the study, for those who see numbers about groups alone.
type summaryPage struct {
	Tables []tableShowPage
	Forest *figureLine
}

// summaryShow shows what came of the study once there is a report: outcomes and themes that tell about nobody, and cost; to those who see
// money alone, cost alone.
func (s *Site) summaryShow(w http.ResponseWriter, r *http.Request) error {
	var content summaryPage
	by := actor(r)
	if by.May("outcome.read") {
		outcomes, err := s.leadingOutcomes()
		if err != nil {
			return err
		}
		themes, err := s.table("table4")
		if err == nil {
			if themes, err = report.SummaryOfThemes(themes); err != nil {
				return problem.New(problem.Unavailable, "The report's themes are damaged").Instead("Make the report again with 'rekindle analyze'.").Because(err)
			}
		} else if !problem.Is(err, problem.NotFound) {
			return err
		}
		for _, t := range []*report.Table{outcomes, themes} {
			if t != nil {
				content.Tables = append(content.Tables, printed(t))
			}
		}
		content.Forest = s.leadingForest()
	}
	if by.May("cost.read") {
		t, err := s.table("cost")
		if err != nil && !problem.Is(err, problem.NotFound) {
			return err
		}
		if t != nil {
			content.Tables = append(content.Tables, printed(t))
		}
	}
	if len(content.Tables) == 0 {
		return problem.New(problem.NotFound, "Nothing has come of the study yet").Instead("Numbers about groups are here once the dataset is locked and the report is made.")
	}
	return s.show(w, r, http.StatusOK, "summary_show", "What came of it", content)
}

// leadingOutcomes is the summary of outcomes in the population that the printed tables lead with; nil before there is a report.
func (s *Site) leadingOutcomes() (*report.Table, error) {
	for _, p := range s.Conduct.Protocol.Populations {
		if !p.Default {
			continue
		}
		t, err := s.table("table3-" + p.ID)
		if problem.Is(err, problem.NotFound) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		return report.SummaryOfOutcomes(t), nil
	}
	return nil, nil
}

// summaryForest hands out the drawing of the differences, to those who may not see the rest of the report too.
func (s *Site) summaryForest(w http.ResponseWriter, r *http.Request) error {
	line := s.leadingForest()
	if line == nil {
		return problem.New(problem.NotFound, "There is no such drawing yet")
	}
	return s.sendReportFile(w, r, "figures/"+line.ID+".svg")
}
