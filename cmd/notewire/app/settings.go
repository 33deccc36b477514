package app

import (
	"fmt"
	"net/url"
	"strings"

	"golang.org/x/crypto/bcrypt"

	"notewire/store"
)

// SettingError says which setting cannot be used and why. A better setting would
// mend it, so commands answer it as a mistake in the command line.
type SettingError struct {
	// Setting is the name of the setting as flags and configuration files write
	// it, for example "ping-interval".
	Setting string
	// Problem says what is wrong with it, as the rest of a sentence that begins
	// with the name.
	Problem string
}

// Error implements error.
func (e *SettingError) Error() string { return "--" + e.Setting + " " + e.Problem }

func refuse(setting, format string, args ...any) error {
	return &SettingError{Setting: setting, Problem: fmt.Sprintf(format, args...)}
}

// Validate answers the SettingError with which New would refuse c, for commands
// that want to know before anything is opened.
func (c Config) Validate() error {
	c.fillDefaults()
	s := &c.Streaming
	for _, n := range []struct {
		setting string
		value   int64
	}{
		{"database-conns", int64(c.Database.MaxConns)},
		{"database-stream-conns", int64(c.Database.StreamConns)},
		{"drain", int64(s.Drain)},
		{"event-retention", int64(c.EventLog.Retention)},
		{"frame-burst", int64(s.Socket.InboundBurst)},
		{"frame-rate", int64(s.Socket.InboundRate)},
		{"frame-relief", int64(s.Socket.InboundPatience)},
		{"handshake-timeout", int64(s.Socket.HandshakeTimeout)},
		{"max-address-conns", int64(s.MaxPerAddress)},
		{"max-body", c.API.MaxBody},
		{"max-captures", int64(s.MaxCaptures)},
		{"max-channels", int64(s.MaxChannels)},
		{"max-file-size", c.API.MaxFileSize},
		{"max-frame", int64(s.Socket.InboundFrame)},
		{"max-user-conns", int64(s.MaxPerUser)},
		{"ping-interval", int64(s.Socket.PingInterval)},
		{"poll-interval", int64(c.EventLog.Poll)},
		{"queue-bytes", int64(s.Socket.QueueBytes)},
		{"queue-frames", int64(s.Socket.QueueFrames)},
		{"queue-total", s.Socket.QueueTotal},
		{"replay-events", int64(s.ReplayEvents)},
		{"viewer-linger", int64(s.ViewerLinger)},
		{"answer-stall", int64(c.HTTP.AnswerStall)},
		{"body-stall", int64(c.HTTP.BodyStall)},
		{"body-timeout", int64(c.HTTP.BodyTimeout)},
		{"idle-timeout", int64(c.HTTP.IdleTimeout)},
		{"keep-alive", int64(c.KeepAlive)},
		{"min-rate", int64(c.HTTP.MinRate)},
	} {
		if n.value < 0 {
			return refuse(n.setting, "has to be 0 or more")
		}
	}
	if s.Socket.PongTimeout < s.Socket.PingInterval {
		return refuse("pong-timeout", "has to be at least --ping-interval")
	}
	if err := validURL(c.URL); err != nil {
		return err
	}
	if k := c.IDs; k != "" && k != store.AIDX && k != store.AID {
		return refuse("ids", "is neither %s nor %s", store.AIDX, store.AID)
	}
	return ValidPasswordCost(c.API.PasswordCost)
}

// validURL refuses an address that is not scheme and host; empty is none.
func validURL(s string) error {
	u, err := url.Parse(s)
	if s != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "") {
		return refuse("url", "is not a scheme and a host, such as https://notes.example")
	}
	return nil
}

// ValidPasswordCost refuses a cost of bcrypt's that bcrypt does not know, with a
// SettingError.
func ValidPasswordCost(cost int) error {
	if cost < bcrypt.MinCost || cost > bcrypt.MaxCost {
		return refuse("password-cost", "is not between %d and %d", bcrypt.MinCost, bcrypt.MaxCost)
	}
	return nil
}

// fillDefaults puts the defaults in place of zeros.
func (c *Config) fillDefaults() {
	d := Default()
	fill(&c.Listen, d.Listen)
	fill(&c.Name, d.Name)
	fill(&c.Version, d.Version)
	fill(&c.Database.URL, d.Database.URL)
	fill(&c.Database.MaxConns, d.Database.MaxConns)
	fill(&c.Database.StreamConns, d.Database.StreamConns)
	fill(&c.API.Files, d.API.Files)
	fill(&c.API.MaxFileSize, d.API.MaxFileSize)
	fill(&c.API.MaxBody, d.API.MaxBody)
	fill(&c.API.RequestTimeout, d.API.RequestTimeout)
	fill(&c.API.PasswordCost, d.API.PasswordCost)
	fill(&c.API.UnreadAfter, d.API.UnreadAfter)
	fill(&c.EventLog.Retention, d.EventLog.Retention)
	fill(&c.EventLog.Poll, d.EventLog.Poll)
	fill(&c.KeepAlive, d.KeepAlive)
	fill(&c.Logger, d.Logger)

	s, ds := &c.Streaming, d.Streaming
	fill(&s.MaxChannels, ds.MaxChannels)
	fill(&s.MaxCaptures, ds.MaxCaptures)
	fill(&s.MaxPerUser, ds.MaxPerUser)
	fill(&s.MaxPerAddress, ds.MaxPerAddress)
	fill(&s.ViewerLinger, ds.ViewerLinger)
	fill(&s.ReplayEvents, ds.ReplayEvents)
	s.Socket = s.Socket.Filled()

	fill(&c.HTTP.HeaderTimeout, s.Socket.HandshakeTimeout)
	c.HTTP = c.HTTP.Filled()
}

// fill sets *v to its default if it is zero.
func fill[T comparable](v *T, fallback T) {
	var zero T
	if *v == zero {
		*v = fallback
	}
}
