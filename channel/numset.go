package channel

import "slices"

// numset is a sorted set of small numbers: people or viewer slots. It takes
// four bytes a member, a quarter of the least that a map would.
type numset []uint32

func (s numset) has(n uint32) bool {
	_, ok := slices.BinarySearch(s, n)
	return ok
}

// add says whether n is new.
func (s *numset) add(n uint32) bool {
	if l := *s; len(l) == 0 || n > l[len(l)-1] { // who comes last has the highest number, usually
		*s = append(*s, n)
		return true
	}
	i, ok := slices.BinarySearch(*s, n)
	if !ok {
		*s = slices.Insert(*s, i, n)
	}
	return !ok
}

// remove says whether n was there.
func (s *numset) remove(n uint32) bool {
	i, ok := slices.BinarySearch(*s, n)
	if !ok {
		return false
	}
	*s = slices.Delete(*s, i, i+1)
	if len(*s) == 0 {
		*s = nil
	}
	return true
}

// followset is a sorted set of followees. Each is the number of a person,
// shifted left by one, and in the lowest bit whether the follow is
// withReplies.
type followset []uint32

func compareFollow(e, person uint32) int {
	switch p := e >> 1; {
	case p < person:
		return -1
	case p > person:
		return 1
	default:
		return 0
	}
}

func (s followset) find(person uint32) (withReplies, ok bool) {
	i, ok := slices.BinarySearchFunc(s, person, compareFollow)
	return ok && s[i]&1 == 1, ok
}

// put adds or changes the follow and says whether it is new.
func (s *followset) put(person uint32, withReplies bool) bool {
	e := followEntry(person, withReplies)
	i, ok := slices.BinarySearchFunc(*s, person, compareFollow)
	if ok {
		(*s)[i] = e
		return false
	}
	*s = slices.Insert(*s, i, e)
	return true
}

// remove says whether the follow was there.
func (s *followset) remove(person uint32) bool {
	i, ok := slices.BinarySearchFunc(*s, person, compareFollow)
	if ok {
		*s = slices.Delete(*s, i, i+1)
	}
	return ok
}

func followEntry(person uint32, withReplies bool) uint32 {
	e := person << 1
	if withReplies {
		e |= 1
	}
	return e
}
