package study

import (
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"rekindle/problem"
)

// fill copies a parsed TOML tree into the protocol by the toml tags of its fields, and notes every key that is unknown
// and every value of the wrong type. The parser's own decoding stops at the first of them.
func (p *Protocol) fill(tree map[string]any) {
	p.table(reflect.ValueOf(p).Elem(), tree, "")
}

func (p *Protocol) table(to reflect.Value, tree map[string]any, path string) {
	fields := map[string]int{}
	for i := range to.NumField() {
		if key := to.Type().Field(i).Tag.Get("toml"); key != "" {
			fields[key] = i
		}
	}
	for _, key := range slices.Sorted(maps.Keys(tree)) {
		at := join(path, key)
		i, known := fields[key]
		if !known && p.speak(to, key, tree[key], at) {
			continue
		}
		if !known {
			wrong := p.wrong(at, "there is no such key")
			place := at
			if near := nearest(key, slices.Sorted(maps.Keys(fields))); near != "" {
				wrong.Instead("did you mean %s?", near)
				place = join(path, near) // so that Check does not go on to miss it
			} else {
				wrong.Instead("known here: %s", strings.Join(slices.Sorted(maps.Keys(fields)), ", "))
			}
			p.unfit(place, wrong)
			continue
		}
		p.value(to.Field(i), tree[key], at)
	}
}

func (p *Protocol) value(to reflect.Value, from any, path string) {
	refuse := func(right string) {
		p.unfit(path, p.wrong(path, "%s is %s", printed(from), described(from)).Instead("%s", right))
	}
	if to.Type() == reflect.TypeFor[Date]() {
		p.date(to, from, path)
		return
	}
	switch to.Kind() {
	case reflect.Struct:
		if tree, ok := from.(map[string]any); ok {
			p.table(to, tree, path)
		} else {
			refuse("a table is wanted here: [" + p.show(path) + "]")
		}
	case reflect.Slice:
		p.list(to, from, path, refuse)
	case reflect.Map:
		p.mapping(to, from, path, refuse)
	case reflect.String:
		if text, ok := from.(string); ok {
			to.SetString(text)
		} else {
			refuse(`text in quotes is wanted here, as "..."`)
		}
	case reflect.Bool:
		if yes, ok := from.(bool); ok {
			to.SetBool(yes)
		} else {
			refuse("true or false is wanted here, without quotes")
		}
	case reflect.Int:
		if n, ok := from.(int64); ok && n >= math.MinInt32 && n <= math.MaxInt32 {
			to.SetInt(n)
		} else {
			refuse("a whole number is wanted here, without quotes or decimals")
		}
	case reflect.Uint64:
		if n, ok := from.(int64); ok && n >= 0 {
			to.SetUint(uint64(n))
		} else {
			refuse("a whole number from 0 is wanted here, without quotes")
		}
	case reflect.Float64:
		switch n := from.(type) {
		case int64:
			to.SetFloat(float64(n))
			return
		case float64:
			if !math.IsNaN(n) && !math.IsInf(n, 0) {
				to.SetFloat(n)
				return
			}
		}
		refuse("a finite number is wanted here, without quotes")
	default:
		panic("study: no reading of " + to.Type().String()) // a field of a new type was added to the vocabulary
	}
}

func (p *Protocol) date(to reflect.Value, from any, path string) {
	var day Date
	var err error
	switch from := from.(type) {
	case string:
		day, err = ParseDate(from)
	case time.Time:
		// The parser marks a day without a time by the name of its location.
		if from.Location().String() != "date-local" {
			err = fmt.Errorf("%s has a time of day", printed(from))
		}
		day = Day(from.Date())
	default:
		err = fmt.Errorf("%s is %s", printed(from), described(from))
	}
	if err != nil {
		p.unfit(path, p.wrong(path, "%v", err).Instead("a day of the calendar, written as 2021-08-05"))
		return
	}
	to.Set(reflect.ValueOf(day))
}

func (p *Protocol) list(to reflect.Value, from any, path string, refuse func(string)) {
	if tables, ok := from.([]map[string]any); ok {
		elements := make([]any, len(tables))
		for i, table := range tables {
			elements[i] = table
		}
		from = elements
	}
	elements, ok := from.([]any)
	if !ok {
		if to.Type().Elem().Kind() == reflect.Struct {
			refuse("a list of tables is wanted here: [[" + p.show(path) + "]]")
		} else {
			example := "[1, 2]"
			if to.Type().Elem().Kind() == reflect.String {
				example = `["one", "two"]`
			}
			refuse("a list in square brackets is wanted here, as " + example)
		}
		return
	}
	p.name(elements, path)
	to.Set(reflect.MakeSlice(to.Type(), len(elements), len(elements)))
	for i, element := range elements {
		p.value(to.Index(i), element, join(path, strconv.Itoa(i)))
	}
}

// name labels the elements of a list for messages: by id, version or instrument where they have one that is theirs alone,
// by number otherwise.
func (p *Protocol) name(elements []any, path string) {
	seen := map[string]int{}
	names := make([]string, len(elements))
	for i, element := range elements {
		if tree, ok := element.(map[string]any); ok {
			for _, key := range []string{"id", "version", "instrument"} {
				if id, ok := tree[key].(string); ok && id != "" && names[i] == "" {
					names[i] = id
				}
			}
		}
		seen[names[i]]++
	}
	for i, name := range names {
		if name == "" || seen[name] > 1 {
			name = strconv.Itoa(i + 1)
		}
		p.source.label[join(path, strconv.Itoa(i))] = name
	}
}

func (p *Protocol) mapping(to reflect.Value, from any, path string, refuse func(string)) {
	tree, ok := from.(map[string]any)
	if !ok {
		refuse("a table is wanted here: [" + p.show(path) + "]")
		return
	}
	to.Set(reflect.MakeMap(to.Type()))
	for _, key := range slices.Sorted(maps.Keys(tree)) {
		element := reflect.New(to.Type().Elem()).Elem()
		p.value(element, tree[key], join(path, key))
		to.SetMapIndex(reflect.ValueOf(key), element)
	}
}

// unfit notes a problem that was found while reading, and the path that Check need not look at any more.
func (p *Protocol) unfit(path string, found *problem.Problem) {
	p.source.found.Add(found)
	p.source.at[found] = path
}

// wrong makes a problem placed at a path.
func (p *Protocol) wrong(path, format string, args ...any) *problem.Problem {
	found := problem.New(problem.Invalid, format, args...).On("%s", p.show(path))
	switch line := p.lineOf(path); {
	case line > 0:
		found.At("%s line %d", p.source.name, line)
	case p.source.name != "": // a key of the top that is missing altogether
		found.At("%s", p.source.name)
	}
	return found
}

// lineOf gives the line of a key, or of the nearest table around it where the key itself is missing; 0 where there is none.
func (p *Protocol) lineOf(path string) int {
	for {
		if line := p.source.lines[path]; line > 0 {
			return line
		}
		dot := strings.LastIndexByte(path, '.')
		if dot < 0 {
			return 0
		}
		path = path[:dot]
	}
}

// show writes a path as its reader knows it: "visit.1.form.0.arms" is visit[month3].form[pfi16].arms.
func (p *Protocol) show(path string) string {
	if path == "" { // TOML lets a key be empty
		return `""`
	}
	var b strings.Builder
	at := ""
	for part := range strings.SplitSeq(path, ".") {
		at = join(at, part)
		if label, ok := p.source.label[at]; ok {
			fmt.Fprintf(&b, "[%s]", label)
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(part)
	}
	return b.String()
}

// printed shows a value, shortened.
func printed(v any) string {
	text := fmt.Sprint(v)
	switch v := v.(type) {
	case string:
		text = strconv.Quote(v)
	case time.Time:
		text = v.Format("2006-01-02 15:04:05")
	case float64:
		if text = strconv.FormatFloat(v, 'f', -1, 64); v == math.Trunc(v) && !math.IsInf(v, 0) {
			text += ".0"
		}
	case []any, []map[string]any, map[string]any:
		text = "this"
	}
	if r := []rune(text); len(r) > 40 {
		text = string(r[:37]) + "..."
	}
	return text
}

// described names a TOML type in plain words.
func described(v any) string {
	switch v.(type) {
	case string:
		return "text"
	case bool:
		return "true or false"
	case int64:
		return "a whole number"
	case float64:
		return "a decimal number"
	case time.Time:
		return "a date or time"
	case []any:
		return "a list"
	case []map[string]any:
		return "a list of tables"
	default:
		return "a table"
	}
}
