package report

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"rekindle/analysis"
	"rekindle/problem"
	"rekindle/report/figure"
)

// ManifestFile is the name of the manifest in a report's folder.
const ManifestFile = "manifest.json"

// ManifestSchema names its format.
const ManifestSchema = "rekindle-manifest/1"

// Manifest ties the files of a report to what they were made from. Digests are SHA-256 in hex.
type Manifest struct {
	Schema  string            `json:"schema"`
	Source  analysis.Source   `json:"source"`
	Program string            `json:"program_sha256"` // of the executable that made the report
	Files   map[string]string `json:"files"`          // path with forward slashes -> digest
}

// Figures draws the figures of a report, in the order they are shown.
func (rep *Report) Figures() []*figure.Figure {
	p, r := rep.Protocol, rep.Result
	var out []*figure.Figure
	if r.Flow != nil {
		out = append(out, figure.Flow(p, r.Flow))
	}
	for _, c := range r.Changes {
		out = append(out, figure.Forest(p, c))
	}
	for _, c := range r.Changes {
		for _, row := range c.Rows {
			if row.Failed == "" {
				out = append(out, figure.Profile(p, c.Population, row))
			}
		}
	}
	return out
}

// Files makes every file of the report, by its path in the folder.
func (rep *Report) Files() (map[string][]byte, error) {
	files := map[string][]byte{}
	drawings := map[string][]byte{}
	figures := rep.Figures()
	drawn := make([]struct {
		svg, png []byte
		err      error
	}, len(figures))
	var wait sync.WaitGroup
	for i, f := range figures {
		wait.Go(func() {
			d := &drawn[i]
			if d.svg, d.err = f.SVG(); d.err == nil {
				d.png, d.err = f.PNG()
			}
		})
	}
	wait.Wait()
	for i, f := range figures {
		if drawn[i].err != nil {
			return nil, drawn[i].err
		}
		drawings[f.ID] = drawn[i].svg
		files["figures/"+f.ID+".svg"] = drawn[i].svg
		files["figures/"+f.ID+".png"] = drawn[i].png
	}
	for _, t := range rep.Tables {
		c, err := t.CSV()
		if err != nil {
			return nil, err
		}
		j, err := t.JSON()
		if err != nil {
			return nil, err
		}
		files["tables/"+t.ID+".csv"], files["tables/"+t.ID+".json"] = c, j
	}
	result, err := json.MarshalIndent(rep.Result, "", "  ")
	if err != nil {
		return nil, problem.New(problem.Internal, "the result cannot be written").Because(err)
	}
	files["result.json"] = append(result, '\n')
	files["protocol.toml"] = rep.Protocol.Text()
	if files[PublicationFile], err = rep.Publication().Write(); err != nil {
		return nil, problem.New(problem.Internal, "the publication cannot be written").Because(err)
	}
	page, err := rep.page(drawings)
	if err != nil {
		return nil, err
	}
	files["index.html"] = page
	return files, nil
}

// Write makes the report in a folder that does not exist yet, or that holds an earlier report, which it replaces.
// The new files are complete before the old ones go; on failure the folder stays as it was.
func (rep *Report) Write(dir string) error {
	files, err := rep.Files()
	if err != nil {
		return err
	}
	m := Manifest{Schema: ManifestSchema, Source: rep.Result.Source, Files: map[string]string{}}
	for name, b := range files {
		m.Files[name] = digest(b)
	}
	if m.Program, err = programDigest(); err != nil {
		return err
	}
	manifest, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return problem.New(problem.Internal, "the manifest cannot be written").Because(err)
	}
	files[ManifestFile] = append(manifest, '\n')
	if err := mayReplace(dir); err != nil {
		return err
	}
	fresh := strings.TrimRight(dir, `/\`) + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return cannotWrite(fresh, err)
	}
	for name, b := range files {
		path := filepath.Join(fresh, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return cannotWrite(path, err)
		}
		if err := os.WriteFile(path, b, 0o644); err != nil {
			return errors.Join(cannotWrite(path, err), os.RemoveAll(fresh))
		}
	}
	if err := os.RemoveAll(dir); err != nil {
		return cannotWrite(dir, err)
	}
	if err := os.Rename(fresh, dir); err != nil {
		return cannotWrite(dir, err)
	}
	return nil
}

// mayReplace refuses a folder that holds anything but an earlier report.
func mayReplace(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return problem.New(problem.Unavailable, "cannot be read as a folder").At("%s", dir).Instead("name a folder for the report").Because(err)
	}
	if _, err := os.Stat(filepath.Join(dir, ManifestFile)); err != nil {
		return problem.New(problem.Conflict, "the folder holds other files").At("%s", dir).Instead("name an empty folder, or one with an earlier report")
	}
	return nil
}

func cannotWrite(path string, err error) error {
	return problem.New(problem.Unavailable, "cannot be written (%v)", errors.Unwrap(err)).At("%s", path).Instead("make room or name another folder").Because(err)
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// programDigest is the digest of the running executable. Linux keeps it readable where its file has been replaced since.
func programDigest() (string, error) {
	b, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		path, err := os.Executable()
		if err != nil {
			return "", problem.New(problem.Internal, "the program cannot find itself").Because(err)
		}
		if b, err = os.ReadFile(path); err != nil {
			return "", problem.New(problem.Internal, "the program cannot read itself").Because(err)
		}
	}
	return digest(b), nil
}

// Verify compares a report's folder with its manifest: every file as made, none missing, none added. datasets are
// files with the data it may have been made from; one of them must carry the digest in the manifest, where any is given.
func Verify(dir string, datasets ...string) (*Manifest, error) {
	path := filepath.Join(dir, ManifestFile)
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, problem.New(problem.NotFound, "there is no manifest").At("%s", path).Instead("name the folder of a report").Because(err)
	}
	var m Manifest
	if err := json.Unmarshal(b, &m); err != nil || m.Schema != ManifestSchema {
		return nil, problem.New(problem.Invalid, "not a manifest of format %q", ManifestSchema).At("%s", path).Because(err)
	}
	var list problem.List
	for _, name := range slices.Sorted(maps.Keys(m.Files)) {
		if !filepath.IsLocal(filepath.FromSlash(name)) {
			list.Add(problem.New(problem.Invalid, "the manifest names a file outside the report").At("%s", name))
			continue
		}
		file := filepath.Join(dir, filepath.FromSlash(name))
		b, err := os.ReadFile(file)
		if err != nil {
			list.Add(problem.New(problem.NotFound, "the file is missing").At("%s", file).Because(err))
		} else if got := digest(b); got != m.Files[name] {
			list.Add(problem.New(problem.Conflict, "the file has SHA-256 %s, the manifest says %s", got, m.Files[name]).At("%s", file))
		}
	}
	if b, err := os.ReadFile(filepath.Join(dir, "protocol.toml")); err == nil && m.Source.Protocol != "" && digest(b) != m.Source.Protocol {
		list.Add(problem.New(problem.Conflict, "the protocol is not the one that the analysis names").At("%s", filepath.Join(dir, "protocol.toml")))
	}
	err = filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, file)
		if _, known := m.Files[filepath.ToSlash(name)]; err == nil && !known && name != ManifestFile {
			list.Add(problem.New(problem.Conflict, "the file is not in the manifest").At("%s", file))
		}
		return err
	})
	if err != nil {
		return nil, problem.New(problem.Unavailable, "the folder cannot be read").At("%s", dir).Because(err)
	}
	list.Add(verifyDataset(m, datasets)...)
	if len(list) > 0 {
		return &m, list
	}
	return &m, nil
}

func verifyDataset(m Manifest, datasets []string) (list problem.List) {
	for _, file := range datasets {
		b, err := os.ReadFile(file)
		if err == nil && digest(b) == m.Source.Dataset {
			return nil
		}
		if err != nil {
			list.Add(problem.New(problem.NotFound, "the dataset cannot be read").At("%s", file).Because(err))
		} else {
			list.Add(problem.New(problem.Conflict, "the dataset has SHA-256 %s, the manifest says %s", digest(b), m.Source.Dataset).At("%s", file))
		}
	}
	return list
}
