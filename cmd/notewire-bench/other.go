//go:build !linux

package main

import (
	"fmt"
	"os"
)

// main says why there is nothing to run. The clients of the benchmark wait in
// epoll, and CPU time and memory of the server are read as Linux keeps them.
func main() {
	fmt.Fprintln(os.Stderr, "notewire-bench: it measures on Linux only, for it uses epoll and /proc")
	os.Exit(2)
}
