package main

// refuseZeros refuses flags that are not above 0; of several the first by name.
// For the server zero means the default, which is not what somebody means who
// writes it.
func refuseZeros(flags ...map[string]int64) error {
	first := ""
	for _, some := range flags {
		for name, v := range some {
			if v <= 0 && (first == "" || name < first) {
				first = name
			}
		}
	}
	if first == "" {
		return nil
	}
	return usagef("--%s has to be above 0", first)
}
