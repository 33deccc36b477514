package main

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// runEndpoints calls every endpoint that the server and the description have.
func runEndpoints(ctx context.Context, w *world) {
	for _, path := range requiredEndpoints {
		if !w.served[path] {
			w.report.fail("endpoints/"+path+" is served", "it is not in the list that /api/endpoints answers")
		}
	}
	for _, path := range sorted(w.served) {
		e := w.contract.api.endpoints[path]
		if e == nil || !w.report.wants("endpoints/"+path) {
			continue
		}
		row := endpointRows[path]
		switch {
		case formEndpoints[path]:
			uploadCases(ctx, w, e)
		case row.params != nil:
			endpointCases(ctx, w, e, row)
		case casesElsewhere[path] == "" && !e.moderator:
			w.report.fail("endpoints/"+path, "no row says how it is called")
		}
	}
}

// endpointCases calls one endpoint: first every way in which it has to refuse, since that changes nothing, then rightly.
func endpointCases(ctx context.Context, w *world, e *endpoint, row endpointRow) {
	name := "endpoints/" + e.path
	s := &scene{ctx: ctx, w: w, me: w.admin}
	if !row.admin {
		s.me = s.someone()
	}
	params := row.params(s)
	if s.err != nil {
		w.report.fail(name, "preparing: %v", s.err)
		return
	}
	for _, refusal := range refusals(e, params) {
		token := s.me.token
		switch refusal.token {
		case noToken:
			token = ""
		case weakToken:
			token = text(s.do(s.me, "miauth/gen-token", object{"session": nil, "permission": []string{}}), "token")
		}
		if s.err != nil {
			w.report.fail(name+" "+refusal.name, "preparing: %v", s.err)
			return
		}
		got, err := w.call(ctx, e.path, token, refusal.params)
		if err != nil {
			w.report.fail(name+" "+refusal.name, "%v", err)
			continue
		}
		var complaints []string
		if got.status != refusal.status || got.code() != refusal.code || (refusal.id != "" && got.id() != refusal.id) {
			complaints = append(complaints, fmt.Sprintf("%s instead of %d %s %s", got, refusal.status, refusal.code, refusal.id))
		}
		w.report.verdict(name+" "+refusal.name, "", append(complaints, w.schemaComplaints(componentSchema("Error"), got)...))
	}
	got, err := w.call(ctx, e.path, s.me.token, params)
	if err != nil {
		w.report.fail(name, "%v", err)
		return
	}
	w.report.verdict(name, "", w.answerComplaints(e, got))
}

// uploadCases uploads a file.
func uploadCases(ctx context.Context, w *world, e *endpoint) {
	s := &scene{ctx: ctx, w: w}
	s.me = s.someone()
	if s.err != nil {
		w.report.fail("endpoints/"+e.path, "%v", s.err)
		return
	}
	got, err := w.upload(ctx, s.me.token, "pixel.png", onePixel)
	if err != nil {
		w.report.fail("endpoints/"+e.path, "%v", err)
		return
	}
	complaints := w.answerComplaints(e, got)
	if kind := text(got.body, "type"); kind != "image/png" {
		complaints = append(complaints, "the type of a PNG is "+kind)
	}
	w.report.verdict("endpoints/"+e.path, "", complaints)
}

// answerComplaints says what is wrong with an answer that has to be a success.
func (w *world) answerComplaints(e *endpoint, got answer) []string {
	if !e.hasAnswer {
		if got.status != http.StatusNoContent || len(got.raw) != 0 {
			return []string{got.String() + " instead of 204 without a body"}
		}
		return nil
	}
	if got.status == http.StatusNoContent && e.path == "endpoint" {
		return nil // of an endpoint that is not known
	}
	if got.status != http.StatusOK {
		return []string{got.String() + " instead of 200"}
	}
	if kind := got.header.Get("Content-Type"); kind != "application/json; charset=utf-8" {
		return []string{"content type " + kind}
	}
	return w.schemaComplaints(answerSchema(e.path), got)
}

// schemaComplaints validates an answer's body.
func (w *world) schemaComplaints(schema string, got answer) []string {
	if got.body == nil {
		return []string{"the body is no JSON: " + got.String()}
	}
	return w.valueComplaints(schema, got.body)
}

// valueComplaints validates a value; what the recordings violate as well is printed only with -v.
func (w *world) valueComplaints(schema string, value any) []string {
	own, shared, err := w.contract.api.schemas.check(schema, value)
	if err != nil {
		return []string{err.Error()}
	}
	if w.report.verbose {
		for _, violation := range shared {
			w.report.printf("        schema differs from the recording: %s\n", violation)
		}
	}
	return own
}

// Which token a refused call carries.
const (
	goodToken = iota
	noToken
	weakToken // an app's, without any permission
)

// refusal is a call that has to be refused, and how.
type refusal struct {
	name   string
	token  int
	params object
	status int
	code   string
	id     string // empty: any
}

const invalidParamID = "3d81ceae-475f-4600-b2a8-2bc116157532"

// unknownCodes says which error tells of an id that nothing has.
var unknownCodes = map[string]string{
	"noteId": "NO_SUCH_NOTE", "userId": "NO_SUCH_USER", "listId": "NO_SUCH_LIST", "channelId": "NO_SUCH_CHANNEL", "antennaId": "NO_SUCH_ANTENNA",
	"fileId": "NO_SUCH_FILE", "folderId": "NO_SUCH_FOLDER", "roleId": "NO_SUCH_ROLE",
}

// unknownStatus is the status of the error for an unknown id, where it is not 400.
var unknownStatus = map[string]int{"users/show": http.StatusNotFound}

// unknownIsNoError are endpoints that list an error for an unknown id and do not answer it: by endpoint, why.
var unknownIsNoError = map[string]string{"notes/reactions": "a note that is not there has no reactions"}

// refusals makes the refused calls that the description of an endpoint and one good set of parameters tell of.
func refusals(e *endpoint, good object) []refusal {
	var out []refusal
	switch {
	case e.secure:
		// That it is no user's own token is asked before whether there is a user.
		for name, token := range map[string]int{"without a token": noToken, "with an app's token": weakToken} {
			out = append(out, refusal{name, token, good, http.StatusBadRequest, "ACCESS_DENIED", "56f35758-7dd5-468b-8439-5d6fb8ec9b8e"})
		}
	case e.credential:
		out = append(out, refusal{"without a token", noToken, good, http.StatusUnauthorized, "CREDENTIAL_REQUIRED", "1384574d-a912-4b81-8601-c7b1c4085df1"})
	}
	if e.permission != "" {
		out = append(out, refusal{"without the permission", weakToken, good, http.StatusForbidden, "PERMISSION_DENIED", "1370e5b7-d4eb-4566-bb1d-7748ee6a1838"})
	}
	required := e.required()
	for _, name := range required {
		without := maps.Clone(good)
		delete(without, name)
		out = append(out, refusal{"without " + name, goodToken, without, http.StatusBadRequest, "INVALID_PARAM", invalidParamID})
	}
	for _, name := range sorted(good) {
		wrong := wrongValue(e.property(name))
		if wrong == nil {
			continue
		}
		out = append(out, refusal{"wrong type of " + name, goodToken, changed(good, name, wrong), http.StatusBadRequest, "INVALID_PARAM", invalidParamID})
	}
	if e.property("limit")["minimum"] != nil {
		out = append(out, refusal{"limit 0", goodToken, changed(good, "limit", 0), http.StatusBadRequest, "INVALID_PARAM", invalidParamID})
	}
	for _, name := range sorted(good) {
		code := unknownCodes[name]
		id, listed := e.errors[code]
		if !listed || unknownIsNoError[e.path] != "" {
			continue
		}
		status := http.StatusBadRequest
		if other := unknownStatus[e.path]; other != 0 {
			status = other
		}
		out = append(out, refusal{"unknown " + name, goodToken, changed(good, name, "nosuchid"), status, code, id})
	}
	return out
}

// changed copies parameters with one of them changed.
func changed(params object, name string, value any) object {
	out := maps.Clone(params)
	out[name] = value
	return out
}

// wrongValue returns a value of a type that the parameter's schema does not have; nil when it cannot be told.
func wrongValue(schema object) any {
	var types []string
	switch t := schema["type"].(type) {
	case string:
		types = []string{t}
	case []any:
		types = stringsIn(t)
	}
	switch {
	case len(types) == 0:
		return nil
	case !slices.Contains(types, "object") && !slices.Contains(types, "array"):
		return object{"wrong": strings.Join(types, " ")}
	case !slices.Contains(types, "boolean"):
		return true
	}
	return nil
}
