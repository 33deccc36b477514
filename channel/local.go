package channel

import "notewire/store/visibility"

// localTimeline has the public notes of this server.
var localTimeline = register(&Kind{
	Name: "localTimeline",
	Open: timeline(visibility.Local, Interest{Source: FromLocal}),
})
