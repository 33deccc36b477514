package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

var update = flag.Bool("update", false, "write docs/configuration.md anew")

func TestConfigurationPage(t *testing.T) {
	const path = "../../docs/configuration.md"
	var want bytes.Buffer
	if err := writeConfiguration(&want); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Errorf("%s is stale: go test ./cmd/notewire -run TestConfigurationPage -update", path)
	}
}

// writeConfiguration writes docs/configuration.md: every setting, as the
// program itself knows it.
func writeConfiguration(w io.Writer) error {
	parser, err := newParser(&cli{}, io.Discard, io.Discard)
	if err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString(configurationHead)
	table(&b, "All commands", "", parser.Model.Node)
	for _, leaf := range parser.Model.Leaves(true) {
		table(&b, "notewire "+leaf.Path(), leaf.Help, leaf)
	}
	_, err = io.WriteString(w, b.String())
	return err
}

const configurationHead = `# Settings

<!-- Written by the program: go test ./cmd/notewire -run TestConfigurationPage -update -->

A setting is a flag (` + "`--ping-interval 30s`" + `), over an environment variable (` + "`NOTEWIRE_PING_INTERVAL=30s`" + `), over a key in the YAML file that
` + "`--config`" + ` or ` + "`NOTEWIRE_CONFIG`" + ` names (` + "`ping-interval: 30s`" + `). Keys of the file are the flags' names; a key that is no setting of any command is an error (exit 2),
so that a typing error does not pass for a default. One file may serve all commands. Where no variable is given, the flag is asked of one run and comes from the
command line alone.

Durations are written 250ms, 10s, 5m, 24h. Sizes are bytes, or 64KiB, 1MiB, 2GiB. Lists are written with commas, or as lists in the file. Exit status: 0, 1 (it failed; one line says why), 2 (the command line or the file is wrong).

A password in ` + "`--database`" + ` is visible to everybody on the machine for as long as the command runs: give such a URL as NOTEWIRE_DATABASE, or leave the password to ~/.pgpass.
NOTEWIRE_PASSWORD is read by ` + "`user create`" + ` and ` + "`user password`" + `.
`

// table writes the flags of one command.
func table(b *strings.Builder, title, help string, n *kong.Node) {
	fmt.Fprintf(b, "\n## %s\n\n", title)
	if help != "" {
		b.WriteString(help + "\n\n")
	}
	b.WriteString("| flag | default | environment | |\n|---|---|---|---|\n")
	for _, f := range n.Flags {
		if f.Name == "help" {
			continue
		}
		value, env := "", ""
		if f.HasDefault {
			value = code(f.Default)
		}
		if len(f.Envs) > 0 {
			env = code(f.Envs[0])
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", code("--"+f.Name), value, env, strings.ReplaceAll(f.Help, "|", `\|`))
	}
}

func code(s string) string { return "`" + s + "`" }
