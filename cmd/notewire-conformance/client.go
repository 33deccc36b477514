package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"time"
)

// answerTimeout bounds one exchange, so that a hanging server fails the run.
const answerTimeout = 20 * time.Second

// answer is what a call brought.
type answer struct {
	status int
	header http.Header
	raw    []byte
	body   any // nil when there was none or it is no JSON
}

// code and id are of the answer's error, empty when it has none.
func (a answer) code() string { return text(a.body, "error", "code") }
func (a answer) id() string   { return text(a.body, "error", "id") }

// String is for complaints: the status and the beginning of the body.
func (a answer) String() string {
	raw := a.raw
	if len(raw) > 200 {
		raw = append(append([]byte{}, raw[:200]...), "…"...)
	}
	return fmt.Sprintf("%d %s", a.status, raw)
}

// client calls the server. It follows no redirects and keeps its connections.
type client struct {
	base string
	http *http.Client
}

func newClient(base string) *client {
	return &client{base: base, http: &http.Client{
		Timeout:       answerTimeout,
		Transport:     &http.Transport{},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// call posts params to an endpoint, with the token in them unless it is empty.
func (c *client) call(ctx context.Context, path, token string, params map[string]any) (answer, error) {
	body := map[string]any{}
	for name, value := range params {
		body[name] = value
	}
	if token != "" {
		body["i"] = token
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return answer{}, fmt.Errorf("encoding parameters: %w", err)
	}
	return c.exchange(ctx, http.MethodPost, "/api/"+path, http.Header{"Content-Type": {"application/json"}}, raw)
}

// upload sends a file as a form.
func (c *client) upload(ctx context.Context, token, name string, content []byte) (answer, error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if err := form.WriteField("i", token); err != nil {
		return answer{}, fmt.Errorf("making a form: %w", err)
	}
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		return answer{}, fmt.Errorf("making a form: %w", err)
	}
	if _, err := part.Write(content); err != nil {
		return answer{}, fmt.Errorf("making a form: %w", err)
	}
	if err := form.Close(); err != nil {
		return answer{}, fmt.Errorf("making a form: %w", err)
	}
	return c.exchange(ctx, http.MethodPost, "/api/drive/files/create", http.Header{"Content-Type": {form.FormDataContentType()}}, body.Bytes())
}

// exchange sends any request; a nil body is none.
func (c *client) exchange(ctx context.Context, method, path string, header http.Header, body []byte) (answer, error) {
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(body)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.base+path, reader)
	if err != nil {
		return answer{}, fmt.Errorf("making a request: %w", err)
	}
	for name, values := range header {
		request.Header[name] = values
	}
	response, err := c.http.Do(request)
	if err != nil {
		return answer{}, fmt.Errorf("calling %s: %w", path, err)
	}
	defer func() { _ = response.Body.Close() }()
	a := answer{status: response.StatusCode, header: response.Header}
	if a.raw, err = io.ReadAll(response.Body); err != nil {
		return answer{}, fmt.Errorf("reading the answer of %s: %w", path, err)
	}
	if len(a.raw) > 0 {
		a.body, _ = decodeJSON(a.raw) // no JSON: nil
	}
	return a, nil
}
