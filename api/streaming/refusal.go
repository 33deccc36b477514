package streaming

import (
	"errors"
	"net/http"

	"notewire/api/socket"
)

// The refusals. Statuses, bodies and the WWW-Authenticate header are those of
// Misskey 2024.10 and of the websocket library behind it, except that a plain
// GET is told what it should have asked for.
var (
	refusePlain = &socket.Refusal{Status: http.StatusUpgradeRequired, Label: socket.RefusedPlain, Header: map[string]string{"Upgrade": "websocket"}}
	// refuseMethod answers an upgrade that is not a GET.
	refuseMethod = &socket.Refusal{
		Status: http.StatusMethodNotAllowed, Label: socket.RefusedMethod, Body: "Invalid HTTP method", ContentType: "text/html",
		Header: map[string]string{"Allow": "GET"},
	}
	refuseUpgrade = refuseHeader("Invalid Upgrade header", nil)
	refuseKey     = refuseHeader("Missing or invalid Sec-WebSocket-Key header", nil)
	refuseVersion = refuseHeader("Missing or invalid Sec-WebSocket-Version header", map[string]string{"Sec-WebSocket-Version": "13"})

	// refuseToken answers an unknown token, or an app token without read:account.
	refuseToken = &socket.Refusal{Status: http.StatusUnauthorized, Label: socket.RefusedUnauthorized, Header: map[string]string{
		"WWW-Authenticate": `Bearer realm="Misskey", error="invalid_token", error_description="Failed to authenticate"`,
	}}
	refuseSuspended = &socket.Refusal{Status: http.StatusForbidden, Label: socket.RefusedSuspended}
	refuseTooMany   = &socket.Refusal{Status: http.StatusTooManyRequests, Label: socket.RefusedTooMany}
	refuseDraining  = &socket.Refusal{Status: http.StatusServiceUnavailable, Label: socket.RefusedDraining}
	refuseFailed    = &socket.Refusal{Status: http.StatusInternalServerError, Label: socket.RefusedFailed}
)

func refuseHeader(body string, header map[string]string) *socket.Refusal {
	return &socket.Refusal{Status: http.StatusBadRequest, Label: socket.RefusedHeaders, Body: body, ContentType: "text/html", Header: header}
}

// refusalOf is how a request that cannot be upgraded is answered.
func refusalOf(fault socket.UpgradeFault) *socket.Refusal {
	switch fault {
	case socket.FaultMethod:
		return refuseMethod
	case socket.FaultUpgrade:
		return refuseUpgrade
	case socket.FaultKey:
		return refuseKey
	case socket.FaultVersion:
		return refuseVersion
	default:
		return refusePlain
	}
}

// refusalOfAdmission is how somebody is answered whom the transport does not
// admit.
func refusalOfAdmission(err error) *socket.Refusal {
	if errors.Is(err, socket.ErrDraining) {
		return refuseDraining
	}
	return refuseTooMany
}
