package main

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// byteSize is a number of bytes, written as 65536, 64KiB, 1MiB or 2GiB.
type byteSize int64

// UnmarshalText reads a byte size.
func (b *byteSize) UnmarshalText(text []byte) error {
	s := string(text)
	unit := int64(1)
	for _, u := range []struct {
		suffix string
		size   int64
	}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}} {
		if rest, ok := strings.CutSuffix(s, u.suffix); ok {
			s, unit = rest, u.size
			break
		}
	}
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil || n < 0 || n > (1<<62)/unit {
		return fmt.Errorf("%q is not a size; write bytes, or 64KiB, 1MiB, 2GiB", text)
	}
	*b = byteSize(n * unit)
	return nil
}

// prefixes is a list of networks, for example 10.0.0.0/8,::1/128.
type prefixes []netip.Prefix

// UnmarshalText reads a comma-separated list of networks or addresses; "none"
// is the empty list.
func (p *prefixes) UnmarshalText(text []byte) error {
	*p = nil
	if s := strings.TrimSpace(string(text)); s == "" || s == "none" {
		return nil
	}
	for _, part := range strings.Split(string(text), ",") {
		part = strings.TrimSpace(part)
		if n, err := netip.ParsePrefix(part); err == nil {
			*p = append(*p, n.Masked())
			continue
		}
		a, err := netip.ParseAddr(part)
		if err != nil {
			return fmt.Errorf("%q is neither a network (10.0.0.0/8) nor an address", part)
		}
		*p = append(*p, netip.PrefixFrom(a, a.BitLen()))
	}
	return nil
}

// databaseFlags say where the data is.
type databaseFlags struct {
	Database       string `help:"Where the data is: sqlite:FILE or postgres://…" default:"sqlite:notewire.db" placeholder:"URL"`
	DatabaseListen string `help:"Another postgres:// URL for LISTEN and migrations, past a pooler such as PgBouncer (default: --database)." placeholder:"URL"`
	DatabaseConns  int    `help:"Most connections to PostgreSQL (count)." default:"16"`
}

// limitFlags are the limits of the sockets. Each is counted when it is met.
type limitFlags struct {
	MaxChannels      int           `help:"Channels joined per connection (count); further connects are ignored." default:"32"`
	MaxCaptures      int           `help:"Notes captured per connection (count); past it the oldest is dropped." default:"1536"`
	MaxFrame         byteSize      `help:"Size of an inbound frame (bytes); past it the connection is closed with 1009." default:"64KiB"`
	FrameRate        float64       `help:"Inbound frames per second and connection (frames/s), on average." default:"50"`
	FrameBurst       int           `help:"Inbound frames that may come at once (count)." default:"2048"`
	FrameRelief      time.Duration `help:"How long a connection may stay above the frame rate before it is closed with 1008 (duration)." default:"10s"`
	QueueBytes       byteSize      `help:"Outgoing bytes queued per connection (bytes); past it the connection is closed with 1013." default:"1MiB"`
	QueueFrames      int           `help:"Outgoing frames queued per connection (count)." default:"2048"`
	QueueTotal       byteSize      `help:"Outgoing bytes queued in all (bytes); past it the fullest connections are closed first." default:"256MiB"`
	MaxUserConns     int           `help:"Connections per user (count); 429 past it." default:"64"`
	MaxAddressConns  int           `help:"Connections per client address (count); 429 past it; loopback has no limit." default:"256"`
	HandshakeTimeout time.Duration `help:"Time for the handshake (duration)." default:"10s"`
	PingInterval     time.Duration `help:"How often the server pings (duration)." default:"25s"`
	PongTimeout      time.Duration `help:"How long a pong may be missing before the connection is cut (duration)." default:"60s"`
	ViewerLinger     time.Duration `help:"How long a user's relations are kept after the last connection (duration)." default:"1m"`
	ReplayEvents     int           `help:"Events of the log that a client may be behind and still be resumed by its cursor (count)." default:"1000"`
	Drain            time.Duration `help:"Over how long connections are closed at shutdown (duration)." default:"3s"`
	TextPong         bool          `help:"Answer the text frame 'ping' with 'pong' (for clients older than Misskey 13.13)."`
}

// The defaults that dev shares with serve.
const (
	defaultRetention = 24 * time.Hour
	defaultPoll      = 500 * time.Millisecond
)

// apiFlags are the settings of the HTTP API.
type apiFlags struct {
	Name           string        `help:"Name of the server, shown in meta and nodeinfo." default:"Notewire"`
	Files          string        `help:"Folder for uploaded files." default:"files" placeholder:"DIR"`
	MaxFileSize    byteSize      `help:"Size of an uploaded file (bytes)." default:"32MiB"`
	MaxBody        byteSize      `help:"Size of a JSON request body (bytes)." default:"1MiB"`
	PasswordCost   int           `help:"bcrypt cost of new passwords (4 to 31)." default:"10"`
	EventRetention time.Duration `help:"How long rows of the event log are kept (duration)." default:"24h"`
	PollInterval   time.Duration `help:"How often the event log is read without a wake (duration)." default:"500ms"`
}
