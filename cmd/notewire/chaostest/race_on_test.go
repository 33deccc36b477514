//go:build race

package chaostest

// raceEnabled says whether the tests, and so the nodes, have the race detector.
const raceEnabled = true
