package main

import (
	"time"

	"github.com/alecthomas/kong"

	"notewire/api/httpserver"
	"notewire/cmd/notewire/app"
)

// databaseFlags say where the data is.
type databaseFlags struct {
	Database       string `help:"Where the data is: sqlite:FILE or postgres://…" default:"${database}" placeholder:"URL"`
	DatabaseListen string `help:"Another postgres:// URL for the event log, LISTEN and migrations, past a pooler such as PgBouncer (default: --database)." placeholder:"URL"`
	DatabaseConns  int    `help:"Most connections to PostgreSQL for the HTTP API (count)." default:"${database_conns}"`
}

func (f databaseFlags) counts() map[string]int64 {
	return map[string]int64{"database-conns": int64(f.DatabaseConns)}
}

func (f databaseFlags) config() app.DatabaseConfig {
	return app.DatabaseConfig{URL: f.Database, ListenURL: f.DatabaseListen, MaxConns: f.DatabaseConns}
}

// idFlags say which kind of ids a new database gets.
type idFlags struct {
	IDs string `help:"Kind of ids: aidx (16 characters) or aid (10), as Misskey has them. A database keeps what it was first started with (default: that; aidx for a new one)." enum:"aidx,aid," default:"" name:"ids" placeholder:"KIND"`
}

// metricsFlags are the settings of the listener for machines that watch.
type metricsFlags struct {
	MetricsListen string `help:"Address for /metrics (Prometheus), /healthz and /readyz, for example 127.0.0.1:9100; it is for your own network only (default: none)." placeholder:"ADDR"`
}

// profilingFlags turn on what developers measure with. It is not for
// operation: whoever reaches it can read the process's memory and slow it down,
// so only this machine may, and the help does not offer it.
type profilingFlags struct {
	PprofListen string `help:"Loopback address for Go's profiles (/debug/pprof/), for whoever measures the server (default: none)." placeholder:"ADDR" hidden:""`
}

// limitFlags are the limits of the sockets. Each is counted when it is met.
type limitFlags struct {
	MaxChannels      int           `help:"Channels joined per connection (count); further connects are ignored." default:"${max_channels}"`
	MaxCaptures      int           `help:"Notes captured per connection (count); past it the oldest is dropped." default:"${max_captures}"`
	MaxFrame         byteSize      `help:"Size of an inbound frame (bytes); past it the connection is closed with 1009." default:"${max_frame}"`
	FrameRate        float64       `help:"Inbound frames per second and connection (frames/s), on average." default:"${frame_rate}"`
	FrameBurst       int           `help:"Inbound frames that may come at once (count)." default:"${frame_burst}"`
	FrameRelief      time.Duration `help:"How long a connection may stay above the frame rate before it is closed with 1008 (duration)." default:"${frame_relief}"`
	QueueBytes       byteSize      `help:"Outgoing bytes queued per connection (bytes); past it the connection is closed with 1013." default:"${queue_bytes}"`
	QueueFrames      int           `help:"Outgoing frames queued per connection (count)." default:"${queue_frames}"`
	QueueTotal       byteSize      `help:"Outgoing bytes queued in all (bytes); past it the fullest connections are closed first." default:"${queue_total}"`
	MaxUserConns     int           `help:"Connections per user (count); 429 past it." default:"${max_user_conns}"`
	MaxAddressConns  int           `help:"Connections per client address (count); 429 past it; loopback has no limit." default:"${max_address_conns}"`
	HandshakeTimeout time.Duration `help:"Time for the handshake, and for the headers of every HTTP request (duration)." default:"${handshake_timeout}"`
	PingInterval     time.Duration `help:"How often the server pings (duration)." default:"${ping_interval}"`
	PongTimeout      time.Duration `help:"How long a pong may be missing before the connection is cut (duration)." default:"${pong_timeout}"`
	ViewerLinger     time.Duration `help:"How long a user's relations are kept after the last connection (duration)." default:"${viewer_linger}"`
	ReplayEvents     int           `help:"Events of the log that a client may be behind and still be resumed by its cursor (count)." default:"${replay_events}"`
	Drain            time.Duration `help:"Over how long connections are closed at shutdown (duration)." default:"3s"`
	TextPong         bool          `help:"Answer the text frame 'ping' with 'pong' (for clients older than Misskey 13.13)."`
}

func (f limitFlags) counts() map[string]int64 {
	return map[string]int64{
		"max-channels": int64(f.MaxChannels), "max-captures": int64(f.MaxCaptures), "max-frame": int64(f.MaxFrame),
		"frame-burst": int64(f.FrameBurst), "frame-relief": int64(f.FrameRelief),
		"replay-events": int64(f.ReplayEvents),
		"queue-bytes":   int64(f.QueueBytes), "queue-frames": int64(f.QueueFrames), "queue-total": int64(f.QueueTotal),
		"max-user-conns": int64(f.MaxUserConns), "max-address-conns": int64(f.MaxAddressConns),
		"handshake-timeout": int64(f.HandshakeTimeout), "viewer-linger": int64(f.ViewerLinger),
	}
}

// validate refuses what would work and nobody wants.
func (f limitFlags) validate() error {
	if f.FrameRate <= 0 {
		return usagef("--frame-rate has to be above 0")
	}
	if f.PingInterval < time.Second {
		return usagef("--ping-interval has to be at least 1s")
	}
	return nil
}

func (f limitFlags) limits() app.StreamingLimits {
	limits := app.StreamingLimits{
		MaxChannels: f.MaxChannels, MaxCaptures: f.MaxCaptures, MaxPerUser: f.MaxUserConns, MaxPerAddress: f.MaxAddressConns,
		ViewerLinger: f.ViewerLinger, ReplayEvents: f.ReplayEvents, Drain: f.Drain, TextPong: f.TextPong,
	}
	s := &limits.Socket
	s.InboundFrame, s.InboundRate, s.InboundBurst, s.InboundPatience = int(f.MaxFrame), f.FrameRate, f.FrameBurst, f.FrameRelief
	s.QueueBytes, s.QueueFrames, s.QueueTotal = int(f.QueueBytes), f.QueueFrames, int64(f.QueueTotal)
	s.PingInterval, s.PongTimeout, s.HandshakeTimeout = f.PingInterval, f.PongTimeout, f.HandshakeTimeout
	return limits
}

// apiFlags are the settings of the HTTP API and of the event log.
type apiFlags struct {
	Name           string        `help:"Name of the server, shown in meta and nodeinfo." default:"${name}"`
	Files          string        `help:"Folder for uploaded files." default:"${files}" placeholder:"DIR"`
	MaxFileSize    byteSize      `help:"Size of an uploaded file (bytes)." default:"${max_file_size}"`
	MaxBody        byteSize      `help:"Size of a JSON request body (bytes)." default:"${max_body}"`
	PasswordCost   int           `help:"bcrypt cost of new passwords (4 to 31)." default:"${password_cost}"`
	EventRetention time.Duration `help:"How long rows of the event log are kept (duration)." default:"${event_retention}"`
	PollInterval   time.Duration `help:"How often the event log is read without a wake (duration)." default:"${poll_interval}"`
}

func (f apiFlags) counts() map[string]int64 {
	return map[string]int64{
		"max-file-size": int64(f.MaxFileSize), "max-body": int64(f.MaxBody), "password-cost": int64(f.PasswordCost),
		"event-retention": int64(f.EventRetention), "poll-interval": int64(f.PollInterval),
	}
}

func (f apiFlags) limits() app.APILimits {
	return app.APILimits{Files: f.Files, MaxFileSize: int64(f.MaxFileSize), MaxBody: int64(f.MaxBody), PasswordCost: f.PasswordCost}
}

func (f apiFlags) eventLog() app.EventLogConfig {
	return app.EventLogConfig{Retention: f.EventRetention, Poll: f.PollInterval}
}

// httpFlags are the limits of HTTP connections, those of /streaming included for
// as long as they are no websockets.
type httpFlags struct {
	IdleTimeout time.Duration `help:"How long a kept HTTP connection may wait for its next request (duration)." default:"${idle_timeout}"`
	BodyStall   time.Duration `help:"How long a request's body may come more slowly than the least rate, before it is not waited for any longer (duration)." default:"${body_stall}"`
	BodyTimeout time.Duration `help:"How long a request's body may take, however steadily it comes (duration)." default:"${body_timeout}"`
	AnswerStall time.Duration `help:"How long a client may take its answer more slowly than the least rate, before the connection is reset (duration)." default:"${answer_stall}"`
	MinRate     byteSize      `help:"The least rate of a request's body and of an answer (bytes/s)." default:"${min_rate}"`
	KeepAlive   time.Duration `help:"After how long a silence TCP asks whether a client is still there; a minute later it is given up (duration)." default:"${keep_alive}"`
}

func (f httpFlags) counts() map[string]int64 {
	return map[string]int64{
		"idle-timeout": int64(f.IdleTimeout), "body-stall": int64(f.BodyStall), "body-timeout": int64(f.BodyTimeout),
		"answer-stall": int64(f.AnswerStall), "min-rate": int64(f.MinRate), "keep-alive": int64(f.KeepAlive),
	}
}

func (f httpFlags) limits() httpserver.Limits {
	return httpserver.Limits{
		IdleTimeout: f.IdleTimeout, BodyStall: f.BodyStall, BodyTimeout: f.BodyTimeout, AnswerStall: f.AnswerStall, MinRate: int(f.MinRate),
	}
}

// defaultVars are what the flags' tags name in ${}: the server knows its
// defaults, and the command line shows them.
func defaultVars() kong.Vars {
	d := app.Default()
	s := d.Streaming
	return kong.Vars{
		"version": thisBuild().String(),

		"listen": d.Listen, "name": d.Name, "database": d.Database.URL, "database_conns": number(d.Database.MaxConns), "database_stream_conns": number(d.Database.StreamConns),
		"files": d.API.Files, "max_file_size": size(d.API.MaxFileSize), "max_body": size(d.API.MaxBody), "password_cost": number(d.API.PasswordCost),
		"event_retention": duration(d.EventLog.Retention), "poll_interval": duration(d.EventLog.Poll),

		"max_channels": number(s.MaxChannels), "max_captures": number(s.MaxCaptures),
		"max_user_conns": number(s.MaxPerUser), "max_address_conns": number(s.MaxPerAddress),
		"viewer_linger": duration(s.ViewerLinger), "replay_events": number(s.ReplayEvents),
		"max_frame": size(s.Socket.InboundFrame), "frame_rate": number(s.Socket.InboundRate),
		"frame_burst": number(s.Socket.InboundBurst), "frame_relief": duration(s.Socket.InboundPatience),
		"queue_bytes": size(s.Socket.QueueBytes), "queue_frames": number(s.Socket.QueueFrames), "queue_total": size(s.Socket.QueueTotal),
		"handshake_timeout": duration(s.Socket.HandshakeTimeout), "ping_interval": duration(s.Socket.PingInterval),
		"pong_timeout": duration(s.Socket.PongTimeout),

		"idle_timeout": duration(d.HTTP.IdleTimeout), "body_stall": duration(d.HTTP.BodyStall), "body_timeout": duration(d.HTTP.BodyTimeout),
		"answer_stall": duration(d.HTTP.AnswerStall), "min_rate": size(d.HTTP.MinRate), "keep_alive": duration(d.KeepAlive),
	}
}
