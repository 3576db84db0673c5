package web

import (
	"errors"
	"io"
	"net/http"

	"rekindle/platform/portrait"
	"rekindle/problem"
	"rekindle/trial/coach"
)

// largestPhoto is what a form with a photo may send, in bytes: the photo, and what is around it.
const largestPhoto = portrait.MostBytes + 64<<10

// deskPhotoSave takes a coach's photo.
func (s *Site) deskPhotoSave(w http.ResponseWriter, r *http.Request) error {
	file, err := uploaded(r)
	if err == nil {
		err = s.Conduct.SetPhoto(r.Context(), actor(r), file, portrait.Crop(r.FormValue("crop")))
	}
	if told, code, ok := mistakes(err); ok {
		page, err := s.profilePage(r, nil)
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

// uploaded gives the photo of a form.
func uploaded(r *http.Request) ([]byte, error) {
	err := r.ParseMultipartForm(largestPhoto)
	if _, long := errors.AsType[*http.MaxBytesError](err); long {
		return nil, problem.New(problem.Invalid, "The photo has more than %d MB", portrait.MostBytes>>20).On("photo").Instead("Choose a smaller one.")
	}
	if err != nil {
		return nil, problem.New(problem.Invalid, "There is no photo").On("photo").Instead("Choose a JPEG, PNG or WebP.").Because(err)
	}
	file, _, err := r.FormFile("photo")
	if err != nil {
		return nil, problem.New(problem.Invalid, "There is no photo").On("photo").Instead("Choose a JPEG, PNG or WebP.").Because(err)
	}
	defer func() { _ = file.Close() }() // it was only read
	return io.ReadAll(file)
}

// deskPhotoRemove forgets a coach's photo.
func (s *Site) deskPhotoRemove(w http.ResponseWriter, r *http.Request) error {
	if err := s.Conduct.RemovePhoto(r.Context(), actor(r)); err != nil {
		return err
	}
	http.Redirect(w, r, desk+"/profile?kept", http.StatusSeeOther)
	return nil
}

// photoShow gives a coach's photo, or what is drawn in its place, to those who may see the coach.
func (s *Site) photoShow(w http.ResponseWriter, r *http.Request) error {
	size := r.PathValue("size")
	if size != "small" && size != "large" {
		return nowhere(w, r)
	}
	file, media, err := s.Conduct.Photo(r.Context(), actor(r), coach.Code(r.PathValue("code")), size == "large")
	if problem.Is(err, problem.NotFound) {
		return nowhere(w, r) // as if there were no such address
	}
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", media)
	w.Header().Set("Cache-Control", "private, max-age=300")
	_, _ = w.Write(file) // whoever asked may have gone
	return nil
}
