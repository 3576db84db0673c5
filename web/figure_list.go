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
	Wide, Small []figureLine
}

// figureLine is one drawing; Words describe it for those who do not see it.
type figureLine struct {
	ID, Title, Words string
}

// figureList shows the drawings.
func (s *Site) figureList(w http.ResponseWriter, r *http.Request) error {
	m, err := s.manifest()
	if err != nil {
		return err
	}
	var content figureListPage
	for _, name := range slices.Sorted(maps.Keys(m.Files)) {
		id, ok := strings.CutPrefix(name, "figures/")
		id, svg := strings.CutSuffix(id, ".svg")
		if !ok || !svg {
			continue
		}
		text, err := s.reportText(name)
		if err != nil {
			return err
		}
		line := figureLine{ID: id, Title: title(id)}
		var said struct {
			Title string `xml:"title"`
			Words string `xml:"desc"`
		}
		if xml.Unmarshal(text, &said) == nil && said.Title != "" {
			line.Title, line.Words = said.Title, said.Words
		}
		if strings.HasPrefix(id, "profile-") {
			content.Small = append(content.Small, line)
		} else {
			content.Wide = append(content.Wide, line)
		}
	}
	return s.show(w, r, http.StatusOK, "figure_list", "Figures", content)
}
