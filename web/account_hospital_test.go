package web_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"rekindle/platform/identity"
	"rekindle/platform/openid"
	"rekindle/web/webtest"
)

// hospital is an OpenID provider that recognizes whoever it is told to, and holds to the code flow with PKCE.
type hospital struct {
	*httptest.Server
	t          *testing.T
	key        *rsa.PrivateKey
	who        map[string]any // claims of the next person
	wrongNonce bool           // the nonce is another's
	alg        string         // with which it says that it signs
	kid        string         // of the key
	down       int            // what it answers to a code; 0: it works

	mu    sync.Mutex
	asked map[string]url.Values
}

func newHospital(t *testing.T) *hospital {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	succeed(t, err)
	h := &hospital{t: t, key: key, alg: "RS256", kid: "1", asked: map[string]url.Values{}}
	mux := http.NewServeMux()
	reply := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		reply(w, map[string]any{"issuer": h.URL, "authorization_endpoint": h.URL + "/authorize", "token_endpoint": h.URL + "/token", "jwks_uri": h.URL + "/keys", "id_token_signing_alg_values_supported": []string{"RS256"}})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, r *http.Request) {
		reply(w, map[string]any{"keys": []any{map[string]any{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": h.kid, "n": b64(h.key.N.Bytes()), "e": b64(big.NewInt(int64(h.key.E)).Bytes())}}})
	})
	mux.HandleFunc("GET /authorize", func(w http.ResponseWriter, r *http.Request) { // for browsers
		http.Redirect(w, r, h.recognizes(r.URL.Query()), http.StatusFound)
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		if h.down != 0 {
			w.WriteHeader(h.down)
			return
		}
		h.mu.Lock()
		asked, ok := h.asked[r.PostFormValue("code")]
		delete(h.asked, r.PostFormValue("code"))
		h.mu.Unlock()
		sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
		id, secret, _ := r.BasicAuth()
		if secret != "whispered" {
			w.WriteHeader(http.StatusUnauthorized)
			reply(w, map[string]string{"error": "invalid_client"})
			return
		}
		if !ok || b64(sum[:]) != asked.Get("code_challenge") || id != "rekindle" || r.PostFormValue("redirect_uri") != asked.Get("redirect_uri") {
			w.WriteHeader(http.StatusBadRequest)
			reply(w, map[string]string{"error": "invalid_grant"})
			return
		}
		claims := map[string]any{"iss": h.URL, "aud": "rekindle", "exp": time.Now().Add(time.Minute).Unix(), "iat": time.Now().Unix(), "nonce": asked.Get("nonce")}
		if h.wrongNonce {
			claims["nonce"] = "another"
		}
		for k, v := range h.who {
			claims[k] = v
		}
		reply(w, map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": h.signed(claims)})
	})
	h.Server = httptest.NewServer(mux)
	t.Cleanup(h.Close)
	return h
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (h *hospital) signed(claims map[string]any) string {
	text, err := json.Marshal(claims)
	succeed(h.t, err)
	token := b64(fmt.Appendf(nil, `{"alg":%q,"kid":%q}`, h.alg, h.kid)) + "." + b64(text)
	sum := sha256.Sum256([]byte(token))
	signature, err := rsa.SignPKCS1v15(rand.Reader, h.key, crypto.SHA256, sum[:])
	succeed(h.t, err)
	return token + "." + b64(signature)
}

// turn draws a new key.
func (h *hospital) turn() {
	h.t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	succeed(h.t, err)
	h.key, h.kid = key, h.kid+"1"
}

// goes begins in a browser, is recognized, and gives the path by which the browser comes back.
func (h *hospital) goes(v *visitor, to string) string {
	h.t.Helper()
	return h.answers(v.do(webtest.Scenario{Path: "/sign-in/hospital", Form: url.Values{"to": {to}}}))
}

// answers recognizes whoever follows a page that leads to it, and gives the path by which they come back.
func (h *hospital) answers(p *webtest.Page) string {
	h.t.Helper()
	links := p.All(h.t, "main a.first")
	if p.Status != http.StatusOK || len(links) != 1 || !strings.HasPrefix(p.Header.Get("Refresh"), "0; url="+h.URL) {
		h.t.Fatalf("%d %s", p.Status, p.Text(h.t, "main"))
	}
	u, err := url.Parse(webtest.Attribute(links[0], "href"))
	succeed(h.t, err)
	q := u.Query()
	if q.Get("code_challenge_method") != "S256" || q.Get("nonce") == "" || q.Get("state") == "" || q.Get("response_type") != "code" || q.Get("redirect_uri") != "https://coaching.example.org/sign-in/hospital/back" {
		h.t.Fatalf("asked with %v", q)
	}
	return strings.TrimPrefix(h.recognizes(q), "https://coaching.example.org")
}

// recognizes somebody who came with a question, and gives where they go back to.
func (h *hospital) recognizes(q url.Values) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	code := "code-" + strings.ToLower(rand.Text()[:6])
	h.asked[code], h.asked["last"] = q, q
	return q.Get("redirect_uri") + "?" + url.Values{"code": {code}, "state": {q.Get("state")}}.Encode()
}

func TestSignInAtTheHospital(t *testing.T) {
	e := enrol(t)
	h := newHospital(t)
	e.Hospital = &openid.Provider{Issuer: h.URL, Client: "rekindle", Secret: "whispered"}
	account, _ := e.invited("kim@hospital.example", identity.Owner)
	count := func() int {
		all, err := e.Staff(t.Context(), investigator)
		succeed(t, err)
		return len(all)
	}
	if len(e.browser().get("/sign-in").All(t, `form[action="/sign-in/hospital"] button`)) != 1 {
		t.Error("the hospital's sign-in is not offered")
	}
	comes := func(v *visitor, back string) (int, string) {
		p := v.do(webtest.Scenario{Path: back})
		return p.Status, p.Header.Get("Location") + p.Text(t, "main")
	}
	for name, who := range map[string]map[string]any{
		"unknown":         {"sub": "7", "email": "nobody@hospital.example", "email_verified": true},
		"not verified":    {"sub": "7", "email": "kim@hospital.example", "email_verified": false},
		"says nothing":    {"sub": "7", "email": "kim@hospital.example"},
		"without address": {"sub": "7"},
	} {
		h.who = who
		v := e.browser()
		if status, said := comes(v, h.goes(v, "")); status != http.StatusForbidden || !strings.Contains(said, "no open account") || v.cookies["rekindle_staff"] != "" {
			t.Errorf("%s: %d %s", name, status, said)
		}
	}
	if n := count(); n != 1 {
		t.Fatalf("%d accounts", n)
	}
	h.who = map[string]any{"sub": "42", "email": "KIM@hospital.example", "email_verified": "true"}
	v := e.browser()
	back := h.goes(v, "/audit")
	other := e.browser()
	if status, said := comes(other, back); status != http.StatusForbidden || !strings.Contains(said, "not begun in this browser") {
		t.Errorf("another's browser: %d %s", status, said)
	}
	state := v.cookies["rekindle_hospital"]
	if status, to := comes(v, back); status != http.StatusSeeOther || to != "/audit" {
		t.Fatalf("%d %s", status, to)
	}
	v.get("/account")
	v.cookies["rekindle_hospital"] = state
	if status, said := comes(v, back); status != http.StatusConflict || !strings.Contains(said, "done already") {
		t.Errorf("again: %d %s", status, said)
	}
	// From now on by who they are there, whatever their address is; the address of somebody else there opens nothing.
	h.who = map[string]any{"sub": "42", "email": "kim.married@hospital.example", "email_verified": true}
	v = e.browser()
	if status, to := comes(v, h.goes(v, "//evil.example")); status != http.StatusSeeOther || to != "/" {
		t.Errorf("%d %s", status, to)
	}
	h.who = map[string]any{"sub": "43", "email": "kim@hospital.example", "email_verified": true}
	v = e.browser()
	if status, said := comes(v, h.goes(v, "")); status != http.StatusForbidden {
		t.Errorf("the address was given to somebody else: %d %s", status, said)
	}
	for name, wrong := range map[string]func(){
		"another's nonce": func() { h.wrongNonce = true },
		"expired": func() {
			h.wrongNonce, h.who = false, map[string]any{"sub": "42", "exp": time.Now().Add(-time.Hour).Unix()}
		},
		"another client": func() { h.who = map[string]any{"sub": "42", "aud": "another"} },
		"another issuer": func() { h.who = map[string]any{"sub": "42", "iss": "https://evil.example"} },
		"nobody":         func() { h.who = map[string]any{"sub": ""} },
	} {
		h.who, h.wrongNonce = map[string]any{"sub": "42"}, false
		wrong()
		v := e.browser()
		if status, said := comes(v, h.goes(v, "")); status != http.StatusForbidden || !strings.Contains(said, "did not recognize you") || v.cookies["rekindle_staff"] != "" {
			t.Errorf("%s: %d %s", name, status, said)
		}
	}
	h.who, h.wrongNonce = map[string]any{"sub": "42"}, false
	v = e.browser()
	h.goes(v, "")
	if status, said := comes(v, "/sign-in/hospital/back?error=access_denied&state="+v.cookies["rekindle_hospital"]); status != http.StatusForbidden || !strings.Contains(said, "not completed") {
		t.Errorf("refused there: %d %s", status, said)
	}
	v = e.browser()
	back = h.goes(v, "")
	e.pass(11 * time.Minute)
	if status, _ := comes(v, back); status != http.StatusConflict {
		t.Errorf("too late: %d", status)
	}
	second := identity.Actor{Name: "second", Role: identity.Owner}
	_, _ = e.invited("pat@hospital.example", identity.Owner)
	succeed(t, e.CloseAccount(t.Context(), second, account))
	v = e.browser()
	if status, _ := comes(v, h.goes(v, "")); status != http.StatusForbidden {
		t.Errorf("a closed account: %d", status)
	}
	h.Close()
	e.Hospital = &openid.Provider{Issuer: h.URL, Client: "rekindle"}
	if p := e.browser().do(webtest.Scenario{Path: "/sign-in/hospital", Form: url.Values{}}); p.Status != http.StatusServiceUnavailable || !strings.Contains(p.Text(t, "main"), "does not answer") {
		t.Errorf("nobody answers: %d %s", p.Status, p.Text(t, "main"))
	}
	e.Hospital = nil
	if p := e.browser().do(webtest.Scenario{Path: "/sign-in/hospital", Form: url.Values{}}); p.Status != http.StatusNotFound {
		t.Errorf("without a hospital: %d", p.Status)
	}
	for _, told := range []string{"kim", "code-", state, "42"} {
		for line := range strings.Lines(e.logged.String()) {
			if _, rest, ok := strings.Cut(line, "page="); ok && strings.Contains(strings.Split(rest, " bytes=")[0], told) {
				t.Errorf("the log tells %q: %s", told, line)
			}
		}
	}
}
