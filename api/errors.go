package api

import (
	"errors"
	"net/http"
)

// Kind says whose fault an Error is, in Misskey's words.
type Kind string

// The kinds of errors. misskey_dart knows client and server only and falls
// back to the raw answer for permission, which real servers send too.
const (
	KindClient     Kind = "client"
	KindServer     Kind = "server"
	KindPermission Kind = "permission"
)

// Error is an answer that says no: the object under "error" in Misskey's
// bodies. The order of its members is that of the wire.
type Error struct {
	Message string `json:"message"`
	Code    string `json:"code"` // unique within an endpoint
	ID      string `json:"id"`   // a uuid, the same for ever
	Kind    Kind   `json:"kind"`
	Info    any    `json:"info,omitempty"`

	Status int `json:"-"` // of HTTP; 0: by kind, see httpStatus
}

// Error makes it usable as an error. The text is for logs.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Is says that two errors are the same answer if their ids are, whatever info
// they carry.
func (e *Error) Is(target error) bool {
	var t *Error
	return errors.As(target, &t) && t.ID == e.ID
}

// with is a copy of the error that carries info.
func (e *Error) with(info any) *Error {
	c := *e
	c.Info = info
	return &c
}

// clientError makes an error of an endpoint: 400 and kind client.
func clientError(message, code, id string) *Error {
	return &Error{Message: message, Code: code, ID: id, Kind: KindClient}
}

// The errors that any endpoint can answer with, as Misskey 2024.10 prints them.
var (
	errCredentialRequired = &Error{Message: "Credential required.", Code: "CREDENTIAL_REQUIRED",
		ID: "1384574d-a912-4b81-8601-c7b1c4085df1", Kind: KindClient, Status: http.StatusUnauthorized}
	errAuthenticationFailed = &Error{Message: "Authentication failed. Please ensure your token is correct.", Code: "AUTHENTICATION_FAILED",
		ID: "b0a7f5f8-dc2f-4171-b91f-de88ad238e14", Kind: KindClient, Status: http.StatusUnauthorized}
	errSuspended = &Error{Message: "Your account has been suspended.", Code: "YOUR_ACCOUNT_SUSPENDED",
		ID: "a8c724b3-6e9c-4b46-b1a8-bc3ed6258370", Kind: KindPermission, Status: http.StatusForbidden}
	errPermissionDenied = &Error{Message: "Your app does not have the necessary permissions to use this endpoint.", Code: "PERMISSION_DENIED",
		ID: "1370e5b7-d4eb-4566-bb1d-7748ee6a1838", Kind: KindPermission}
	errNotModerator = &Error{Message: "You are not assigned to a moderator role.", Code: "ROLE_PERMISSION_DENIED",
		ID: "d33d5333-db36-423d-a8f9-1a2b9549da41", Kind: KindPermission}
	errNotAdministrator = &Error{Message: "You are not assigned to an administrator role.", Code: "ROLE_PERMISSION_DENIED",
		ID: "c3d38592-54c0-429d-be96-5636b0431a61", Kind: KindPermission}
	errAccessDenied       = clientError("Access denied.", "ACCESS_DENIED", "56f35758-7dd5-468b-8439-5d6fb8ec9b8e")
	errInvalidParam       = clientError("Invalid param.", "INVALID_PARAM", "3d81ceae-475f-4600-b2a8-2bc116157532")
	errRateLimitExceeded  = &Error{Message: "Rate limit exceeded. Please try again later.", Code: "RATE_LIMIT_EXCEEDED", ID: "d5826d14-3982-4d2e-8011-b9e9f02499ef", Kind: KindClient, Status: http.StatusTooManyRequests}
	errUnknownEndpoint    = &Error{Message: "Unknown API endpoint.", Code: "UNKNOWN_API_ENDPOINT", ID: "2ca3b769-540a-4f08-9dd5-b5a825b6d0f1", Kind: KindClient, Status: http.StatusNotFound}
	errInternal           = &Error{Message: "Internal error occurred. Please contact us if the error persists.", Code: "INTERNAL_ERROR", ID: "5d37dbcb-891e-41ca-a3d6-e690c97775ac", Kind: KindServer, Status: http.StatusInternalServerError}
	errTooManySigninTries = &Error{Message: "Too many failed attempts to sign in. Try again later.", Code: "TOO_MANY_AUTHENTICATION_FAILURES", ID: "22d05606-fbcf-421a-a2db-b32610dcfd1b", Status: http.StatusTooManyRequests}
)

// invalidParam is the answer to params that do not fit the schema: where in the
// schema, and why, in the words of AJV, the validator that clients were written
// against.
func invalidParam(param, reason string) *Error {
	return errInvalidParam.with(struct {
		Param  string `json:"param"`
		Reason string `json:"reason"`
	}{param, reason})
}

// internalError hides a failure behind an id that the log has too.
func internalError(id string) *Error {
	type cause struct {
		Message string `json:"message"`
		Code    string `json:"code"`
		ID      string `json:"id"`
	}
	return errInternal.with(struct {
		E cause `json:"e"`
	}{cause{"The details are in the server's log.", "Error", id}})
}

// httpStatus is the one place where an Error becomes a status of HTTP.
func (e *Error) httpStatus() int {
	switch {
	case e.Status != 0:
		return e.Status
	case e.Kind == KindClient:
		return http.StatusBadRequest
	case e.Kind == KindPermission:
		return http.StatusForbidden
	default:
		return http.StatusInternalServerError
	}
}

// challenge is the WWW-Authenticate header that Misskey sends with the error;
// empty: none.
func (e *Error) challenge() string {
	const realm = `Bearer realm="Misskey"`
	switch {
	case e.ID == errAuthenticationFailed.ID:
		return realm + `, error="invalid_token", error_description="` + e.Message + `"`
	case e.Status == http.StatusUnauthorized:
		return realm
	case e.Status == http.StatusTooManyRequests, e.ID == errUnknownEndpoint.ID:
		return ""
	case e.Kind == KindClient:
		return realm + `, error="invalid_request", error_description="` + e.Message + `"`
	case e.ID == errPermissionDenied.ID:
		return realm + `, error="insufficient_scope", error_description="` + e.Message + `"`
	default:
		return ""
	}
}
