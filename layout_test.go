package rekindle

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// trialOrder is the order of the paper: a trial package may import those that stand before it.
var trialOrder = []string{"branching", "study", "instrument", "participant", "consent", "assessment", "randomization", "coach", "session", "goal", "followup", "cost", "dataset"}

// mayImport says which of the project's folders a folder may import, besides itself. It is the table of ARCHITECTURE.md.
var mayImport = map[string][]string{
	"problem":   {},
	"stats":     {},
	"trial":     {"problem"},
	"platform":  {"problem", "trial"},
	"conduct":   {"problem", "trial", "platform"},
	"analysis":  {"problem", "trial", "stats"},
	"report":    {"problem", "trial", "analysis"},
	"exchange":  {"problem", "trial", "analysis"},
	"web":       {"problem", "trial", "conduct", "analysis", "report", "exchange", "platform"},
	"cli":       {"problem", "trial", "conduct", "analysis", "report", "exchange", "platform", "stats", "web", "protocols"},
	"cmd":       {"cli"},
	"protocols": {"problem", "trial"},
	"testdata":  {},
}

// notNames are package names that say nothing of what is in a package.
var notNames = []string{"util", "utils", "common", "helper", "helpers", "manager", "service", "services", "base", "impl", "misc"}

type importing struct {
	file, from string   // file path, folder of the importing package
	imports    []string // import paths inside the project, without the module's name
	foreign    []string // all other import paths
}

// sources parses the imports of every Go file below the root, tests included.
func sources(t *testing.T) []importing {
	t.Helper()
	var found []importing
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); p != "." && (strings.HasPrefix(name, ".") || name == "tools") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(p, ".go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		in := importing{file: filepath.ToSlash(p), from: path.Dir(filepath.ToSlash(p))}
		for _, spec := range f.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if own, ok := strings.CutPrefix(name, "rekindle/"); ok {
				in.imports = append(in.imports, own)
			} else {
				in.foreign = append(in.foreign, name)
			}
		}
		found = append(found, in)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) < 10 {
		t.Fatalf("only %d Go files found: the walk does not see the project", len(found))
	}
	return found
}

func top(dir string) string { return strings.SplitN(dir, "/", 2)[0] }

func TestFoldersImportOnlyWhatTheyMay(t *testing.T) {
	for _, s := range sources(t) {
		from := top(s.from)
		if from == "." {
			continue // this file, and others at the root
		}
		allowed, known := mayImport[from]
		if !known {
			t.Errorf("%s: folder %q is not in the layout; add it to mayImport and ARCHITECTURE.md, and say why in docs/decisions", s.file, from)
			continue
		}
		isTest := strings.HasSuffix(s.file, "_test.go")
		for _, i := range s.imports {
			if top(i) == from {
				if from == "trial" && !isTest && !trialMay(s.from, i) {
					t.Errorf("%s imports %s, which does not stand before it in the order of the trial %v", s.file, i, trialOrder)
				}
				continue
			}
			if !slices.Contains(allowed, top(i)) && !(isTest && i == "protocols") {
				t.Errorf("%s imports %s: %s may import only %v", s.file, i, from, allowed)
			}
		}
	}
}

// trialMay says whether the trial package in folder from may import the trial package to.
func trialMay(from, to string) bool {
	place := func(p string) int { return slices.Index(trialOrder, strings.Split(p, "/")[1]) }
	return place(to) >= 0 && place(to) <= place(from)
}

func TestTrialPackagesStandInTheOrder(t *testing.T) {
	dirs, err := os.ReadDir("trial")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dirs {
		if d.IsDir() && !slices.Contains(trialOrder, d.Name()) {
			t.Errorf("trial/%s has no place in the order of the trial", d.Name())
		}
	}
}

func TestStatisticsStandAlone(t *testing.T) {
	for _, s := range sources(t) {
		if top(s.from) != "stats" || strings.HasSuffix(s.file, "_test.go") {
			continue
		}
		for _, f := range s.foreign {
			if strings.Contains(top(f), ".") && !strings.HasPrefix(f, "gonum.org/v1/gonum/") {
				t.Errorf("%s imports %s: stats may import only the standard library, gonum and stats", s.file, f)
			}
		}
	}
}

func TestRulesDoNoInputOrOutput(t *testing.T) {
	forbidden := []string{"os", "net", "net/http", "database/sql", "io/ioutil", "os/exec"}
	for _, s := range sources(t) {
		if top(s.from) != "trial" || strings.HasSuffix(s.file, "_test.go") {
			continue
		}
		for _, f := range s.foreign {
			if slices.Contains(forbidden, f) {
				t.Errorf("%s imports %s: trial has pure rules, no input or output", s.file, f)
			}
		}
	}
}

func TestAnalysisNeverTouchesTheDatabase(t *testing.T) {
	for _, s := range sources(t) {
		if f := top(s.from); f != "analysis" && f != "report" && f != "exchange" && f != "conduct" {
			continue
		}
		if strings.HasSuffix(s.file, "_test.go") {
			continue
		}
		for _, f := range s.foreign {
			if f == "database/sql" && top(s.from) != "conduct" || strings.Contains(f, "sqlite") || strings.Contains(f, "pgx") {
				t.Errorf("%s imports %s: SQL lives in platform/store", s.file, f)
			}
		}
	}
}

func TestPackagesHaveNounsOfTheField(t *testing.T) {
	for _, s := range sources(t) {
		if name := path.Base(s.from); slices.Contains(notNames, name) {
			t.Errorf("%s: a package named %q says nothing of what is in it", s.file, name)
		}
	}
}
