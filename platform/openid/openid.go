// Package openid asks the hospital's sign-in who somebody is, by OpenID Connect: the code flow with PKCE (RFC 7636), a state and a nonce.
//
// It knows no accounts and keeps nothing of anybody: whom the study takes in, and what must happen once, is package conduct's. The paper
// has no sentence about it; it spares its staff another password.
package openid

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"rekindle/problem"
)

// Provider is the hospital's sign-in. It is asked for what it offers when it is first needed, and again where that failed.
type Provider struct {
	Issuer, Client, Secret string

	mu    sync.Mutex
	found *oidc.Provider
}

// Person is whom the provider has recognized.
type Person struct {
	Subject string // who they are there, for ever
	Email   string // empty: not told, or not known to be theirs
}

// patience is how long the provider may take for one answer.
const patience = 10 * time.Second

var client = &http.Client{Timeout: patience}

func (p *Provider) discover(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found == nil {
		found, err := oidc.NewProvider(oidc.ClientContext(ctx, client), p.Issuer)
		if err != nil {
			return nil, problem.New(problem.Unavailable, "The hospital's sign-in does not answer").Instead("Try again later, or sign in another way.").Because(err)
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

func (p *Provider) config(found *oidc.Provider, back string) *oauth2.Config {
	return &oauth2.Config{ClientID: p.Client, ClientSecret: p.Secret, Endpoint: found.Endpoint(), RedirectURL: back, Scopes: []string{oidc.ScopeOpenID, "email"}}
}

// Ask gives the address to which somebody goes to be recognized, and from which they come back to back.
func (p *Provider) Ask(ctx context.Context, back, state, nonce, verifier string) (string, error) {
	found, err := p.discover(ctx)
	if err != nil {
		return "", err
	}
	return p.config(found, back).AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)), nil
}

// Recognize exchanges the code with which somebody came back.
func (p *Provider) Recognize(ctx context.Context, back, code, nonce, verifier string) (who Person, err error) {
	refused := func(cause error) error {
		return problem.New(problem.Forbidden, "The hospital's sign-in did not recognize you").Instead("Try again, or sign in another way.").Because(cause)
	}
	found, err := p.discover(ctx)
	if err != nil {
		return who, err
	}
	ctx = oidc.ClientContext(ctx, client)
	token, err := p.config(found, back).Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if err != nil {
		return who, refused(err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := found.Verifier(&oidc.Config{ClientID: p.Client}).Verify(ctx, raw)
	if err != nil || id.Nonce != nonce || id.Subject == "" {
		return who, refused(err)
	}
	var claims struct {
		Email    string          `json:"email"`
		Verified json.RawMessage `json:"email_verified"`
	}
	if err := id.Claims(&claims); err != nil {
		return who, refused(err)
	}
	who.Subject = id.Subject
	if v := string(claims.Verified); v == "true" || v == `"true"` { // some write it as a text
		who.Email = claims.Email
	}
	return who, nil
}
