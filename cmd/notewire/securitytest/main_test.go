package securitytest

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"notewire/store/postgres/pgtest"
)

// patience is how long a test waits for what has to come. It fails a test that
// would hang, and decides nothing else.
const patience = 30 * time.Second

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Suite{M: m}) }
