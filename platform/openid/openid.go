// Package openid asks the hospital's sign-in who somebody is, by OpenID Connect: the code flow with PKCE (RFC 7636), a state and a nonce.
//
// It knows no accounts and keeps nothing of anybody: whom the study takes in, and what must happen once, is package conduct's. The paper
// has no sentence about it; it spares its staff another password.
package openid

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"rekindle/problem"
)

// Provider is the hospital's sign-in. It is asked for what it offers when it is first needed, and again where that failed.
type Provider struct {
	Issuer, Client, Secret string

	// Claim is what the provider must say of everybody, as "tid": Value. Empty: nothing. Providers that serve many houses as one issuer
	// tell these apart so.
	Claim, Value string

	mu     sync.Mutex
	found  *oidc.Provider
	failed time.Time // when it was last asked in vain
	cause  error
}

// Person is whom the provider has recognized.
type Person struct {
	Subject  string // who they are there, for ever
	Email    string // empty: not told
	Verified bool   // the provider knows the address to be theirs. Many say nothing of it
}

const (
	patience = 10 * time.Second // how long the provider may take for one answer
	pause    = 5 * time.Second  // how long nobody waits for a provider that did not answer just now
	skew     = 2 * time.Minute  // by how much its clock and ours may differ
)

var client = &http.Client{Timeout: patience}

func unanswered(cause error) error {
	return problem.New(problem.Unavailable, "The hospital's sign-in does not answer").Instead("Try again later, or sign in another way.").Because(cause)
}

func (p *Provider) discover(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found == nil {
		if time.Since(p.failed) < pause {
			return nil, unanswered(p.cause)
		}
		found, err := oidc.NewProvider(oidc.ClientContext(ctx, client), p.Issuer)
		if err != nil {
			if ctx.Err() == nil { // else whoever asked has gone, which says nothing of the provider
				p.failed, p.cause = time.Now(), err
			}
			return nil, unanswered(err)
		}
		p.found = found
	}
	return p.found, nil
}

// Check asks the provider for what it offers.
func (p *Provider) Check(ctx context.Context) error {
	_, err := p.discover(ctx)
	return err
}

// Host is where people see themselves sign in.
func (p *Provider) Host() string {
	u, err := url.Parse(p.Issuer)
	if err != nil {
		return p.Issuer
	}
	return u.Host
}

func (p *Provider) config(found *oidc.Provider, back string) *oauth2.Config {
	return &oauth2.Config{ClientID: p.Client, ClientSecret: p.Secret, Endpoint: found.Endpoint(), RedirectURL: back, Scopes: []string{oidc.ScopeOpenID, "email"}}
}

// Question is what ties an answer of the provider to whoever asked it.
type Question struct {
	Back     string // where they come back to
	State    string // with which they come back
	Nonce    string // that the provider puts into what it signs
	Verifier string // without which nobody can use the code they come back with
	Choose   bool   // they are to choose among the accounts with which they are signed in there
}

// Ask gives the address to which somebody goes to be recognized.
func (p *Provider) Ask(ctx context.Context, q Question) (string, error) {
	found, err := p.discover(ctx)
	if err != nil {
		return "", err
	}
	options := []oauth2.AuthCodeOption{oidc.Nonce(q.Nonce), oauth2.S256ChallengeOption(q.Verifier)}
	if q.Choose {
		options = append(options, oauth2.SetAuthURLParam("prompt", "select_account"))
	}
	return p.config(found, q.Back).AuthCodeURL(q.State, options...), nil
}

// Recognize exchanges the code with which somebody came back. issuer is who sent them, where that was told (RFC 9207).
func (p *Provider) Recognize(ctx context.Context, q Question, code, issuer string) (who Person, err error) {
	refused := func(cause error) error {
		return problem.New(problem.Forbidden, "The hospital's sign-in did not recognize you").Instead("Try again, or sign in another way.").Because(cause)
	}
	if issuer != "" && issuer != p.Issuer {
		return who, refused(fmt.Errorf("%.100q sent them, not %q", issuer, p.Issuer))
	}
	found, err := p.discover(ctx)
	if err != nil {
		return who, err
	}
	ctx = oidc.ClientContext(ctx, client)
	token, err := p.config(found, q.Back).Exchange(ctx, code, oauth2.VerifierOption(q.Verifier))
	if said, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		cause := fmt.Errorf("it answers %s %s", said.Response.Status, said.ErrorCode) // not its body: nobody knows what that tells
		if code := said.Response.StatusCode; code == http.StatusUnauthorized || code >= http.StatusInternalServerError || said.ErrorCode == "invalid_client" || said.ErrorCode == "unauthorized_client" {
			return who, unanswered(cause)
		}
		return who, refused(cause)
	} else if err != nil {
		return who, unanswered(err)
	}
	raw, _ := token.Extra("id_token").(string)
	// Seen from a little earlier, a token of a clock that is behind ours has not run out yet; one of a clock ahead has minutes anyway.
	id, err := found.Verifier(&oidc.Config{ClientID: p.Client, Now: func() time.Time { return time.Now().Add(-skew) }}).Verify(ctx, raw)
	if err != nil {
		return who, refused(err)
	}
	if id.Nonce != q.Nonce || id.Subject == "" {
		return who, refused(errors.New("another nonce, or no subject"))
	}
	var all map[string]any
	if err := id.Claims(&all); err != nil {
		return who, refused(err)
	}
	if party, ok := all["azp"]; ok && party != p.Client || !ok && len(id.Audience) > 1 {
		return who, refused(errors.New("made for another client"))
	}
	if p.Claim != "" && !says(all[p.Claim], p.Value) {
		return who, problem.New(problem.Forbidden, "This is not an account of the hospital that runs the study").
			Instead("Sign in with your account of that hospital, or another way.").Because(fmt.Errorf("%s is not %q", p.Claim, p.Value))
	}
	who.Subject = id.Subject
	who.Email, _ = all["email"].(string)
	who.Verified = all["email_verified"] == true || all["email_verified"] == "true" // some write it as a text
	return who, nil
}

// says reports whether a claim is a value, or lists it.
func says(claim any, value string) bool {
	if list, ok := claim.([]any); ok {
		return slices.Contains(list, any(value))
	}
	return claim == any(value)
}
