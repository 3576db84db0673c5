package instrument

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"rekindle/problem"
)

// Record is one person's answers to one instrument, as read from a file.
type Record struct {
	Instrument *Instrument
	Answers    Answers
}

// ReadJSON reads [{"instrument": "pfi16", "answers": {"PF1": 3, ...}}, ...]. name is what messages call the file.
//
// Codes that are whole numbers are JSON numbers, codes that are words are strings, select-all is an array of strings
// ([] means that nothing was selected), null is blank, "declined" is an answer refused. Other keys of a record are left
// alone. Every mistake in the file is found at once, with the index of the record (from 0), the item and what is
// allowed: a code out of range, an unknown instrument or item, an item answered twice (which encoding/json would
// silently take the last of).
func ReadJSON(name string, data []byte) ([]Record, error) {
	data, p := plain(name, data)
	if p != nil {
		return nil, p
	}
	if p := checkSyntax(name, data); p != nil {
		return nil, p
	}
	r := jsonReader{name: name, dec: json.NewDecoder(bytes.NewReader(data))}
	r.dec.UseNumber()
	records := r.records()
	if r.wrong != nil {
		return nil, r.wrong
	}
	return records, nil
}

// checkSyntax refuses what is not one JSON value, with line and column, so that the walk below meets no syntax error.
func checkSyntax(name string, data []byte) *problem.Problem {
	var whole json.RawMessage
	err := json.Unmarshal(data, &whole)
	if err == nil {
		return nil
	}
	at := len(data)
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		at = int(syntax.Offset) - 1 // the last byte read
	}
	line, column := position(data, at)
	return problem.New(problem.Invalid, "this is not JSON: %s", err).At("%s line %d column %d", name, line, column).
		Instead(`An array of records such as [{"instrument": "pfi16", "answers": {"PF1": 3}}]`)
}

type jsonReader struct {
	name  string
	dec   *json.Decoder
	wrong problem.List
	err   error
}

// jsonRecord is a record as written, before the instrument is known.
type jsonRecord struct {
	instrument string
	order      []string // items as they come
	values     map[string]jsonValue
	twice      []string
}

// jsonValue is one value as written.
type jsonValue struct {
	kind byte // '0' null, 'n' number, 's' string, 'b' boolean, 'a' array of codes, 'x' anything else
	text string
	list []string
}

// token gives the next token. The syntax was checked before, so an error here would be a fault of this reader; it is
// kept, and ends every loop.
func (r *jsonReader) token() json.Token {
	t, err := r.dec.Token()
	if err != nil {
		r.err = err
		return nil
	}
	return t
}

func (r *jsonReader) more() bool { return r.err == nil && r.dec.More() }

func (r *jsonReader) records() []Record {
	if r.token() != json.Delim('[') {
		r.wrong.Add(problem.New(problem.Invalid, "the file does not hold an array").At("%s", r.name).
			Instead("Put the records between [ and ]"))
		return nil
	}
	records := []Record{}
	for i := 0; r.more(); i++ {
		if enough(&r.wrong, r.name) {
			return nil
		}
		place, before := fmt.Sprintf("%s index %d", r.name, i), len(r.wrong)
		raw := r.record(place)
		if len(r.wrong) > before {
			continue
		}
		rec, wrong := raw.convert(place)
		r.wrong.Add(wrong...)
		records = append(records, rec)
	}
	if r.err != nil {
		r.wrong.Add(problem.New(problem.Internal, "the file could not be read to its end").At("%s", r.name).Because(r.err))
	}
	return records
}

const (
	recordForm  = `An object such as {"instrument": "pfi16", "answers": {"PF1": 3}}`
	answersForm = `An object of item and code such as {"PF1": 3}`
)

// record reads one element of the array. The instrument may be named after the answers, so values are kept as they are.
func (r *jsonReader) record(place string) (raw jsonRecord) {
	complain := func(field, message, remedy string) {
		r.wrong.Add(problem.New(problem.Invalid, "%s", message).At("%s", place).On("%s", field).Instead("%s", remedy))
	}
	if t := r.token(); t != json.Delim('{') {
		r.skip(t)
		complain("", "this is not a record", recordForm)
		return raw
	}
	seen := map[string]int{}
	for r.more() {
		key, _ := r.token().(string)
		seen[key]++
		t := r.token()
		switch key {
		case "instrument":
			text, ok := t.(string)
			if !ok {
				complain(key, "the instrument is not a string", `The id of an instrument, such as "pfi16"`)
			}
			raw.instrument = text
		case "answers":
			if t == json.Delim('{') {
				r.answers(&raw)
				continue
			}
			complain(key, "the answers are not an object", answersForm)
		}
		r.skip(t)
	}
	r.token() // }
	for _, key := range []string{"instrument", "answers"} {
		switch seen[key] {
		case 0:
			complain(key, "the key is missing", recordForm)
		case 1:
		default:
			complain(key, "the key is there twice", "Each key once")
		}
	}
	return raw
}

func (r *jsonReader) answers(raw *jsonRecord) {
	raw.values = map[string]jsonValue{}
	for r.more() {
		item, _ := r.token().(string)
		if _, again := raw.values[item]; again {
			raw.twice = append(raw.twice, item)
		} else {
			raw.order = append(raw.order, item)
		}
		raw.values[item] = r.value()
	}
	r.token() // }
}

// value reads one value and what is inside it.
func (r *jsonReader) value() jsonValue {
	switch t := r.token().(type) {
	case nil:
		return jsonValue{kind: '0'}
	case json.Number:
		return jsonValue{kind: 'n', text: t.String()}
	case string:
		return jsonValue{kind: 's', text: t}
	case bool:
		return jsonValue{kind: 'b', text: fmt.Sprint(t)}
	case json.Delim:
		if t == '[' {
			return r.codes()
		}
		r.skip(t)
	}
	return jsonValue{kind: 'x', text: "{...}"}
}

// codes reads an array of codes to its end.
func (r *jsonReader) codes() jsonValue {
	v := jsonValue{kind: 'a', list: []string{}}
	for r.more() {
		t := r.token()
		text, ok := t.(string)
		if !ok || text == "" || strings.ContainsFunc(text, unicode.IsSpace) {
			r.skip(t)
			v.kind, v.text = 'x', "[...]"
		}
		v.list = append(v.list, text)
	}
	r.token() // ]
	return v
}

// skip passes over the rest of the value that begins with t.
func (r *jsonReader) skip(t json.Token) {
	for depth := 0; r.err == nil; t = r.token() {
		switch t {
		case json.Delim('['), json.Delim('{'):
			depth++
		case json.Delim(']'), json.Delim('}'):
			depth--
		}
		if depth <= 0 {
			return
		}
	}
}

// convert finds the instrument and turns each value into an answer.
func (raw *jsonRecord) convert(place string) (Record, problem.List) {
	var wrong problem.List
	in, err := Find(raw.instrument)
	if err != nil {
		p, _ := errors.AsType[*problem.Problem](err)
		wrong.Add(p.At("%s", place))
		return Record{}, wrong
	}
	place += " (" + in.ID + ")"
	for _, item := range raw.twice {
		p := problem.New(problem.Invalid, "the item is answered twice").At("%s", place).On("%s", item).Instead("Answer it once")
		if it := in.items[item]; it != nil {
			p.Instead("Answer it once. %s", it.allowed())
		}
		wrong.Add(p)
	}
	rec := Record{Instrument: in, Answers: make(Answers, len(raw.values))}
	for _, item := range raw.order {
		it := in.items[item]
		if it == nil {
			wrong.Add(in.stranger(item).At("%s", place))
			continue
		}
		answer, p := it.fromJSON(raw.values[item])
		if p != nil {
			wrong.Add(p.At("%s", place))
		}
		rec.Answers[item] = answer
	}
	return rec, wrong
}

// fromJSON turns a value into an answer. A number in quotation marks is refused: it is a sign that something else is wrong.
func (it *Item) fromJSON(v jsonValue) (Answer, *problem.Problem) {
	numeric := it.Scale.scored || it.Scale.Kind == Number
	switch {
	case v.kind == '0':
		return Blank, nil
	case v.kind == 'n' && numeric, v.kind == 's' && (!numeric || v.text == string(Declined)):
		return it.Read(v.text)
	case v.kind == 'a' && it.Scale.Kind == SelectAll:
		return it.Read(string(Select(v.list...)))
	case v.kind == 'a':
		return Blank, it.refuse(fmt.Sprint(v.list))
	case v.kind == 's' && numeric:
		p := it.refuse(v.text)
		p.Message = "the string " + quote(v.text) + " is not an answer"
		return Blank, p
	}
	return Blank, it.refuse(v.text)
}
