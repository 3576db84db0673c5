package web

import (
	"encoding/xml"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// figureListPage is all drawings of the report.
type figureListPage struct {
	Groups []figureGroup
}

// figureGroup is drawings of a kind.
type figureGroup struct {
	Label   string
	Small   bool
	Figures []figureLine
}

// figureLine is one drawing; Words describe it for those who do not see it.
type figureLine struct {
	ID, Title, Words string
	Width, Height    int // in pixels
}

// figureList shows the drawings.
func (s *Site) figureList(w http.ResponseWriter, r *http.Request) error {
	m, err := s.manifest()
	if err != nil {
		return err
	}
	groups := []figureGroup{{Label: "Differences between the groups"}, {Label: "Outcomes over time", Small: true}, {Label: "Flow and others"}}
	for _, name := range slices.Sorted(maps.Keys(m.Files)) {
		id, ok := strings.CutPrefix(name, "figures/")
		id, svg := strings.CutSuffix(id, ".svg")
		if !ok || !svg {
			continue
		}
		line, err := s.figure(id)
		if err != nil {
			return err
		}
		group := &groups[2]
		if strings.HasPrefix(id, "forest-") {
			group = &groups[0]
		} else if strings.HasPrefix(id, "profile-") {
			group = &groups[1]
		}
		group.Figures = append(group.Figures, line)
	}
	return s.show(w, r, http.StatusOK, "figure_list", "Figures", figureListPage{groups})
}

// figure reads title and words out of a drawing of the report.
func (s *Site) figure(id string) (figureLine, error) {
	line := figureLine{ID: id, Title: title(id)}
	text, err := s.reportText("figures/" + id + ".svg")
	if err != nil {
		return line, err
	}
	var said struct {
		Width  float64 `xml:"width,attr"`
		Height float64 `xml:"height,attr"`
		Title  string  `xml:"title"`
		Words  string  `xml:"desc"`
	}
	if xml.Unmarshal(text, &said) == nil && said.Title != "" {
		line.Title, line.Words = said.Title, said.Words
		line.Width, line.Height = int(said.Width), int(said.Height)
	}
	return line, nil
}
