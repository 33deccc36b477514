package app

import (
	"testing"

	"go.uber.org/goleak"

	"notewire/store/postgres/pgtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Suite{M: m}) }
