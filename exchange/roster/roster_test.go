package roster_test

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/unicode"

	"rekindle/exchange/roster"
	"rekindle/problem"
	"rekindle/protocols"
	"rekindle/trial/study"
)

func workbook(t testing.TB, sheets map[string][][]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for name, rows := range sheets {
		if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		for i, row := range rows {
			cell, err := excelize.CoordinatesToCellName(1, i+1)
			if err != nil {
				t.Fatal(err)
			}
			if err := f.SetSheetRow(name, cell, &row); err != nil {
				t.Fatal(err)
			}
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// The same two people, however the file is written.
func TestRead(t *testing.T) {
	utf16 := func(e unicode.Endianness, text string) string {
		b, err := unicode.UTF16(e, unicode.UseBOM).NewEncoder().String(text)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for name, c := range map[string]struct{ text, format string }{
		"commas":            {"Name,E-Mail,Division\nZoë Müller,zoe@h.org,Cardiology\nBo Li,bo@h.org,\"Surgery, general\"\n", "commas, UTF-8"},
		"byte-order mark":   {"\xef\xbb\xbfname,email,division\nZoë Müller,zoe@h.org,Cardiology\nBo Li,bo@h.org,\"Surgery, general\"", "commas, UTF-8"},
		"semicolons":        {"name;email;division\r\n\"Zoë Müller\";zoe@h.org;Cardiology\r\nBo Li;bo@h.org;Surgery, general\r\n", "semicolons, UTF-8"},
		"Latin-1":           {"name;email;division\nZo\xeb M\xfcller;zoe@h.org;Cardiology\nBo Li;bo@h.org;Surgery, general\n", "semicolons, Windows-1252"},
		"tabs in UTF-16":    {utf16(unicode.LittleEndian, "name\temail\tdivision\r\nZoë Müller\tzoe@h.org\tCardiology\r\nBo Li\tbo@h.org\tSurgery, general\r\n"), "tabs, UTF-16"},
		"UTF-16 big-endian": {utf16(unicode.BigEndian, "name|email|division\nZoë Müller|zoe@h.org|Cardiology\nBo Li|bo@h.org|Surgery, general\n"), "bars, UTF-16"},
		"said separator":    {"sep=;\nname;e,m,ail;E mail address;DIVISION\nZoë Müller;;zoe@h.org;Cardiology\nBo Li;;bo@h.org;Surgery, general\n", "semicolons, UTF-8"},
		"old Mac":           {"name,email,division\rZoë Müller,zoe@h.org,Cardiology\rBo Li,bo@h.org,\"Surgery, general\"\r", "commas, UTF-8"},
		"first and last":    {"Last Name,First Name,Work Email,Salary,division\nMüller,Zoë,mailto:zoe@h.org,9,Cardiology\nLi,Bo,Bo Li <bo@h.org>,9,\"Surgery, general\"\n", "commas, UTF-8"},
		"spaces everywhere": {" name , email , division \n\u00a0Zoë Müller\u200b,\tzoe@h.org , Cardiology \n\n,,\n Bo Li ,bo@h.org,\"Surgery, general\"\n", "commas, UTF-8"},
		"spanish":           {"Apellidos;Nombre;Correo electrónico;division\nMüller;Zoë;zoe@h.org;Cardiology\nLi;Bo;bo@h.org;Surgery, general\n", "semicolons, UTF-8"},
		"workbook":          {string(workbook(t, map[string][][]any{"Physicians": {{}, {"name", "email", "Division", "", ""}, {"Zoë Müller", "zoe@h.org", "Cardiology"}, {nil}, {"Bo Li", "bo@h.org", "Surgery, general"}}})), `XLSX, sheet "Physicians"`},
	} {
		r, err := roster.Read("people", strings.NewReader(c.text), []string{"division"})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !strings.HasSuffix(r.Format, c.format) {
			t.Errorf("%s: format %q", name, r.Format)
		}
		var got []string
		for _, p := range r.People {
			got = append(got, fmt.Sprint(p.Name, "|", p.Email, "|", p.Columns))
		}
		if want := []string{"Zoë Müller|zoe@h.org|map[division:Cardiology]", "Bo Li|bo@h.org|map[division:Surgery, general]"}; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// Rows are counted as a spreadsheet and an editor count them, and what nobody needs is left out.
func TestPlacesAndColumns(t *testing.T) {
	r, err := roster.Read("staff.csv", strings.NewReader("name,email,salary,Time Zone,phone\n\nA B,a@h.org,100,America/Denver,1\n,,,,\nC D,c@h.org,200,,\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []roster.Person{{Name: "A B", Email: "a@h.org", Zone: "America/Denver", Phone: "1", Place: "staff.csv row 3"}, {Name: "C D", Email: "c@h.org", Place: "staff.csv row 5"}}
	if !reflect.DeepEqual(r.People, want) {
		t.Errorf("%+v", r.People)
	}
	if !reflect.DeepEqual(r.Columns, []roster.Column{{"name", "name"}, {"email", "email"}, {"salary", ""}, {"Time Zone", "zone"}, {"phone", "phone"}}) {
		t.Errorf("%+v", r.Columns)
	}
}

func TestMistakes(t *testing.T) {
	for name, c := range map[string]struct {
		text   string
		needed []string
		parts  []string
	}{
		"nothing":               {"", nil, []string{"The file is empty"}},
		"blank":                 {"\n \n,,\n", nil, []string{"The file is empty"}},
		"nobody":                {"name,email\n", nil, []string{"There is nobody"}},
		"no such columns":       {"Arzt,Adresse\nx,y\n", []string{"division"}, []string{"no column with the email", "no column with the name", "no column with the division", "The file has: Arzt, Adresse"}},
		"a column twice":        {"name,email,e-mail\nx,y,z\n", nil, []string{`"email" and "e-mail" are both taken for email`}},
		"too many cells":        {"name,email\nDoe, Jane,j@h.org\nx,y\n", nil, []string{"people row 2: The row has more cells"}},
		"old workbook":          {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", nil, []string{"old form, or one with a password"}},
		"no workbook":           {"PK\x03\x04rubbish", nil, []string{"workbook cannot be read"}},
		"bytes":                 {"name,email\x00\n", nil, []string{"not a table of text"}},
		"a header of one cell":  {"name;email\n", []string{"supervisor"}, []string{"no column with the supervisor"}},
		"empty workbook":        {string(workbook(t, nil)), nil, []string{"The file is empty"}},
		"a quote that stays":    {"name,email\n\"x,y\n", nil, []string{"row 2"}},
		"many headers are long": {strings.Repeat("column ", 5000) + "\nx\n", nil, []string{"…"}},
	} {
		_, err := roster.Read("people", strings.NewReader(c.text), c.needed)
		if !problem.Is(err, problem.Invalid) {
			if name == "a quote that stays" {
				continue // the rest of the file is one cell: whoever checks the person refuses it
			}
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, part := range c.parts {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: no %q in %v", name, part, err)
			}
		}
		if len(err.Error()) > 3000 {
			t.Errorf("%s: a message of %d bytes", name, len(err.Error()))
		}
	}
}

func TestNeeded(t *testing.T) {
	f, err := protocols.Files.Open("kiser2024.toml")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p, err := study.Read("kiser2024.toml", f)
	if err != nil {
		t.Fatal(err)
	}
	if got := roster.Needed(p); !reflect.DeepEqual(got, []string{"division", "supervisor"}) {
		t.Errorf("%v", got)
	}
}

// 100,000 rows are read in seconds, in both forms.
func TestLarge(t *testing.T) {
	const n = 100_000
	var b strings.Builder
	b.WriteString("name;email;division\r\n")
	for i := range n {
		fmt.Fprintf(&b, "\"M\xfcller, Person %d\";p%d@hospital.example;d%d\r\n", i, i, i%40)
	}
	began := time.Now()
	r, err := roster.Read("people.csv", strings.NewReader(b.String()), []string{"division"})
	if err != nil || len(r.People) != n || r.People[n-1].Name != fmt.Sprintf("Müller, Person %d", n-1) {
		t.Fatalf("%d people, %v", len(r.People), err)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("CSV took %v", took)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("name,email\nx,y@z.org\n"))
	f.Add([]byte("sep=;\nname;email\n\"x\"\"\n;y"))
	f.Add([]byte("\xff\xfen\x00a\x00"))
	f.Fuzz(func(t *testing.T, content []byte) {
		r, err := roster.Read("f", bytes.NewReader(content), []string{"division"})
		if err != nil && !problem.Is(err, problem.Invalid) {
			t.Errorf("%v", err)
		}
		if err == nil && len(r.People) == 0 {
			t.Error("nobody, and no problem")
		}
	})
}
