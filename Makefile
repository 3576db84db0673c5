# Rekindle. 'make help' lists what there is.
SHELL := /bin/bash
GO ?= go
TOOL := $(GO) tool -modfile=tools/go.mod

# The race detector watches our packages and those that start goroutines. SQLite (translated C), drawing, compressing and gonum only
# compute, and watching each of their memory accesses takes longer than all of our tests.
COMPUTING := modernc.org/sqlite/lib modernc.org/libc gonum.org/... github.com/golang/freetype/... compress/flate image/png
RACE := -race $(foreach packages,$(COMPUTING),'-gcflags=$(packages)=-race=false -d=checkptr=0')

.PHONY: help build test check bench validate demo clean

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

build: ## one static binary, bin/rekindle
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/rekindle ./cmd/rekindle

test: ## all tests with the race detector, on SQLite and PostgreSQL; installs Chromium and PostgreSQL if they are missing
	@bash tools/provide.sh
	CGO_ENABLED=1 $(GO) test $(RACE) -timeout 15m ./...

check: ## formatting, vet, static binary, linters
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$unformatted" ]; then echo "Not gofmt-ed:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	CGO_ENABLED=0 $(GO) build ./...
	$(TOOL) staticcheck ./...
	$(TOOL) golangci-lint run ./...

bench: ## benchmarks, and PocketBase beside our saved pages; numbers are kept in docs/benchmarks.md
	$(GO) test -run '^$$' -bench . -benchmem -timeout 60m ./...
	cd tools/pocketbase && $(GO) test -run '^$$' -bench . -benchtime 20000x

validate: ## simulation checks of the statistics that take minutes to hours
	$(GO) test -tags validate -run Validate -timeout 6h -v ./stats/...

demo: ## the published trial run again, served on localhost
	$(GO) run ./cmd/rekindle demo

clean: ## what was built
	rm -rf bin
