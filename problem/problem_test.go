package problem_test

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"rekindle/problem"
)

func TestAProblemSaysPlaceFieldMistakeAndRemedyButNoCause(t *testing.T) {
	p := problem.New(problem.Invalid, "code %d is not among 0 to 4.", 7).At("answers.json index %d", 2).On("PF1").Instead("use 0, 1, 2, 3 or 4.").Because(errors.New("secret detail"))
	if got, want := p.Error(), "answers.json index 2: PF1: code 7 is not among 0 to 4. use 0, 1, 2, 3 or 4"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if strings.Contains(p.Error(), "secret") {
		t.Error("the cause is shown")
	}
	w := problem.New(problem.Invalid, "a stratum is likely to stay empty").On("stratum")
	w.Warning = true
	if got := w.Error(); got != "stratum: warning: a stratum is likely to stay empty" {
		t.Errorf("%q", got)
	}
}

func TestKindsAreFoundInsideWrappedErrors(t *testing.T) {
	missing := fmt.Errorf("load: %w", problem.New(problem.NotFound, "no such file").Because(fs.ErrNotExist))
	if !problem.Is(missing, problem.NotFound) || problem.Is(missing, problem.Conflict) || problem.KindOf(missing) != problem.NotFound {
		t.Error("the kind is lost")
	}
	if !errors.Is(missing, fs.ErrNotExist) {
		t.Error("the cause is lost")
	}
	if problem.KindOf(errors.New("x")) != problem.Internal || problem.Is(nil, problem.Internal) {
		t.Error("any other error is an internal fault, and no error is none")
	}
	for k := problem.Internal; k <= problem.Unavailable; k++ {
		if k.String() == "" {
			t.Errorf("kind %d has no name", k)
		}
	}
}

func TestAListOfWarningsIsNoError(t *testing.T) {
	var l problem.List
	if l.Err() != nil {
		t.Error("an empty list is an error")
	}
	w := problem.New(problem.Invalid, "w")
	w.Warning = true
	l.Add(w)
	if l.Err() != nil {
		t.Error("a warning is an error")
	}
	l.Add(problem.New(problem.Conflict, "c").Because(fs.ErrExist))
	if err := l.Err(); err == nil || strings.Count(err.Error(), "\n") != 1 || !errors.Is(err, fs.ErrExist) {
		t.Errorf("%v", err)
	}
}

func TestGather(t *testing.T) {
	var l problem.List
	l.Gather(nil)
	l.Gather(problem.New(problem.Invalid, "one"))
	l.Gather(problem.List{problem.New(problem.Invalid, "two"), problem.New(problem.Invalid, "three")})
	l.Gather(errors.New("disk"))
	if len(l) != 4 || l[2].Message != "three" || l[3].Kind != problem.Internal || strings.Contains(l.Error(), "disk") {
		t.Errorf("%v", l)
	}
}
