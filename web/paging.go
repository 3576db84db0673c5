package web

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"rekindle/problem"
)

// pageSize is how many lines a long list shows at once.
const pageSize = 50

// pager leads through a long list, the latest first.
type pager struct {
	From, To, Total, Pages  int
	Before, After           string // addresses of the neighbouring pages; empty: there is none
	BeforeLabel, AfterLabel string
	Page                    int
	Path                    string     // of the list, for a form that leads to any page of it
	Rest                    []addition // to that address, beside the page
}

// addition is a value that an address has.
type addition struct{ Name, Value string }

// Long reports whether a list has so many pages that one wants to go to any of them.
func (p pager) Long() bool { return p.Pages > 3 }

// pageNumber reads which page of a list is asked for, from 1 on.
func pageNumber(r *http.Request) (int, error) {
	text := r.URL.Query().Get("page")
	if text == "" {
		return 1, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 1_000_000 {
		return 0, problem.New(problem.Invalid, "%.20q is no page of a list", text).On("page").Instead("Pages are numbered from 1 on.")
	}
	return n, nil
}

// paged describes page n of a list of total lines, pageSize of them at once; one past the end is problem.NotFound.
func paged(r *http.Request, n, total int) (pager, error) {
	return pagedBy(r.URL, pageSize, n, total)
}

// pagedBy describes page n of the list at an address, of total lines, size of them at once; one past the end is problem.NotFound.
func pagedBy(list *url.URL, size, n, total int) (pager, error) {
	p := pager{From: (n-1)*size + 1, To: min(n*size, total), Total: total, Pages: (total + size - 1) / size, BeforeLabel: "Newer", AfterLabel: "Older", Page: n, Path: list.Path}
	if n > 1 && n > p.Pages {
		return p, problem.New(problem.NotFound, "The list ends before page %d", n)
	}
	asked := list.Query()
	for _, key := range slices.Sorted(maps.Keys(asked)) {
		for _, value := range asked[key] {
			if key != "page" && value != "" {
				p.Rest = append(p.Rest, addition{key, value})
			}
		}
	}
	at := func(page int) string {
		q := url.Values{}
		for _, a := range p.Rest {
			q.Add(a.Name, a.Value)
		}
		if page > 1 {
			q.Set("page", strconv.Itoa(page))
		}
		return list.Path + "?" + q.Encode()
	}
	if n > 1 {
		p.Before = at(n - 1)
	}
	if n < p.Pages {
		p.After = at(n + 1)
	}
	return p, nil
}

// number64 reads a number from the address; anything else is an address that is none.
func number64(r *http.Request, name string) (int64, error) {
	n, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil || n < 0 {
		return 0, nowhere(nil, r)
	}
	return n, nil
}
