package config

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"rekindle/problem"
)

// Source is where settings may stand. Each wins over the one before.
type Source struct {
	File        string            // TOML; empty: none
	Environment []string          // as os.Environ gives it
	Given       map[string]string // by name, from the command line
}

// Load gives the settings, or every mistake. Warnings come beside settings that hold.
func Load(from Source) (Settings, problem.List, error) {
	s := Settings{given: map[string]string{}, origin: map[string]string{}}
	var found problem.List
	take := func(dir string, given map[string]string, where func(name string) string) {
		keys := table(dir)
		for _, name := range slices.Sorted(maps.Keys(given)) {
			i := slices.IndexFunc(keys, func(k setting) bool { return k.name == name })
			if i < 0 {
				found.Add(unknown(name).At("%s", where(name)))
				continue
			}
			if err := keys[i].set(&s, given[name]); err != nil {
				found.Add(refused(keys[i], given[name], err).At("%s", where(name)))
				continue
			}
			s.given[name], s.origin[name] = given[name], where(name)
		}
	}
	preset := map[string]string{}
	for _, k := range table("") {
		preset[k.name] = k.preset
	}
	take("", preset, func(string) string { return "default" })
	if from.File != "" {
		given, lines, err := readFile(from.File)
		if err != nil {
			return s, nil, err
		}
		take(filepath.Dir(from.File), given, func(name string) string {
			if line := lines[name]; line > 0 {
				return fmt.Sprintf("%s line %d", from.File, line)
			}
			return from.File
		})
	}
	variables, warnings := environment(from.Environment)
	found.Add(warnings...)
	take("", variables, func(name string) string { return setting{name: name}.variable() })
	take("", from.Given, func(string) string { return "--set" })
	found.Add(s.agree()...)
	return s, found, found.Err()
}

func unknown(name string) *problem.Problem {
	p := problem.New(problem.Invalid, "There is no such setting").On("%s", name)
	var names []string
	for _, k := range table("") {
		names = append(names, k.name)
		if strings.HasSuffix(k.name, "."+name) || strings.EqualFold(strings.NewReplacer("-", "_", ".", "_").Replace(k.name), strings.NewReplacer("-", "_", ".", "_").Replace(name)) {
			return p.Instead("Did you mean %s?", k.name)
		}
	}
	return p.Instead("Known are %s", strings.Join(names, ", "))
}

func refused(k setting, value string, err error) *problem.Problem {
	if p, ok := errors.AsType[*problem.Problem](err); ok { // of a file
		return problem.New(problem.Invalid, "%s", p.Message).On("%s", k.name).Instead("%s", p.Remedy).Because(p)
	}
	return problem.New(problem.Invalid, "%.80q does not fit", value).On("%s", k.name).Instead("%s", err.Error())
}

// environment gives the settings among variables, and a warning for each that looks like one and is none.
func environment(variables []string) (given map[string]string, warnings problem.List) {
	// Other variables of the program; docs/operate.md lists them.
	others := []string{"REKINDLE_DATA", "REKINDLE_DATABASE", "REKINDLE_KEYS", "REKINDLE_CONFIG"}
	given = map[string]string{}
	names := map[string]string{}
	for _, k := range table("") {
		names[k.variable()] = k.name
	}
	for _, v := range variables {
		variable, value, _ := strings.Cut(v, "=")
		if name, ok := names[variable]; ok {
			given[name] = value
		} else if strings.HasPrefix(variable, "REKINDLE_") && !strings.HasPrefix(variable, "REKINDLE_TEST_") && !slices.Contains(others, variable) {
			p := problem.New(problem.Invalid, "This variable is no setting and is ignored").At("%s", variable)
			p.Warning = true
			warnings.Add(p)
		}
	}
	return given, warnings
}

// readFile gives the values of a file as text, and the line of each.
func readFile(name string) (given map[string]string, lines map[string]int, err error) {
	content, err := os.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil, problem.New(problem.NotFound, "There is no such file of settings").At("%s", name).Instead("Print one to fill in with 'rekindle config new'").Because(err)
	case err != nil:
		return nil, nil, problem.New(problem.Unavailable, "The settings cannot be read").At("%s", name).Because(err)
	}
	var tree map[string]any
	if err := toml.Unmarshal(content, &tree); err != nil {
		p := problem.New(problem.Invalid, "This is not TOML: %v", err).At("%s", name)
		if parse, ok := errors.AsType[toml.ParseError](err); ok {
			p.At("%s line %d", name, parse.Position.Line).Message = "This is not TOML: " + parse.Message
		}
		return nil, nil, p.Because(err)
	}
	given = map[string]string{}
	flatten(given, tree, "")
	return given, linesOf(string(content)), nil
}

func flatten(to map[string]string, tree map[string]any, before string) {
	for key, v := range tree {
		name := before + key
		switch v := v.(type) {
		case map[string]any:
			flatten(to, v, name+".")
		case []any:
			parts := make([]string, len(v))
			for i, part := range v {
				parts[i] = plain(part)
			}
			to[name] = strings.Join(parts, ", ")
		default:
			to[name] = plain(v)
		}
	}
}

// plain writes a TOML value as the text of a setting.
func plain(v any) string {
	switch v := v.(type) {
	case time.Time:
		return v.Format("2006-01-02")
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

// linesOf gives the line of each key. The parser has found the text to be TOML but keeps positions to itself; settings are
// lines of the form key = value below [section].
func linesOf(text string) map[string]int {
	lines, section, n := map[string]int{}, "", 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") && !strings.Contains(line, "=") {
			section = strings.Trim(strings.TrimSpace(strings.SplitN(line, "#", 2)[0]), "[] ") + "."
			continue
		}
		key, _, ok := strings.Cut(line, "=")
		if ok && !strings.HasPrefix(line, "#") {
			name := section + strings.ReplaceAll(strings.Trim(strings.TrimSpace(key), `"'`), " ", "")
			if lines[name] == 0 {
				lines[name] = n
			}
		}
	}
	return lines
}
