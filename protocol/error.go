package protocol

// Error is what an endpoint answers with when it fails, over HTTP and over
// the stream alike. Members that are empty are left out, as in the answer of
// a failed sign-in, which has an id only.
type Error struct {
	Message string `json:"message,omitempty"`
	Code    string `json:"code,omitempty"` // UPPER_SNAKE_CASE; clients show texts by it
	ID      string `json:"id,omitempty"`   // a fixed UUID for each place that fails; clients compare it
	Kind    Kind   `json:"kind,omitempty"`
	Info    any    `json:"info,omitempty"` // param and reason of INVALID_PARAM, remaining and reset of RATE_LIMIT_EXCEEDED
}

// Kind says whose fault an Error is.
type Kind string

// The three kinds that Misskey 2024.10 answers with.
const (
	KindClient     Kind = "client"
	KindServer     Kind = "server"
	KindPermission Kind = "permission"
)

// InvalidParam is the Info of an INVALID_PARAM error.
type InvalidParam struct {
	Param  string `json:"param"`  // a JSON pointer into the schema, such as #/type
	Reason string `json:"reason"` // in words
}

// Error is the code with its message.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Body is the error as it goes out: {"error":{…}}. An Info that cannot be
// encoded is left out.
func (e *Error) Body() []byte {
	type wrapped struct {
		Error *Error `json:"error"`
	}
	b, err := Marshal(wrapped{e})
	if err != nil {
		plain := *e
		plain.Info = nil
		b, _ = Marshal(wrapped{&plain})
	}
	return b
}
