package main

import (
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
)

func TestBuildInformation(t *testing.T) {
	settings := func(pairs ...string) (s []debug.BuildSetting) {
		for i := 0; i < len(pairs); i += 2 {
			s = append(s, debug.BuildSetting{Key: pairs[i], Value: pairs[i+1]})
		}
		return s
	}
	vcs := settings("vcs.revision", "0123456789abcdef0123", "vcs.time", "2026-01-02T03:04:05Z", "vcs.modified", "false")
	for name, tt := range map[string]struct {
		info debug.BuildInfo
		told build
		want string
	}{
		"nothing is known": {want: "notewire devel (commit unknown, date unknown)"},
		"go build in a checkout": {
			info: debug.BuildInfo{Main: debug.Module{Version: "(devel)"}, Settings: vcs},
			want: "notewire devel (commit 0123456789ab, 2026-01-02T03:04:05Z)",
		},
		"with changed files": {
			info: debug.BuildInfo{Settings: append(vcs[:2:2], settings("vcs.modified", "true")...)},
			want: "notewire devel (commit 0123456789ab+, 2026-01-02T03:04:05Z)",
		},
		"go install of a version": {
			info: debug.BuildInfo{Main: debug.Module{Version: "v1.2.3"}},
			want: "notewire v1.2.3 (commit unknown, date unknown)",
		},
		"the linker was told": {
			info: debug.BuildInfo{Main: debug.Module{Version: "v0.0.0-2026"}, Settings: vcs},
			told: build{version: "v1.2.3", commit: "fedcba987654", date: "2026-11-12T13:14:15Z"},
			want: "notewire v1.2.3 (commit fedcba987654, 2026-11-12T13:14:15Z)",
		},
	} {
		if got := newBuild(&tt.info, tt.told).String(); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

// What make build gives the linker reaches --version.
func TestMakeBuildTellsTheVersion(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "notewire")
	cmd := exec.CommandContext(t.Context(), "make", "-C", "../..", "build", "BINARY="+binary,
		"VERSION=v9.8.7", "COMMIT=abcdef", "DATE=2026-01-02T03:04:05Z")
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("make build: %v\n%s", err, said)
	}
	said, err := exec.CommandContext(t.Context(), binary, "--version").Output()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.TrimSpace(string(said)), "notewire v9.8.7 (commit abcdef, 2026-01-02T03:04:05Z)"; got != want {
		t.Errorf("--version: %q, want %q", got, want)
	}
}
