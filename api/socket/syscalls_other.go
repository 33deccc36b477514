//go:build !linux

package socket

import "errors"

// Where no descriptors are watched, none is written to.

func send(int, []byte) (int, error) { return 0, errors.ErrUnsupported }

func sendAll(int, [][]byte) (int, error) { return 0, errors.ErrUnsupported }

func read(int, []byte) (int, error) { return 0, errors.ErrUnsupported }
