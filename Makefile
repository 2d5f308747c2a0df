# What is done to sluice. `make demo` and `make test` are the README's two commands.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build

GO      ?= go
BIN     := bin/sluice
DEMO    ?= .sluice/demo
DAY     ?= 2026-11-19
LEARNERS ?= 20000

.PHONY: build test check bench demo fmt lint clean

## build: the binary, bin/sluice
build:
	$(GO) build -ldflags "-s -w" -o $(BIN) ./cmd/sluice

## test: everything CI runs — formatting, vet, all tests, the reference platform
test: check

check: lint
	$(GO) test ./...
	$(MAKE) --no-print-directory build
	$(BIN) check -C cue/manabi
	$(BIN) test -C cue/manabi

## lint: gofmt, vet and staticcheck
lint:
	@out=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$out" ]; then echo "not gofmt'ed:"; echo "$$out"; exit 1; fi
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

## fmt: format Go and CUE
fmt: build
	gofmt -w $$(git ls-files '*.go')
	$(BIN) fmt -C cue/manabi

## demo: a day of the reference platform, from nothing to finished, in $(DEMO)
demo: build
	@ci/demo.sh $(BIN) $(DEMO) $(DAY) $(LEARNERS)

## bench: every figure of docs/performance.md; writes ci/bench/results.json
bench: build
	$(GO) run ./ci/bench

clean:
	rm -rf bin $(DEMO)
