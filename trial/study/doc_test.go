package study_test

import (
	"os"
	"reflect"
	"regexp"
	"testing"

	"rekindle/trial/study"
)

// TestEveryKeyIsExplained: docs/protocol.md names every key of the vocabulary, in code type.
func TestEveryKeyIsExplained(t *testing.T) {
	text, err := os.ReadFile("../../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	explained := map[string]bool{}
	for _, quoted := range regexp.MustCompile("`[^`\n]+`").FindAllString(string(text), -1) {
		for _, key := range regexp.MustCompile("[a-z_]+").FindAllString(quoted, -1) {
			explained[key] = true
		}
	}
	keys := 0
	var look func(of reflect.Type)
	look = func(of reflect.Type) {
		for of.Kind() == reflect.Slice || of.Kind() == reflect.Map {
			of = of.Elem()
		}
		if of.Kind() != reflect.Struct || of == reflect.TypeFor[study.Date]() {
			return
		}
		for i := range of.NumField() {
			key := of.Field(i).Tag.Get("toml")
			if key == "" {
				continue
			}
			if keys++; !explained[key] {
				t.Errorf("%s.%s: the key %s is not in docs/protocol.md", of.Name(), of.Field(i).Name, key)
			}
			look(of.Field(i).Type)
		}
	}
	look(reflect.TypeFor[study.Protocol]())
	if keys < 150 {
		t.Errorf("only %d keys looked at", keys)
	}
}
