package channel

import "notewire/store/visibility"

// The local timeline has the public notes of this server.
var _ = register(&Kind{
	Name: "localTimeline",
	Open: timeline(visibility.Local, Interest{Source: FromLocal}),
})
