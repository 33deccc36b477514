package channel

import "notewire/store/visibility"

// The local timeline has the public notes of this server.
var _ = register(&Kind{
	Name: "localTimeline",
	Open: timeline(visibility.InLocal, Interest{Source: FromLocal}),
})
