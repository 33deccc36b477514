package api

// ValidUsername says whether a local user may have the name: 1 to 20 letters,
// digits and underscores.
func ValidUsername(name string) bool { return localUsername.MatchString(name) }
