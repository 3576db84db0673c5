package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strings"
	"time"

	"rekindle/report/protocol"
)

//go:embed asset
var assetFiles embed.FS

// asset is a file that pages load. Its address has its digest, so that it can be kept for ever.
type asset struct {
	name, kind string
	content    []byte
	packed     []byte // the same by gzip: half of what a page weighs on a phone is its style
}

// assets are all of them by address, and addresses the address of each by name.
var assets, addresses = readAssets()

func readAssets() (map[string]asset, map[string]string) {
	all, where := map[string]asset{}, map[string]string{}
	add := func(name string, content []byte) {
		sum := sha256.Sum256(content)
		ending := path.Ext(name)
		address := "/asset/" + strings.TrimSuffix(name, ending) + "." + hex.EncodeToString(sum[:6]) + ending
		all[address], where[name] = asset{name, mime.TypeByExtension(ending), content, pack(content)}, address
	}
	files, err := fs.ReadDir(assetFiles, "asset")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	for _, f := range files {
		content, err := assetFiles.ReadFile(path.Join("asset", f.Name()))
		if err != nil {
			panic(err) // the file is part of the program
		}
		add(f.Name(), content)
	}
	add("site.css", stylesheet())
	add("protocol.css", []byte(protocol.Style()))
	return all, where
}

// pack compresses a file that is the same for everybody. Pages are not compressed: how long they come out would tell of the secrets on them.
func pack(content []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(content)
	if err := errors.Join(err, w.Close()); err != nil {
		panic(err) // a buffer takes everything
	}
	return b.Bytes()
}

// acceptsPacked finds in Accept-Encoding that whoever asks takes gzip: named, and not with the weight of none.
var acceptsPacked = regexp.MustCompile(`(?i)(?:^|,)\s*gzip\s*(?:;\s*q=(?:1|0\.0*[1-9])[0-9.]*\s*)?(?:,|$)`)

// stylesheet joins the layout's style and those of the pages.
func stylesheet() []byte {
	sheets, err := fs.Glob(pageFiles, "page/*/page.css")
	if err != nil {
		panic(err) // the pattern is well formed
	}
	var joined bytes.Buffer
	for _, layout := range []bool{true, false} {
		for _, sheet := range sheets {
			if strings.HasPrefix(sheet, "page/layout/") != layout {
				continue
			}
			text, err := pageFiles.ReadFile(sheet)
			if err != nil {
				panic(err) // the file is part of the program
			}
			joined.Write(text)
		}
	}
	return joined.Bytes()
}

// assetURL gives the address of an asset; a template that names one that does not exist cannot be used.
func assetURL(name string) (string, error) {
	if address, ok := addresses[name]; ok {
		return address, nil
	}
	return "", fs.ErrNotExist
}

func serveAsset(w http.ResponseWriter, r *http.Request) {
	a, ok := assets[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", a.kind)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	w.Header().Set("Vary", "Accept-Encoding")
	content := a.content
	if acceptsPacked.MatchString(r.Header.Get("Accept-Encoding")) && r.Header.Get("Range") == "" {
		w.Header().Set("Content-Encoding", "gzip")
		content = a.packed
	}
	http.ServeContent(w, r, a.name, time.Time{}, bytes.NewReader(content))
}
