package web

import (
	"net/http"
	"slices"
	"strings"

	"rekindle/problem"
	"rekindle/trial/coach"
)

// deskProfilePage is what a coach says of themself.
type deskProfilePage struct {
	Mistakes  []*problem.Problem
	Kept      bool
	Code      coach.Code
	Name      string
	Pictured  bool
	Profile   coach.Profile
	Languages string
	Topics    []choice
	Modes     []choice
	Steps     []deskCertified
	Stamp     string // sets the photo apart from the one before
}

// deskCertified is a step of certification as it stands.
type deskCertified struct {
	Name    string
	Done    *coach.Step
	Expired bool
}

// deskProfileShow shows a coach the own profile to change.
func (s *Site) deskProfileShow(w http.ResponseWriter, r *http.Request) error {
	page, err := s.profilePage(r, nil)
	if err != nil {
		return err
	}
	page.Kept = r.URL.Query().Has("kept")
	return s.show(w, r, http.StatusOK, "desk_profile", "Your profile", page)
}

// deskPreview shows a coach the own profile as participants see it.
func (s *Site) deskPreview(w http.ResponseWriter, r *http.Request) error {
	page, err := s.profilePage(r, nil)
	if err != nil {
		return err
	}
	page.Topics = slices.DeleteFunc(page.Topics, func(c choice) bool { return !c.Chosen })
	page.Modes = slices.DeleteFunc(page.Modes, func(c choice) bool { return !c.Chosen })
	var speaks []string
	for _, one := range spokenIn("en", page.Profile.Languages) {
		speaks = append(speaks, one.Name)
	}
	page.Languages = strings.Join(speaks, ", ")
	return s.show(w, r, http.StatusOK, "desk_preview", "As participants see you", page)
}

// deskProfileSave takes a coach's profile.
func (s *Site) deskProfileSave(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	f := r.PostForm
	text := func(field string) string { return strings.TrimSpace(strings.ReplaceAll(f.Get(field), "\r\n", "\n")) }
	p := coach.Profile{Biography: text("biography"), Voice: text("voice"), Strengths: text("strengths"), Topics: f["topic"], Modes: f["mode"],
		Pronouns: text("pronouns"), Phone: text("phone"), Room: text("room")}
	for l := range strings.SplitSeq(f.Get("languages"), ",") {
		if l = strings.TrimSpace(l); l != "" {
			p.Languages = append(p.Languages, l)
		}
	}
	by := actor(r)
	err := s.Conduct.SetProfile(r.Context(), by, by.Coach, p)
	if told, code, ok := mistakes(err); ok {
		page, err := s.profilePage(r, &p)
		if err != nil {
			return err
		}
		page.Mistakes = told
		return s.show(w, r, code, "desk_profile", "Your profile", page)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, desk+"/profile?kept", http.StatusSeeOther)
	return nil
}

// profilePage makes the page of a profile: of that which was typed, or of that which is kept.
func (s *Site) profilePage(r *http.Request, typed *coach.Profile) (page deskProfilePage, err error) {
	d, err := s.deskOf(r)
	if err != nil {
		return page, err
	}
	if typed == nil {
		typed = &d.Coach.Profile
	}
	page = deskProfilePage{Code: d.Coach.Code, Name: d.Name, Pictured: d.Pictured, Profile: *typed, Languages: strings.Join(typed.Languages, ", ")}
	themes, err := s.Conduct.Themes()
	if err != nil {
		return page, err
	}
	for _, t := range themes {
		page.Topics = append(page.Topics, choice{t.Code, t.Label, slices.Contains(typed.Topics, t.Code)})
	}
	for _, m := range s.Conduct.Protocol.Coaching.Modes {
		page.Modes = append(page.Modes, choice{m, title(m), typed.Offers(m)})
	}
	for _, name := range s.Conduct.Protocol.Coaching.Certification {
		step := deskCertified{Name: name, Expired: slices.Contains(d.Certification.Expired, name)}
		for i, done := range d.Coach.Certification {
			if done.Name == name {
				step.Done = &d.Coach.Certification[i]
			}
		}
		page.Steps = append(page.Steps, step)
	}
	return page, nil
}
