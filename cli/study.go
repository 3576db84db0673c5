package cli

import (
	"bytes"
	"context"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/trial/study"
)

// console is who acts in a command that works on a study: whoever holds its data directory and its keys.
var console = identity.Actor{Name: "console", Role: identity.Owner}

// conduct gives the verbs of the study in a data directory, under the protocol that it was opened with.
func (d *data) conduct(ctx context.Context) (*conduct.Conduct, error) {
	var of store.Study
	var text []byte
	if err := d.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if of, err = tx.Study(ctx); err == nil {
			text, err = tx.ProtocolFile(ctx)
		}
		return err
	}); err != nil {
		return nil, err
	}
	p, err := study.Read("protocol.toml", bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	return &conduct.Conduct{Store: d.Store, Protocol: p, Program: version(), Simulated: of.Simulated}, nil
}
