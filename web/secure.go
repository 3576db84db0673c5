package web

import (
	"log/slog"
	"net/http"
	"time"
)

// policy is what a page may load and do: our own style sheets and pictures, forms to ourselves, nothing else. There is no
// script on any page that needs none.
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// secure sets the headers that hold for every reply. The referrer stays within the site: personal links must not travel, and the
// check of a form's origin needs it on plain HTTP.
func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// replied notes what was replied.
type replied struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *replied) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *replied) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *replied) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// watch logs each request by the pattern of its route: never the address itself, which may hold a personal link or a code, nor
// who asked or from where.
func (s *Site) watch(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began, out := time.Now(), &replied{ResponseWriter: w}
		next.ServeHTTP(out, r)
		s.log().LogAttrs(r.Context(), slog.LevelInfo, "request", slog.String("method", r.Method), slog.String("page", r.Pattern),
			slog.Int("status", out.status), slog.Int64("bytes", out.bytes), slog.Duration("took", time.Since(began)))
	})
}
