//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// apiClient is one connection to the HTTP API. It notes when an answer came.
type apiClient struct {
	conn net.Conn
	r    *bufio.Reader
	at   time.Time // of the first read of the last answer
}

func indexOf(p []byte, s string) int { return bytes.Index(p, []byte(s)) }

func dialAPI(ctx context.Context, port int) (*apiClient, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return nil, fmt.Errorf("connecting to the API: %w", err)
	}
	c := &apiClient{conn: conn}
	c.r = bufio.NewReaderSize(readerFunc(func(p []byte) (int, error) {
		n, err := conn.Read(p)
		c.at = time.Now()
		return n, err
	}), 64<<10)
	return c, nil
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func (c *apiClient) close() { _ = c.conn.Close() }

// call answers the body of a successful call and when the answer came.
func (c *apiClient) call(endpoint string, params map[string]any) ([]byte, time.Time, error) {
	body, err := json.Marshal(params)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("encoding parameters: %w", err)
	}
	if err := c.conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		return nil, time.Time{}, fmt.Errorf("calling %s: %w", endpoint, err)
	}
	if _, err := fmt.Fprintf(c.conn, "POST /api/%s HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		endpoint, len(body), body); err != nil {
		return nil, time.Time{}, fmt.Errorf("calling %s: %w", endpoint, err)
	}
	res, err := http.ReadResponse(c.r, nil)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("calling %s: %w", endpoint, err)
	}
	at := c.at
	answer, err := io.ReadAll(res.Body)
	if err := errors.Join(err, res.Body.Close()); err != nil {
		return nil, time.Time{}, fmt.Errorf("calling %s: %w", endpoint, err)
	}
	if res.StatusCode >= http.StatusBadRequest {
		return nil, time.Time{}, fmt.Errorf("calling %s: %s %.200s", endpoint, res.Status, answer)
	}
	return answer, at, nil
}

func (c *apiClient) createNote(token, text string) (id string, at time.Time, err error) {
	answer, at, err := c.call("notes/create", map[string]any{"i": token, "text": text})
	if err != nil {
		return "", at, err
	}
	var made struct {
		CreatedNote struct {
			ID string `json:"id"`
		} `json:"createdNote"`
	}
	if err := json.Unmarshal(answer, &made); err != nil {
		return "", at, fmt.Errorf("reading the answer of notes/create: %w", err)
	}
	return made.CreatedNote.ID, at, nil
}
