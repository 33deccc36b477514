package main

import (
	"context"
	"encoding/base64"
	"fmt"
)

// scene makes what one endpoint's row needs. The first thing that fails stays in err, and what follows does nothing.
type scene struct {
	ctx context.Context
	w   *world
	me  *account // who calls the endpoint
	err error
}

// someone makes a user.
func (s *scene) someone() *account {
	if s.err != nil {
		return &account{}
	}
	a, err := s.w.fresh(s.ctx)
	if err != nil {
		s.err = err
		return &account{}
	}
	return a
}

// do calls an endpoint which has to succeed.
func (s *scene) do(who *account, path string, params map[string]any) any {
	if s.err != nil {
		return nil
	}
	body, err := s.w.must(s.ctx, who, path, params)
	s.err = err
	return body
}

// note posts and returns the id.
func (s *scene) note(who *account, params map[string]any) string {
	return text(s.do(who, "notes/create", params), "createdNote", "id")
}

// plain posts a note of a stranger.
func (s *scene) plain() string { return s.note(s.someone(), map[string]any{"text": "plain"}) }

// made calls an endpoint as the caller and returns the id of what it made.
func (s *scene) made(path string, params map[string]any) string {
	return text(s.do(s.me, path, params), "id")
}

// file uploads a picture as the caller and returns its id.
func (s *scene) file() string {
	if s.err != nil {
		return ""
	}
	got, err := s.w.upload(s.ctx, s.me.token, "pixel.png", onePixel)
	if err == nil && text(got.body, "id") == "" {
		err = fmt.Errorf("uploading a file: %s", got)
	}
	s.err = err
	return text(got.body, "id")
}

// onePixel is a PNG of one pixel.
var onePixel = mustDecode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")

// mustDecode decodes a constant of this program.
func mustDecode(s string) []byte {
	raw, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return raw
}
