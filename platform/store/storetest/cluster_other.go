//go:build unix && !linux

package storetest

import (
	"errors"
	"os/exec"
)

// startServer cannot tie the server's life to ours on this system.
func startServer(*exec.Cmd) (<-chan error, error) {
	return nil, errors.New("a server is started only on Linux: name one in REKINDLE_TEST_POSTGRES")
}
