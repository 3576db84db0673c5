package web

import (
	"encoding/json"
	"net/http"

	"rekindle/analysis"
	"rekindle/problem"
)

// flowPage is the CONSORT flow, drawn and in words.
type flowPage struct {
	Stages []flowStage
}

// flowStage is a part of the flow with its boxes, in the order of the drawing.
type flowStage struct {
	Label string
	Nodes []flowNode
}

// flowNode is a box; Group is the name of its arm.
type flowNode struct {
	analysis.Node
	Group string
}

// flowShow shows the flow of the report.
func (s *Site) flowShow(w http.ResponseWriter, r *http.Request) error {
	text, err := s.reportText("result.json")
	if err != nil {
		return err
	}
	var result struct {
		Flow *analysis.Flow `json:"flow"`
	}
	if err := json.Unmarshal(text, &result); err != nil {
		return problem.New(problem.Unavailable, "The report's result is damaged").Instead("Make the report again with 'rekindle analyze'.").Because(err)
	}
	if result.Flow == nil {
		return problem.New(problem.NotFound, "This report has no flow: it was made from scores alone")
	}
	var content flowPage
	for _, n := range result.Flow.Nodes {
		arm, _ := s.Conduct.Protocol.Arm(n.Arm)
		last := len(content.Stages) - 1
		if last < 0 || content.Stages[last].Label != n.Stage {
			content.Stages = append(content.Stages, flowStage{Label: n.Stage})
			last++
		}
		content.Stages[last].Nodes = append(content.Stages[last].Nodes, flowNode{n, arm.Name})
	}
	return s.show(w, r, http.StatusOK, "flow_show", "Flow of participants", content)
}

// flowFile hands out the drawing of the flow, to those who may not see the rest of the report too.
func (s *Site) flowFile(w http.ResponseWriter, r *http.Request) error {
	switch name := r.PathValue("file"); name {
	case "flow.svg", "flow.png":
		return s.sendReportFile(w, r, "figures/"+name)
	}
	return nowhere(w, r)
}
