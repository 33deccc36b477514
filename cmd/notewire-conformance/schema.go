package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// schemas validates values by the schemas of api.json, and knows in which places the recordings of a real server violate
// them as well: there the description is off, and the recording wins.
type schemas struct {
	compiler *jsonschema.Compiler
	compiled map[string]*jsonschema.Schema
	recorded map[string]bool // violations of the recordings
}

const documentURL = "mem:///api.json"

var misskeyID = regexp.MustCompile(`^[0-9a-zA-Z]+$`)

// newSchemas prepares the document. It changes root: alternatives become decisions, see sharpen.
func newSchemas(root map[string]any) *schemas {
	sharpen(root)
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	for _, name := range []string{"misskey:id", "id"} {
		c.RegisterFormat(&jsonschema.Format{Name: name, Validate: isMisskeyID})
	}
	s := &schemas{compiler: c, compiled: map[string]*jsonschema.Schema{}, recorded: map[string]bool{}}
	// The error is kept for the first compile: it names the same document.
	_ = c.AddResource(documentURL, root)
	return s
}

// isMisskeyID is the format of ids; other types than strings are not its business.
func isMisskeyID(v any) error {
	if s, ok := v.(string); ok && !misskeyID.MatchString(s) {
		return errors.New("not an id")
	}
	return nil
}

// sharpen rewrites the alternatives of the description, in place, so that a violation is told of the one alternative that
// is meant, not of each: by the value of "type" where every alternative names its own, and users by a key that only the
// fuller kind has. The description's own oneOf of users could not hold anyway: each MeDetailed is also a UserDetailedNotMe.
func sharpen(v any) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			sharpen(item)
		}
	case map[string]any:
		if list, ok := v["oneOf"].([]any); ok {
			if decided := decide(list); decided != nil {
				delete(v, "oneOf")
				existing, _ := v["allOf"].([]any)
				v["allOf"] = append(existing, decided...)
			} else {
				delete(v, "oneOf")
				v["anyOf"] = list
			}
		}
		for _, member := range v {
			sharpen(member)
		}
	}
}

// decide turns alternatives into if/then pairs, nil when it does not know how.
func decide(list []any) []any {
	refs := make([]string, len(list))
	for i, item := range list {
		refs[i] = text(item, "$ref")
	}
	if len(list) == 2 {
		for _, fuller := range []struct{ name, key string }{{"UserDetailed", "createdAt"}, {"MeDetailed", "avatarId"}} {
			if strings.HasSuffix(refs[1], "/"+fuller.name) && strings.Contains(refs[0], "/User") {
				return []any{map[string]any{"if": map[string]any{"required": []any{fuller.key}}, "then": list[1], "else": list[0]}}
			}
		}
	}
	var out []any
	all := []any{}
	for _, item := range list {
		names, _ := at(item, "properties", "type", "enum").([]any)
		if len(names) == 0 {
			return nil
		}
		all = append(all, names...)
		test := map[string]any{"properties": map[string]any{"type": map[string]any{"enum": names}}, "required": []any{"type"}}
		out = append(out, map[string]any{"if": test, "then": item})
	}
	return append(out, map[string]any{"properties": map[string]any{"type": map[string]any{"enum": all}}, "required": []any{"type"}})
}

// componentSchema and answerSchema name a schema of the document.
func componentSchema(name string) string { return "#/components/schemas/" + name }

func answerSchema(endpoint string) string {
	return "#/paths/~1" + strings.ReplaceAll(endpoint, "/", "~1") + "/post/responses/200/content/application~1json/schema"
}

// violations validates a value and returns what is wrong, as stable names (schema's place, keyword, detail) with a
// human's text that says where in the value. The error is of the schema, not of the value.
func (s *schemas) violations(schema string, value any) (map[string]string, error) {
	compiled := s.compiled[schema]
	if compiled == nil {
		var err error
		if compiled, err = s.compiler.Compile(documentURL + schema); err != nil {
			return nil, fmt.Errorf("compiling %s: %w", schema, err)
		}
		s.compiled[schema] = compiled
	}
	err := compiled.Validate(value)
	if err == nil {
		return nil, nil
	}
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		return nil, fmt.Errorf("validating by %s: %w", schema, err)
	}
	found := map[string]string{}
	collectViolations(invalid, found)
	return found, nil
}

// collectViolations walks to the leaves of the library's tree of errors.
func collectViolations(e *jsonschema.ValidationError, into map[string]string) {
	if len(e.Causes) > 0 {
		for _, cause := range e.Causes {
			collectViolations(cause, into)
		}
		return
	}
	place := strings.TrimPrefix(e.SchemaURL, documentURL) + "/" + strings.Join(e.ErrorKind.KeywordPath(), "/")
	where := "/" + strings.Join(e.InstanceLocation, "/")
	add := func(detail string) { into[place+": "+detail] = where + ": " + detail + " (" + place + ")" }
	switch k := e.ErrorKind.(type) {
	case *kind.Required:
		for _, name := range k.Missing {
			add("missing " + name)
		}
	case *kind.AdditionalProperties:
		for _, name := range k.Properties {
			add("unexpected " + name)
		}
	case *kind.Type:
		add("is " + k.Got + ", not " + strings.Join(k.Want, " or "))
	case *kind.Enum:
		add(fmt.Sprintf("%v is not among the values", k.Got))
	case *kind.Format:
		add("is not a " + k.Want)
	default:
		add("violated")
	}
}

// stricter are the places where the description demands what Misskey leaves out when it does not know it, and where no
// recording shows that: each with the reason. The names are those of violations.
var stricter = map[string]string{
	filePropertiesRequired + "width":                             "only pictures have a size",
	filePropertiesRequired + "height":                            "only pictures have a size",
	filePropertiesRequired + "orientation":                       "only pictures that say how they were held have one",
	filePropertiesRequired + "avgColor":                          "of old files only",
	"#/components/schemas/DriveFolder/type: is null, not object": "files in notes, and files in no folder, have null there",
	"#/components/schemas/UserLite/type: is null, not object":    "files in notes do not tell their owner",
}

const filePropertiesRequired = "#/components/schemas/DriveFile/properties/properties/required: missing "

// check validates and divides the violations: those that the recordings have as well, and the others.
func (s *schemas) check(schema string, value any) (own, shared []string, err error) {
	found, err := s.violations(schema, value)
	if err != nil {
		return nil, nil, err
	}
	for _, name := range sorted(found) {
		if s.recorded[name] || stricter[name] != "" {
			shared = append(shared, found[name])
		} else {
			own = append(own, found[name])
		}
	}
	return own, shared, nil
}

// learn validates what a real server said and remembers where it violates.
func (s *schemas) learn(schema string, value any) error {
	found, err := s.violations(schema, value)
	if err != nil {
		return err
	}
	for name := range found {
		s.recorded[name] = true
	}
	return nil
}

// eventSchemas says which schema the body of a channel's event has.
var eventSchemas = map[string]string{
	"note": "Note", "mention": "Note", "reply": "Note", "renote": "Note",
	"notification": "Notification", "unreadNotification": "Notification",
	"follow": "UserDetailedNotMe", "unfollow": "UserDetailedNotMe", "followed": "UserLite", "receiveFollowRequest": "UserLite",
	"meUpdated": "MeDetailed",
}

// learnViolations validates all that was recorded.
func (c *contract) learnViolations() error {
	for _, records := range c.recorded {
		for _, r := range records {
			path := r.Path
			if path == "" && r.Request != nil {
				path = strings.TrimPrefix(r.httpRequest().Path, "/api/")
			}
			if e := c.api.endpoints[path]; r.Dir == "http" && e != nil && e.hasAnswer && r.Status == 200 && r.Body != nil {
				body, err := reencode(r.Body)
				if err != nil {
					return err
				}
				if err := c.api.schemas.learn(answerSchema(path), body); err != nil {
					return err
				}
			}
			if r.Dir != "recv" {
				continue
			}
			value, err := decodeJSON([]byte(r.frame()))
			if err != nil {
				continue // shortened by the recorder
			}
			name := eventSchemas[text(value, "body", "type")]
			if name == "" || text(value, "type") != "channel" {
				continue
			}
			if err := c.api.schemas.learn(componentSchema(name), at(value, "body", "body")); err != nil {
				return err
			}
		}
	}
	return nil
}
