package protocols_test

import (
	"strings"
	"testing"

	"rekindle/problem"
	"rekindle/protocols"
)

func TestLoadNamesAMissingFile(t *testing.T) {
	_, err := protocols.Load("no/such/protocol.toml")
	if !problem.Is(err, problem.NotFound) || !strings.Contains(err.Error(), "no/such/protocol.toml") {
		t.Errorf("got %v", err)
	}
	if _, err := protocols.Load(protocols.Rehearsed); err != nil {
		t.Error(err)
	}
}
