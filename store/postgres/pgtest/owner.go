package pgtest

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// serverUser returns the user that the server has to run as, or nil if that is whoever runs the tests. Only root
// needs another one, because PostgreSQL refuses to run as root.
func serverUser() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			var unknown user.UnknownUserError
			if errors.As(err, &unknown) {
				continue
			}
			return nil, fmt.Errorf("look up user %s: %w", name, err)
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("user %s: %w", name, err)
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("group of user %s: %w", name, err)
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("PostgreSQL refuses to run as root, and there is neither a user postgres nor a user nobody")
}

// dirPattern names the directories of this process's clusters, for people who wonder whose they are.
func dirPattern() string { return fmt.Sprintf("nwpg-%d-*", os.Getpid()) }

// makeDir makes the cluster's directory, closed to everybody but the server's user (and root).
func makeDir(owner *syscall.Credential) (string, error) {
	base := os.TempDir()
	// The path of a socket holds about a hundred bytes, which some systems' own temporary directories nearly fill. And
	// root's may be closed to the server's user.
	if owner != nil || len(base) > 60 {
		base = "/tmp"
	}
	dir, err := os.MkdirTemp(base, dirPattern())
	if err != nil {
		return "", fmt.Errorf("make the cluster's directory: %w", err)
	}
	if owner != nil {
		if err := os.Chown(dir, int(owner.Uid), int(owner.Gid)); err != nil {
			return "", errors.Join(fmt.Errorf("give the cluster's directory to the server's user: %w", err), os.Remove(dir))
		}
	}
	return dir, nil
}
