package app

import (
	"errors"
	"net"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// A Config of zeros is what Default says, and nobody refuses it.
func TestDefaults(t *testing.T) {
	var c Config
	c.fillDefaults()
	want := Default()
	if c.Logger == nil || want.Logger == nil {
		t.Error("there is no logger")
	}
	c.Logger, want.Logger = nil, nil
	if !reflect.DeepEqual(c, want) {
		t.Errorf("filled in: %+v\nDefault:   %+v", c, want)
	}
	if err := want.Validate(); err != nil {
		t.Error(err)
	}
	eachNumber(&want, func(path string, v reflect.Value) {
		if v.IsZero() && path != "Streaming.Drain" {
			t.Errorf("%s has no default", path)
		}
	})
}

// The time of a handshake is that of all headers, unless they have their own.
func TestHeadersHaveTheTimeOfHandshakes(t *testing.T) {
	var c Config
	c.Streaming.Socket.HandshakeTimeout = 3 * time.Second
	c.fillDefaults()
	if c.HTTP.HeaderTimeout != 3*time.Second {
		t.Errorf("headers have %v", c.HTTP.HeaderTimeout)
	}
}

// No limit may be negative: New refuses each, and leaves nothing open.
func TestNegativesAreRefused(t *testing.T) {
	var probe Config
	tried := 0
	eachNumber(&probe, func(path string, _ reflect.Value) {
		t.Run(path, func(t *testing.T) {
			c := Config{Listen: "127.0.0.1:0", Database: DatabaseConfig{URL: "sqlite::memory:"}, API: APILimits{Files: t.TempDir()}}
			eachNumber(&c, func(p string, v reflect.Value) {
				if p != path {
					return
				}
				if v.CanInt() {
					v.SetInt(-1)
				} else {
					v.SetFloat(-1)
				}
			})
			if a, err := New(t.Context(), c); err == nil {
				a.Close()
				t.Error("it is taken")
			}
		})
		tried++
	})
	if tried < 30 {
		t.Errorf("only %d limits were found", tried)
	}
}

// eachNumber calls f with every number of a Config.
func eachNumber(c *Config, f func(path string, v reflect.Value)) {
	var walk func(path string, v reflect.Value)
	walk = func(path string, v reflect.Value) {
		for i := range v.NumField() {
			name, member := strings.TrimPrefix(path+"."+v.Type().Field(i).Name, "."), v.Field(i)
			switch {
			case member.CanInt(), member.CanFloat():
				f(name, member)
			case member.Kind() == reflect.Struct:
				walk(name, member)
			}
		}
	}
	walk("", reflect.ValueOf(c).Elem())
}

// Settings that cannot work are named as people write them.
func TestSettingErrors(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"--url is not a scheme and a host":               func(c *Config) { c.URL = "notes.example" },
		"--pong-timeout has to be at least":              func(c *Config) { c.Streaming.Socket.PongTimeout = time.Second },
		"--password-cost is not between 4 and 31":        func(c *Config) { c.API.PasswordCost = 3 },
		"--max-channels has to be 0 or more":             func(c *Config) { c.Streaming.MaxChannels = -1 },
		"--database is neither sqlite:FILE nor postgres": func(c *Config) { c.Database.URL = "mysql://x" },
		"--database sqlite: needs a file":                func(c *Config) { c.Database.URL = "sqlite:" },
		"--pprof-listen is for this machine only":        func(c *Config) { c.ProfilesListen = "0.0.0.0:0" },
	} {
		c := Config{Listen: "127.0.0.1:0", Database: DatabaseConfig{URL: "sqlite::memory:"}, API: APILimits{Files: t.TempDir()}}
		change(&c)
		a, err := New(t.Context(), c)
		if err == nil {
			a.Close()
		}
		var refused *SettingError
		if !errors.As(err, &refused) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// A New that fails late gives back what it has opened before.
func TestNewGivesBackItsPort(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	missing := filepath.Join(t.TempDir(), "no", "folder.db")
	if _, err := New(t.Context(), Config{Listen: addr, Database: DatabaseConfig{URL: "sqlite:" + missing}, API: APILimits{Files: t.TempDir()}}); err == nil {
		t.Fatal("a database in no folder was opened")
	}
	again, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatalf("the port is not free: %v", err)
	}
	_ = again.Close()
}
