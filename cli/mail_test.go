package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rekindle/cli"
)

func TestMailReceive(t *testing.T) {
	dir := t.TempDir()
	receive := func(mail, data string) (int, string) {
		var out, errs bytes.Buffer
		status := cli.Run(t.Context(), []string{"mail", "receive", "--data", data}, strings.NewReader(mail), &out, &errs)
		return status, errs.String()
	}
	if status, said := receive("Subject: x\r\n\r\nbody\r\n", dir); status != 0 || said != "" {
		t.Errorf("status %d: %s", status, said)
	}
	files, err := filepath.Glob(filepath.Join(dir, "incoming", "*"))
	if err != nil || len(files) != 1 || filepath.Ext(files[0]) != ".eml" {
		t.Fatalf("kept %v, %v", files, err)
	}
	if text, err := os.ReadFile(files[0]); err != nil || string(text) != "Subject: x\r\n\r\nbody\r\n" {
		t.Errorf("kept %q, %v", text, err)
	}
	if info, err := os.Stat(files[0]); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others can read it: %v, %v", info.Mode(), err)
	}
	if status, said := receive("", dir); status != 1 || !strings.Contains(said, "no mail on the standard input") {
		t.Errorf("nothing: status %d: %s", status, said)
	}
	if status, said := receive("x", filepath.Join(dir, "none")); status != 1 || !strings.Contains(said, "no data directory") {
		t.Errorf("nowhere: status %d: %s", status, said)
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "incoming", "*")); len(files) != 1 {
		t.Errorf("after mistakes %v", files)
	}
}
