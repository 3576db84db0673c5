package conduct

import (
	"context"

	"rekindle/platform/identity"
	"rekindle/platform/store"
)

// resealedAtOnce bounds one transaction of sealing anew, so that nobody waits long for it.
const resealedAtOnce = 200

// Reseal seals anew what an older key of the vault has sealed, batch by batch, and gives how many values. It may be interrupted and begun
// again, and may run beside others: each value is changed by one of them.
func (c *Conduct) Reseal(ctx context.Context, by identity.Actor) (total int, err error) {
	if err := by.Require("vault.rotate"); err != nil {
		return 0, err
	}
	for ctx.Err() == nil {
		done := 0
		err := c.Store.Write(ctx, func(tx *store.Tx) (err error) {
			if tx.Vault == nil {
				return keyless()
			}
			if done, err = tx.Reseal(ctx, resealedAtOnce); err != nil || done == 0 {
				return err
			}
			_, key := tx.Vault.Keys()
			return record(ctx, tx, by, "vault.rotate", c.Protocol.ID, nil, facts{"key": key, "values": done}, "")
		})
		if err != nil || done == 0 {
			return total, err
		}
		total += done
	}
	return total, ctx.Err()
}

// Stale counts the values that an older key of the vault has sealed.
func (c *Conduct) Stale(ctx context.Context, by identity.Actor) (n int, err error) {
	if err := by.Require("vault.rotate"); err != nil {
		return 0, err
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if tx.Vault == nil {
			return keyless()
		}
		n, err = tx.Stale(ctx)
		return err
	})
	return n, err
}

// keepSealed takes up keys that were added while the program runs, and seals anew what the older ones have sealed.
func (c *Conduct) keepSealed(ctx context.Context) error {
	var several bool
	if err := c.Store.Read(ctx, func(tx *store.Tx) error {
		if tx.Vault == nil {
			return nil
		}
		if _, err := tx.Vault.Refresh(); err != nil {
			return err
		}
		n, _ := tx.Vault.Keys()
		several = n > 1
		return nil
	}); err != nil || !several {
		return err
	}
	if n, err := c.Stale(ctx, identity.Program); err != nil || n == 0 {
		return err
	}
	_, err := c.Reseal(ctx, identity.Program)
	return err
}
