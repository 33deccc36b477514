package socket

// stackRoom is what a handshake with its queries needs on the stack, in bytes.
const stackRoom = 12 << 10

// growStack makes room on the goroutine's stack while there is little on it that
// has to be copied. A goroutine begins with 2 to 4 KiB, and one that asks the
// database, or has frames read, would have its stack doubled and copied again
// and again, which was 5 to 10 % of what a connect costs.
//
//go:noinline
func growStack() {
	var room [stackRoom]byte
	hold(&room)
}

// hold keeps the compiler from leaving the room out.
//
//go:noinline
func hold(*[stackRoom]byte) {}
