package chaostest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"notewire/store"
)

// account is a user of the server under test.
type account struct {
	id    store.UserID
	name  string
	token string
}

// caller calls endpoints. Its calls end after timeout: whether one was carried
// out is then unknown.
type caller struct {
	http    http.Client
	timeout time.Duration
}

func newCaller(t *testing.T, timeout time.Duration) *caller {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 32}
	t.Cleanup(transport.CloseIdleConnections)
	return &caller{http: http.Client{Transport: transport}, timeout: timeout}
}

// refused is an answer that says no: nothing was done.
type refused struct {
	status int
	body   string
}

func (r *refused) Error() string { return fmt.Sprintf("%d: %s", r.status, r.body) }

// call calls an endpoint. An error that is no *refused says that nobody knows
// whether it was carried out.
func (c *caller) call(ctx context.Context, url, endpoint, token string, params map[string]any, answer any) error {
	if params == nil {
		params = map[string]any{}
	}
	if token != "" {
		params["i"] = token
	}
	body, err := json.Marshal(params)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/api/"+endpoint, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	got, err := io.ReadAll(res.Body)
	switch {
	case err != nil:
		return err
	case res.StatusCode >= 500:
		return fmt.Errorf("%s: %d: %s", endpoint, res.StatusCode, got)
	case res.StatusCode >= 300:
		return &refused{res.StatusCode, string(got)}
	case answer == nil:
		return nil
	default:
		return json.Unmarshal(got, answer)
	}
}

// must is call for what has to work: the preparations of a test.
func (c *caller) must(t *testing.T, url, endpoint, token string, params map[string]any, answer any) {
	t.Helper()
	if err := c.call(t.Context(), url, endpoint, token, params, answer); err != nil {
		t.Fatalf("%s: %v", endpoint, err)
	}
}

// signUp makes an account.
func (c *caller) signUp(t *testing.T, url, name string) account {
	t.Helper()
	var me struct{ ID, Token string }
	c.must(t, url, "signup", "", map[string]any{"username": name, "password": "correct horse"}, &me)
	if me.ID == "" || me.Token == "" {
		t.Fatalf("signup of %s answered no id or no token", name)
	}
	return account{store.UserID(me.ID), name, me.Token}
}

// follow lets one account follow another.
func (c *caller) follow(t *testing.T, url string, a, b account, withReplies bool) {
	t.Helper()
	c.must(t, url, "following/create", a.token, map[string]any{"userId": b.id, "withReplies": withReplies}, nil)
}

// post posts a note and answers its id.
func (c *caller) post(ctx context.Context, url, token string, params map[string]any) (store.NoteID, error) {
	var made struct {
		CreatedNote struct{ ID store.NoteID }
	}
	err := c.call(ctx, url, "notes/create", token, params, &made)
	return made.CreatedNote.ID, err
}
