package cli

import (
	"context"
	"encoding/json"
	"fmt"

	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/randomization"
)

// proveCommand replays the allocations of a closed trial.
type proveCommand struct {
	Dir      string `arg:"" optional:"" type:"path" help:"Data directory (the same as --data)."`
	Evidence string `placeholder:"FILE" help:"Prove what --export wrote instead, without a data directory; - for standard input."`
	Export   bool   `help:"Print the evidence as JSON, for a proof elsewhere or by another program."`
	JSON     bool   `name:"json" help:"Print the result as JSON."`
	dataFlags
}

// Help says what is proved, with examples.
func (proveCommand) Help() string {
	return `After closing, the revealed seed and the design give every allocation again. Each is compared with the commitment that the trail has from before the first enrolment, with the trail, and with the store; whatever was changed, left out, added or moved is named. Before closing there is no proof: it needs the seed, and whoever knows the seed knows every allocation to come.

docs/derivations/randomization.md describes the replay so that it can be programmed anew.

Examples:

    rekindle randomization prove rekindle-demo
    rekindle randomization prove rekindle-demo --export > evidence.json
    rekindle randomization prove --evidence evidence.json`
}

// proof is what the command prints as JSON.
type proof struct {
	Allocations int                     `json:"allocations"`
	Commitment  string                  `json:"commitment"`
	Proved      bool                    `json:"proved"`
	Findings    []randomization.Finding `json:"findings"`
}

// Run prints what was proved, or every finding.
func (c *proveCommand) Run(ctx context.Context, s *streams) error {
	evidence, err := c.evidence(ctx, s)
	if err != nil {
		return err
	}
	findings, err := evidence.Prove()
	if err != nil {
		return err
	}
	if c.Export {
		return printed(encode(s, evidence))
	}
	p := proof{Allocations: len(evidence.Entries), Commitment: evidence.Commitment, Proved: len(findings) == 0, Findings: findings}
	if c.JSON {
		if p.Findings == nil {
			p.Findings = []randomization.Finding{}
		}
		err = encode(s, p)
	} else if p.Proved {
		_, err = fmt.Fprintf(s.out, "%d allocations, each as the committed seed and design determine it; store and trail agree.\n  commitment  %s\n  seed        %s\n  design      %s\n",
			p.Allocations, p.Commitment, evidence.Seed, designLine(evidence))
	}
	if err != nil {
		return printed(err)
	}
	var found problem.List
	for _, f := range findings {
		found.Add(problem.New(problem.Invalid, "%s", f))
	}
	return found.Err()
}

func (c *proveCommand) evidence(ctx context.Context, s *streams) (e randomization.Evidence, err error) {
	if c.Evidence != "" {
		if c.Dir != "" || c.Export {
			return e, problem.New(problem.Invalid, "either a data directory or a file of evidence is proved, not both").On("--evidence")
		}
		text, name, err := readFile(s, c.Evidence)
		if err != nil {
			return e, err
		}
		if err := json.Unmarshal(text, &e); err != nil {
			return e, problem.New(problem.Invalid, "this is no evidence of a randomization").At("%s", name).
				Instead("Give a file that 'rekindle randomization prove --export' wrote").Because(err)
		}
		return e, nil
	}
	if c.Dir != "" {
		c.Data = c.Dir
	}
	d, err := c.read(ctx, nil)
	if err != nil {
		return e, err
	}
	defer d.Close()
	err = d.Store.Read(ctx, func(tx *store.Tx) error {
		e, err = tx.RandomizationEvidence(ctx)
		return err
	})
	return e, err
}

// designLine describes the design in a line; the proof has read it before.
func designLine(e randomization.Evidence) string {
	d, err := randomization.ParseDesign([]byte(e.Design))
	if err != nil {
		return e.Design
	}
	return d.String()
}

func encode(s *streams, v any) error {
	encoder := json.NewEncoder(s.out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}
