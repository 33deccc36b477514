package docs

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// .ci/vulncheck fails for a finding and for a check that broke, and says so when
// nothing was checked because the database is out of reach.
func TestVulnerabilityCheck(t *testing.T) {
	const unreachable = "echo 'govulncheck: fetching vulnerabilities: Get \"https://vuln.example\": no such host' >&2; exit 1"
	for name, tt := range map[string]struct {
		program string // what govulncheck does
		vulndb  string
		status  int
		says    string
	}{
		"nothing found":             {program: "echo 'No vulnerabilities found.'"},
		"a finding":                 {program: "exit 3", status: 1, says: "reaches a known vulnerability"},
		"database out of reach":     {program: unreachable, says: "NOT CHECKED"},
		"… where it has to be":      {program: unreachable, vulndb: "required", status: 1, says: "NOT CHECKED"},
		"code that does not load":   {program: "echo 'govulncheck: loading packages: no' >&2; exit 1", status: 1, says: "govulncheck failed"},
		"an unknown flag":           {program: "exit 2", status: 1, says: "govulncheck failed"},
		"a finding, and no network": {program: "echo 'govulncheck: fetching vulnerabilities: x' >&2; exit 3", status: 1, says: "reaches"},
	} {
		t.Run(name, func(t *testing.T) {
			program := filepath.Join(t.TempDir(), "govulncheck")
			if err := os.WriteFile(program, []byte("#!/bin/sh\n"+tt.program+"\n"), 0o755); err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), filepath.Join(root, ".ci", "vulncheck"), program)
			cmd.Env = append(os.Environ(), "VULNDB="+tt.vulndb)
			said, err := cmd.CombinedOutput()
			status := 0
			var exit *exec.ExitError
			switch {
			case errors.As(err, &exit):
				status = exit.ExitCode()
			case err != nil:
				t.Fatal(err)
			}
			if status != tt.status || !strings.Contains(string(said), tt.says) {
				t.Errorf("status %d, want %d, and %q in\n%s", status, tt.status, tt.says, said)
			}
		})
	}
}
