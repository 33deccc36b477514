package main

import (
	"net/url"
	"strings"
	"time"

	"golang.org/x/crypto/bcrypt"
)

// Validate refuses what no server can run with, before anything is opened.
// Zero would mean the default further in, which nobody means who writes it.
func (c *serveCmd) Validate() error {
	if err := c.limitFlags.check(); err != nil {
		return err
	}
	if err := checkURL(c.URL); err != nil {
		return err
	}
	if err := checkPasswordCost(c.PasswordCost); err != nil {
		return err
	}
	return positive(map[string]int64{
		"database-conns": int64(c.DatabaseConns), "max-file-size": int64(c.MaxFileSize), "max-body": int64(c.MaxBody),
		"event-retention": int64(c.EventRetention), "poll-interval": int64(c.PollInterval),
	})
}

// Validate does for dev what it does for serve.
func (c *devCmd) Validate() error {
	if err := c.limitFlags.check(); err != nil {
		return err
	}
	return checkURL(c.URL)
}

func (l limitFlags) check() error {
	if l.FrameRate <= 0 {
		return usagef("--frame-rate has to be above 0")
	}
	if l.PingInterval < time.Second {
		return usagef("--ping-interval has to be at least 1s")
	}
	if l.PongTimeout < l.PingInterval {
		return usagef("--pong-timeout has to be at least --ping-interval")
	}
	if l.Drain < 0 {
		return usagef("--drain has to be 0s or more")
	}
	return positive(map[string]int64{
		"max-channels": int64(l.MaxChannels), "max-captures": int64(l.MaxCaptures), "max-frame": int64(l.MaxFrame),
		"frame-burst": int64(l.FrameBurst), "frame-relief": int64(l.FrameRelief),
		"replay-events": int64(l.ReplayEvents),
		"queue-bytes":   int64(l.QueueBytes), "queue-frames": int64(l.QueueFrames), "queue-total": int64(l.QueueTotal),
		"max-user-conns": int64(l.MaxUserConns), "max-address-conns": int64(l.MaxAddressConns),
		"handshake-timeout": int64(l.HandshakeTimeout), "viewer-linger": int64(l.ViewerLinger),
	})
}

// positive refuses flags that are not above 0; of several the first by name.
func positive(flags map[string]int64) error {
	first := ""
	for name, v := range flags {
		if v <= 0 && (first == "" || name < first) {
			first = name
		}
	}
	if first == "" {
		return nil
	}
	return usagef("--%s has to be above 0", first)
}

// checkURL refuses an address that is not scheme and host; empty is none.
func checkURL(s string) error {
	u, err := url.Parse(s)
	if s != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "") {
		return usagef("--url is not a scheme and a host, such as https://notes.example")
	}
	return nil
}

func checkPasswordCost(cost int) error {
	if cost < bcrypt.MinCost || cost > bcrypt.MaxCost {
		return usagef("--password-cost is not between %d and %d", bcrypt.MinCost, bcrypt.MaxCost)
	}
	return nil
}
