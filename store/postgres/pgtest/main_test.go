package pgtest

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"go.uber.org/goleak"
)

// envVictim makes the test binary a process that starts a cluster, prints a line "pid directory", and waits to be killed.
const envVictim = "NOTEWIRE_PGTEST_VICTIM"

func TestMain(m *testing.M) {
	if os.Getenv(envVictim) != "" {
		if err := victim(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(Suite{M: m})
}

func victim() error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	c, err := Start(ctx, Options{})
	if err != nil {
		return err
	}
	fmt.Println(c.PID(), c.dir)
	<-ctx.Done()
	return c.Close()
}
