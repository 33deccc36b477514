// Package securitytest holds the tests that try to get in, to see too much, and
// to wear the server out. The server is cmd/notewire/app, as it ships: its
// listener, its look-ups and its limits, in the test's own process (so the race
// detector sees it) but over real TCP. The package has tests only; what they
// prove is told in docs/guarantees.md.
//
//   - revocation: sessions end on every node when their token or account does;
//   - leaks: random people, relations and notes, and every channel, capture and
//     endpoint held against an oracle that shares no code with the server;
//   - secrets: a whole scenario, and not one token or password in its log;
//   - hostile clients: what they cost, what closes them, and what it does to
//     everybody else.
//
// # The limits and their tests
//
// Each limit has a test that stays within it and one that goes past it. Where no
// package is named, the test is here. TestDocumentedTestsExist holds this list to
// the tests that there are.
//
//   - channels per connection: channel.TestLimit,
//     TestChannelsAndCapturesAreBounded
//   - captures per connection: notecapture.TestOldestIsDropped,
//     TestChannelsAndCapturesAreBounded
//   - inbound frame: api/socket.TestFragmentsTakeNoMoreThanTheLimit,
//     TestHostileClients (a GiB, 2^63, fragments)
//   - inbound frames a second: api/socket.TestInboundRate, TestHostileClients
//     (pings, pongs, empty fragments, connects, captures, API calls)
//   - queue of a connection: api/socket.TestSlowClientIsClosedAndOthersAreNot
//     (bytes and frames), TestHostileClients (never reads)
//   - all queues together: api/socket.TestTotalOfAllQueuesClosesTheFullest
//   - connections per user and per address: api/socket.TestAdmission,
//     TestConnectionsAreBounded
//   - the address itself: api.TestThrottlingIsNotSpoofed,
//     TestConnectionsAreBounded
//   - handshake, and the headers of any request: TestSlowHandshake
//   - the body of a request: api/httpserver.TestBodyThatDoesNotCome,
//     api/httpserver.TestBodyThatComesSlowly, TestUnsentBodiesPinNothing,
//     TestSlowUploadIsTaken
//   - taking an answer: api/httpserver.TestReaderThatStops,
//     api/httpserver.TestReaderThatIsSlow, TestUnreadFilesPinNothing
//   - ping and pong: api/socket.TestPingsAndPongs, api/socket.TestHalfOpenPeer,
//     TestHostileClients (half open, a frame a byte at a time)
//   - rate limits of the API: api.TestRateLimits, api.TestSigninIsThrottled,
//     api.TestGuessesAreThrottledByName
//
// What one hostile client may cost at most is its queue and perHostile bytes;
// TestHostileMemoryIsBounded measures it while all of that is held.
//
// # Goroutines
//
// A node and every client end with their test; TestMain looks for leaks.
//
// # Imports
//
// cmd/notewire/app and what its Config and its database hand out, channel for
// the test of shared frames, and store/postgres/pgtest.
package securitytest
