package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"time"

	"rekindle/problem"
	"rekindle/report"
)

// manifest reads what files the report has; problem.NotFound before there is one.
func (s *Site) manifest() (*report.Manifest, error) {
	text, err := s.reportText(report.ManifestFile)
	if err != nil {
		return nil, err
	}
	var m report.Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, problem.New(problem.Unavailable, "The report's manifest is damaged").Instead("Make the report again with 'rekindle analyze'.").Because(err)
	}
	return &m, nil
}

// reported reports whether there is a report.
func (s *Site) reported() bool {
	if s.Report == "" {
		return false
	}
	_, err := os.Stat(filepath.Join(s.Report, report.ManifestFile))
	return err == nil
}

// reportText reads a file of the report. Whatever name is asked for, nothing outside of the folder is reached.
func (s *Site) reportText(name string) ([]byte, error) {
	none := problem.New(problem.NotFound, "There is no report yet").Instead("It is made from the locked dataset, with 'rekindle analyze'.")
	if s.Report == "" {
		return nil, none
	}
	root, err := os.OpenRoot(s.Report)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, none
	}
	if err != nil {
		return nil, problem.New(problem.Unavailable, "The report cannot be read").Because(err)
	}
	defer root.Close()
	text, err := root.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist) && name == report.ManifestFile:
		return nil, none
	case errors.Is(err, fs.ErrNotExist):
		return nil, problem.New(problem.NotFound, "The report has no such file")
	case err != nil:
		return nil, problem.New(problem.Unavailable, "The report cannot be read").Because(err)
	}
	return text, nil
}

// drawn lets a picture of our own use its style attributes, and nothing else.
const drawn = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

// reportFile hands out one of the files that the manifest names, as it was made.
func (s *Site) reportFile(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("file")
	m, err := s.manifest()
	if err != nil {
		return err
	}
	if _, listed := m.Files[name]; !listed && name != report.ManifestFile {
		return problem.New(problem.NotFound, "The report has no such file")
	}
	return s.sendReportFile(w, r, name)
}

func (s *Site) sendReportFile(w http.ResponseWriter, r *http.Request, name string) error {
	text, err := s.reportText(name)
	if err != nil {
		return err
	}
	kind := mime.TypeByExtension(path.Ext(name))
	switch path.Ext(name) {
	case ".csv":
		kind = "text/csv; charset=utf-8"
	case ".toml":
		kind = "application/toml"
	case ".svg", ".html":
		w.Header().Set("Content-Security-Policy", drawn)
	}
	w.Header().Set("Content-Type", kind)
	if ext := path.Ext(name); ext == ".csv" || ext == ".json" || ext == ".toml" || r.URL.Query().Has("download") {
		w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": path.Base(name)}))
	}
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(text))
	return nil
}
