package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"
)

// envPrefix begins the names of environment variables that are settings.
const envPrefix = "NOTEWIRE"

// configPath finds the configuration file that args or the environment name;
// empty: none. It is looked for before parsing, since the file's values take
// part in it.
func configPath(args []string) string {
	for i, a := range args {
		if v, ok := strings.CutPrefix(a, "--config="); ok {
			return v
		}
		if a == "--config" && i+1 < len(args) {
			return args[i+1]
		}
	}
	return os.Getenv(envPrefix + "_CONFIG")
}

// fileResolver gives flags their values from a YAML file whose keys are the
// names of the flags. The environment wins over it.
type fileResolver struct {
	path   string
	values map[string]any
}

// loadConfigFile reads a YAML file of `flag-name: value` lines.
func loadConfigFile(path string) (*fileResolver, error) {
	f, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, fmt.Errorf("opening the configuration file: %w", err)
	}
	defer func() { _ = f.Close() }()
	values := map[string]any{}
	if err := yaml.NewDecoder(f).Decode(&values); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("reading the configuration file %s: %w", path, err)
	}
	return &fileResolver{path: path, values: values}, nil
}

// Validate refuses keys that are no flag of any command: a typing error in a
// file must not pass for a default.
func (r *fileResolver) Validate(app *kong.Application) error {
	known := map[string]bool{}
	var walk func(n *kong.Node)
	walk = func(n *kong.Node) {
		for _, f := range n.Flags {
			known[f.Name] = known[f.Name] || settable(f)
		}
		for _, c := range n.Children {
			walk(c)
		}
	}
	walk(app.Node)
	var unknown []string
	for k := range r.values {
		if !known[k] {
			unknown = append(unknown, k)
		}
	}
	if len(unknown) > 0 {
		sort.Strings(unknown)
		return fmt.Errorf("%s: no such setting: %s", r.path, strings.Join(unknown, ", "))
	}
	return nil
}

// settable says whether the flag is a setting, which a file may have, rather
// than something that is asked of one run.
func settable(f *kong.Flag) bool { return len(f.Envs) > 0 && f.Name != "config" }

// Resolve answers with the file's value unless the environment has one.
func (r *fileResolver) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	v, ok := r.values[flag.Name]
	if !ok || v == nil || !settable(flag) {
		return nil, nil
	}
	for _, env := range flag.Tag.Envs {
		if _, set := os.LookupEnv(env); set {
			return nil, nil
		}
	}
	switch x := v.(type) {
	case []any:
		parts := make([]string, len(x))
		for i, e := range x {
			parts[i] = fmt.Sprint(e)
		}
		return strings.Join(parts, ","), nil
	case string, bool:
		return x, nil
	default:
		return fmt.Sprint(x), nil
	}
}
