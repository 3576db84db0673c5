package web

import (
	"context"
	"net/http"
	"slices"

	"rekindle/platform/identity"
	"rekindle/problem"
)

type contextKey int

const actorKey contextKey = iota

// identify puts who acts into the context of a request.
func identify(ctx context.Context, by identity.Actor) context.Context {
	return context.WithValue(ctx, actorKey, by)
}

// actor is who acts in a request.
func actor(r *http.Request) identity.Actor {
	by, ok := r.Context().Value(actorKey).(identity.Actor)
	if !ok {
		return visitor
	}
	return by
}

// visitor is somebody who has not signed in.
var visitor = identity.Actor{Name: "visitor", Role: identity.Visitor}

// shownAs are the roles as which a visitor may look at a rehearsal, the first without being asked.
var shownAs = []identity.Role{identity.Owner, identity.Coordinator, identity.Statistician, identity.Leadership, identity.Finance}

// roleCookie keeps the choice among shownAs.
const roleCookie = "rekindle_role"

// signedIn tells who asks: the participant to whom the browser is open, else nobody. In a rehearsal there is nobody to protect, and whoever comes looks as the role they choose.
func (s *Site) signedIn(r *http.Request) identity.Actor {
	if by, open := s.arrived(r); open {
		return by
	}
	if !s.Conduct.Simulated {
		return visitor
	}
	role := shownAs[0]
	if c, err := r.Cookie(roleCookie); err == nil && slices.Contains(shownAs, identity.Role(c.Value)) {
		role = identity.Role(c.Value)
	}
	return identity.Actor{Name: string(role), Role: role}
}

// roleChoose lets the visitor of a rehearsal look as another role.
func (s *Site) roleChoose(w http.ResponseWriter, r *http.Request) error {
	role := identity.Role(r.PostFormValue("role"))
	switch {
	case !s.Conduct.Simulated:
		return nowhere(w, r)
	case !slices.Contains(shownAs, role):
		return problem.New(problem.Invalid, "%.40q is no role that a rehearsal is shown to", string(role)).On("role").Instead("Choose one of the list.")
	}
	if err := s.forget(w, r); err != nil {
		return err
	}
	http.SetCookie(w, &http.Cookie{Name: roleCookie, Value: string(role), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}
