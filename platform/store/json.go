package store

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
)

// JSON passes a T to and from a JSON column. NULL leaves the zero T.
type JSON[T any] struct{ V T }

// Value gives the JSON text.
func (j JSON[T]) Value() (driver.Value, error) {
	text, err := json.Marshal(j.V)
	return string(text), err
}

// Scan reads JSON text.
func (j *JSON[T]) Scan(src any) error {
	var zero T
	j.V = zero
	switch v := src.(type) {
	case nil:
		return nil
	case string:
		return json.Unmarshal([]byte(v), &j.V)
	case []byte:
		return json.Unmarshal(v, &j.V)
	}
	return fmt.Errorf("store: a JSON column holds %T", src)
}
