package streaming

// deepen makes room on the goroutine's stack while there is little on it that
// has to be copied. A goroutine begins with 2 to 4 KiB, and one that asks the
// database, or has frames read, would have its stack doubled and copied again
// and again, which was 5 to 10 % of what a connect costs. What it answers means
// nothing.
//
//go:noinline
func deepen(i int) byte {
	const size = 12 << 10 // what a query in a handshake needs
	var room [size]byte
	room[i%size] = 1
	return room[(i+1)%size]
}
