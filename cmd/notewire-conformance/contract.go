package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// contract is what was read from the folder.
type contract struct {
	api       *apiDescription
	recorded  map[string][]record // by the file's name without .jsonl
	usernames map[string]string   // recorded user id → username
}

// apiDescription is api.json: the endpoints with their errors, and the schemas, compiled.
type apiDescription struct {
	endpoints map[string]*endpoint // by path without the slash at the front, such as "notes/create"
	schemas   *schemas
}

// endpoint is what api.json says of one endpoint.
type endpoint struct {
	path       string
	credential bool              // without a token it answers CREDENTIAL_REQUIRED
	permission string            // of an app token, such as "write:notes"; empty when none is needed
	moderator  bool              // needs more than a token: a role
	secure     bool              // not for apps: their tokens are refused
	request    map[string]any    // JSON schema of the parameters, nil when there are none
	errors     map[string]string // code → id
	hasAnswer  bool              // false: only 204
}

// required lists the parameters that a call must have.
func (e *endpoint) required() []string { return stringsIn(e.request["required"]) }

// property returns the schema of a parameter, nil when there is none of this name.
func (e *endpoint) property(name string) map[string]any {
	properties, _ := e.request["properties"].(map[string]any)
	p, _ := properties[name].(map[string]any)
	return p
}

// readContract reads the folder.
func readContract(folder string) (*contract, error) {
	raw, err := os.ReadFile(filepath.Join(folder, "misskey", "api.json"))
	if err != nil {
		return nil, fmt.Errorf("reading the contract: %w", err)
	}
	api, err := parseAPI(raw)
	if err != nil {
		return nil, fmt.Errorf("reading api.json: %w", err)
	}
	files, err := filepath.Glob(filepath.Join(folder, "misskey", "transcripts", "*.jsonl"))
	if err != nil {
		return nil, fmt.Errorf("listing the transcripts: %w", err)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no transcripts in %s", folder)
	}
	c := &contract{api: api, recorded: map[string][]record{}, usernames: map[string]string{}}
	for _, file := range files {
		records, err := readTranscript(file)
		if err != nil {
			return nil, err
		}
		c.recorded[strings.TrimSuffix(filepath.Base(file), ".jsonl")] = records
		for _, r := range records {
			r.eachValue(func(v any) { usernamesIn(v, c.usernames) })
		}
	}
	if err := c.learnViolations(); err != nil {
		return nil, err
	}
	return c, nil
}

var (
	permissionText = regexp.MustCompile(`\*\*Permission\*\*: \*([^*]+)\*`)
	credentialText = regexp.MustCompile(`\*\*Credential required\*\*: \*Yes\*`)
)

// parseAPI reads api.json.
func parseAPI(raw []byte) (*apiDescription, error) {
	doc, err := decodeJSON(raw)
	if err != nil {
		return nil, err
	}
	root, ok := doc.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("not an object")
	}
	paths, _ := root["paths"].(map[string]any)
	api := &apiDescription{endpoints: map[string]*endpoint{}}
	for path, methods := range paths {
		post, ok := at(methods, "post").(map[string]any)
		if !ok {
			continue
		}
		description, _ := post["description"].(string)
		e := &endpoint{path: strings.TrimPrefix(path, "/"), errors: map[string]string{}}
		e.credential = credentialText.MatchString(description)
		e.moderator = strings.HasPrefix(e.path, "admin/")
		e.secure = strings.Contains(description, "**Internal Endpoint**")
		if m := permissionText.FindStringSubmatch(description); m != nil {
			e.permission = m[1]
		}
		content, _ := at(post, "requestBody", "content").(map[string]any)
		for _, kind := range content {
			e.request, _ = at(kind, "schema").(map[string]any)
		}
		e.hasAnswer = at(post, "responses", "200", "content", "application/json", "schema") != nil
		for status, response := range asMap(post["responses"]) {
			if !strings.HasPrefix(status, "4") {
				continue
			}
			for code, example := range asMap(at(response, "content", "application/json", "examples")) {
				id, _ := at(example, "value", "error", "id").(string)
				e.errors[code] = id
			}
		}
		api.endpoints[e.path] = e
	}
	if len(api.endpoints) == 0 {
		return nil, fmt.Errorf("no endpoints")
	}
	api.schemas = newSchemas(root)
	return api, nil
}
