package endpoint

import (
	"errors"
	"net/http"

	"notewire/protocol"
)

// Error is an answer that says no: what goes out, and the status of HTTP that
// goes with it.
type Error struct {
	// Wire is the error as it goes out: the object under "error".
	Wire
	Status int // 0: by kind, see HTTPStatus

	stands error // the error of package action that it stands for; nil: none
}

// Wire is an error as it goes out: the object under "error".
type Wire = protocol.Error

// Is says that two errors are the same answer if their ids are, whatever info
// they carry.
func (e *Error) Is(target error) bool {
	var t *Error
	return errors.As(target, &t) && t.ID == e.ID
}

// For says that the error stands for one of package action: an endpoint that
// lists it among its errors answers it where it fails with that one. It answers e.
func (e *Error) For(actionError error) *Error {
	e.stands = actionError
	return e
}

func (e *Error) standsFor(err error) bool { return e.stands != nil && errors.Is(err, e.stands) }

// With is a copy of the error that carries info.
func (e *Error) With(info any) *Error {
	c := *e
	c.Info = info
	return &c
}

// NewError makes an error with a status of HTTP; 0: the one that goes with the kind.
func NewError(status int, kind protocol.Kind, message, code, id string) *Error {
	return &Error{Wire: Wire{Message: message, Code: code, ID: id, Kind: kind}, Status: status}
}

// ClientError makes an error of an endpoint: 400 and kind client.
func ClientError(message, code, id string) *Error {
	return NewError(0, protocol.KindClient, message, code, id)
}

// The errors that any endpoint can answer with, as Misskey 2024.10 prints them.
var (
	ErrCredentialRequired = NewError(http.StatusUnauthorized, protocol.KindClient, "Credential required.", "CREDENTIAL_REQUIRED",
		"1384574d-a912-4b81-8601-c7b1c4085df1")
	ErrAuthenticationFailed = NewError(http.StatusUnauthorized, protocol.KindClient, "Authentication failed. Please ensure your token is correct.", "AUTHENTICATION_FAILED",
		"b0a7f5f8-dc2f-4171-b91f-de88ad238e14")
	ErrSuspended = NewError(http.StatusForbidden, protocol.KindPermission, "Your account has been suspended.", "YOUR_ACCOUNT_SUSPENDED",
		"a8c724b3-6e9c-4b46-b1a8-bc3ed6258370")
	ErrPermissionDenied = NewError(0, protocol.KindPermission, "Your app does not have the necessary permissions to use this endpoint.", "PERMISSION_DENIED",
		"1370e5b7-d4eb-4566-bb1d-7748ee6a1838")
	ErrNotModerator = NewError(0, protocol.KindPermission, "You are not assigned to a moderator role.", "ROLE_PERMISSION_DENIED",
		"d33d5333-db36-423d-a8f9-1a2b9549da41")
	ErrNotAdministrator = NewError(0, protocol.KindPermission, "You are not assigned to an administrator role.", "ROLE_PERMISSION_DENIED",
		"c3d38592-54c0-429d-be96-5636b0431a61")
	ErrAccessDenied      = ClientError("Access denied.", "ACCESS_DENIED", "56f35758-7dd5-468b-8439-5d6fb8ec9b8e")
	ErrInvalidParam      = ClientError("Invalid param.", "INVALID_PARAM", "3d81ceae-475f-4600-b2a8-2bc116157532")
	ErrRateLimitExceeded = NewError(http.StatusTooManyRequests, protocol.KindClient, "Rate limit exceeded. Please try again later.", "RATE_LIMIT_EXCEEDED",
		"d5826d14-3982-4d2e-8011-b9e9f02499ef")
	ErrUnknownEndpoint = NewError(http.StatusNotFound, protocol.KindClient, "Unknown API endpoint.", "UNKNOWN_API_ENDPOINT",
		"2ca3b769-540a-4f08-9dd5-b5a825b6d0f1")
	ErrInternal = NewError(http.StatusInternalServerError, protocol.KindServer, "Internal error occurred. Please contact us if the error persists.", "INTERNAL_ERROR",
		"5d37dbcb-891e-41ca-a3d6-e690c97775ac")
	ErrTooManySigninTries = NewError(http.StatusTooManyRequests, "", "Too many failed attempts to sign in. Try again later.", "TOO_MANY_AUTHENTICATION_FAILURES",
		"22d05606-fbcf-421a-a2db-b32610dcfd1b")
)

// InvalidParam is the answer to params that do not fit the schema: where in the
// schema, and why, in the words of AJV, the validator that clients were written
// against.
func InvalidParam(param, reason string) *Error {
	return ErrInvalidParam.With(protocol.InvalidParam{Param: param, Reason: reason})
}

// InternalError hides a failure behind an id that the log has too.
func InternalError(id string) *Error {
	type cause struct {
		Message string `json:"message"`
		Code    string `json:"code"`
		ID      string `json:"id"`
	}
	return ErrInternal.With(struct {
		E cause `json:"e"`
	}{cause{"The details are in the server's log.", "Error", id}})
}

// HTTPStatus is the one place where an Error becomes a status of HTTP.
func (e *Error) HTTPStatus() int {
	switch {
	case e.Status != 0:
		return e.Status
	case e.Kind == protocol.KindClient:
		return http.StatusBadRequest
	case e.Kind == protocol.KindPermission:
		return http.StatusForbidden
	default:
		return http.StatusInternalServerError
	}
}

// Challenge is the WWW-Authenticate header that Misskey sends with the error;
// empty: none.
func (e *Error) Challenge() string {
	const realm = `Bearer realm="Misskey"`
	switch {
	case e.ID == ErrAuthenticationFailed.ID:
		return realm + `, error="invalid_token", error_description="` + e.Message + `"`
	case e.Status == http.StatusUnauthorized:
		return realm
	case e.Status == http.StatusTooManyRequests, e.ID == ErrUnknownEndpoint.ID:
		return ""
	case e.Kind == protocol.KindClient:
		return realm + `, error="invalid_request", error_description="` + e.Message + `"`
	case e.ID == ErrPermissionDenied.ID:
		return realm + `, error="insufficient_scope", error_description="` + e.Message + `"`
	default:
		return ""
	}
}
