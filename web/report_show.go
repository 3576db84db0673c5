package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"

	"rekindle/problem"
)

// reportShow shows the report's own page, under the bar of the site. That page carries its style in itself, which its digest
// allows, and its drawings are inline.
func (s *Site) reportShow(w http.ResponseWriter, r *http.Request) error {
	text, err := s.reportText("index.html")
	if err != nil {
		return err
	}
	page := string(text)
	_, rest, styled := strings.Cut(page, "<style>")
	style, _, closed := strings.Cut(rest, "</style>")
	before, after, headed := strings.Cut(page, "<header>")
	if !styled || !closed || !headed {
		return problem.New(problem.Unavailable, "The report's page is not one that this program made").Instead("Make the report again with 'rekindle analyze'.")
	}
	f := s.frame(r, "Report", nil)
	f.Light, f.Simulated = true, false // the page is light, and says itself that people are simulated
	var bar bytes.Buffer
	if err := execute(&bar, "problem", "bar", f); err != nil {
		return err
	}
	var links bytes.Buffer
	if err := execute(&links, "problem", "links", f); err != nil {
		return err
	}
	digest := sha256.Sum256([]byte(style))
	w.Header().Set("Content-Security-Policy", fmt.Sprintf("%s; style-src-elem 'self' 'sha256-%s'; style-src-attr 'unsafe-inline'",
		policy, base64.StdEncoding.EncodeToString(digest[:])))
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = fmt.Fprint(w, strings.Replace(before, "<style>", links.String()+"<style>", 1), bar.String(), "<header>", after) // whoever asked may have gone
	return nil
}
