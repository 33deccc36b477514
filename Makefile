# `make` alone prints what there is.

SHELL       := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# The one place where the versions of tools are written. Each is built into bin/ once, under a path that names its version.
GOLANGCI_VERSION    := v2.15.0
GOLANGCI            := bin/golangci-lint-$(GOLANGCI_VERSION)/golangci-lint
GOVULNCHECK_VERSION := v1.9.0
GOVULNCHECK         := bin/govulncheck-$(GOVULNCHECK_VERSION)/govulncheck

# PKG narrows test, lint, bench and fuzz: make test PKG=./store/...
PKG      ?= ./...
FUZZTIME ?= 30s
# CHAOS_SECONDS is the length of make chaos, CHAOS_SEED a seed to replay; both are the tests' environment.
CHAOS_SECONDS ?= 600
CONTRACT ?=

CLIENT_TESTS := $(wildcard clients/*.test.mjs)

.PHONY: help
help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-22s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: run
run: ## start a server to try things on: embedded database, users and tokens ready
	go run ./cmd/notewire dev

# What notewire --version says. Outside of a checkout git knows nothing, and whoever packages the program says it.
VERSION ?= $(shell git describe --tags --exact-match 2>/dev/null || echo devel)
COMMIT  ?= $(shell git describe --always --abbrev=12 --exclude '*' --dirty=+ 2>/dev/null)
DATE    ?= $(shell TZ=UTC git show -s --format=%cd --date=format-local:%Y-%m-%dT%H:%M:%SZ 2>/dev/null)
LDFLAGS := -X main.builtVersion=$(VERSION) -X main.builtCommit=$(COMMIT) -X main.builtDate=$(DATE)
BINARY  ?= bin/notewire

.PHONY: build
build: ## build bin/notewire (BINARY=file), which knows its VERSION, COMMIT and DATE
	go build -trimpath -ldflags '$(LDFLAGS)' -o $(BINARY) ./cmd/notewire

.PHONY: test
test: ## everything that can fail: vet, Go tests with the race detector, tests with real clients
	.ci/require cc postgresql node
	go vet $(PKG)
	go test -race $(PKG)
ifneq ($(CLIENT_TESTS),)
	$(MAKE) --no-print-directory build
	cd clients && npm ci --silent
	cd clients && node --test $(notdir $(CLIENT_TESTS))
endif

.PHONY: lint
lint: $(GOLANGCI) ## gofmt and golangci-lint, the import direction included
	@unformatted="$$(gofmt -l .)"; \
	if [ -n "$$unformatted" ]; then printf 'not formatted (gofmt -w):\n%s\n' "$$unformatted" >&2; exit 1; fi
	$(GOLANGCI) run --allow-parallel-runners $(PKG)

$(GOLANGCI):
	GOBIN=$(abspath $(dir $@)) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)

.PHONY: check
check: check-tidy check-generated check-darwin check-vulnerabilities ## the four checks below

.PHONY: check-tidy
check-tidy: ## go.mod and go.sum list what is imported, no more and no less
	go mod tidy -diff

# Files that a program writes. Whoever adds one adds it here and to generate.
GENERATED := docs/configuration.md docs/performance.svg

.PHONY: generate
generate: ## write the generated files anew
	go test -count=1 ./cmd/notewire -run '^TestConfigurationPage$$' -update
	go run ./cmd/notewire-bench -from docs/performance.json -svg docs/performance.svg >/dev/null

.PHONY: check-generated
check-generated: ## generated files are as their programs write them
	@before="$$(sha256sum $(GENERATED))"; \
	$(MAKE) --no-print-directory generate; \
	if ! sha256sum --check --quiet <<<"$$before"; then \
		echo 'make check-generated: these files were out of date; they are written anew now, look at them and commit them' >&2; exit 1; \
	fi

.PHONY: check-darwin
check-darwin: ## everything, tests included, compiles for a system that is not Linux
	GOOS=darwin CGO_ENABLED=0 go vet $(PKG)

.PHONY: check-vulnerabilities
check-vulnerabilities: $(GOVULNCHECK) ## no known vulnerability is reached; VULNDB=required fails if the database cannot be asked
	@.ci/vulncheck $(GOVULNCHECK)

$(GOVULNCHECK):
	GOBIN=$(abspath $(dir $@)) go install golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK_VERSION)

# What the benchmark of the running server is given: make bench BENCH='-quick -run fanout'
BENCH ?=
# The packages on the way of an event; PKG=… names others.
HOT_PATH := ./protocol ./channel ./notecapture ./api/streaming

.PHONY: bench
bench: ## benchmarks with allocations, then the running server against its bars (half an hour and more; BENCH=-quick: a look; BENCH='-run rest': one case)
	go test -run '^$$' -bench . -benchmem $(if $(filter ./...,$(PKG)),$(HOT_PATH),$(PKG))
	go run ./cmd/notewire-bench $(BENCH)

.PHONY: fuzz
fuzz: ## every fuzz target in turn, each for FUZZTIME (default 30s)
	@listed="$$(go test -list '^Fuzz' $(PKG))"; \
	awk '/^Fuzz/ { names[n++] = $$1 } /^ok/ { for (i = 0; i < n; i++) print $$2, names[i]; n = 0 }' <<<"$$listed" | \
	while read -r package name; do \
		echo "$$package $$name"; \
		go test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) "$$package" </dev/null; \
	done

.PHONY: chaos
chaos: ## kill, stop and restart everything for CHAOS_SECONDS (default 600) and check that nothing was lost: [CHAOS_SEED=n]
	.ci/require cc postgresql
	CHAOS_SECONDS=$(CHAOS_SECONDS) go test -count=1 -v -timeout 0 -run '^Test(Postgres|SQLite)$$' ./cmd/notewire/chaostest

.PHONY: conformance
conformance: ## the running binary against a contract folder: make conformance CONTRACT=dir
	@if [ -z "$(CONTRACT)" ]; then echo 'make conformance needs CONTRACT=dir, the folder that holds the contract (misskey/api.json and the recorded transcripts)' >&2; exit 2; fi
	@if [ ! -d "$(CONTRACT)" ]; then echo 'make conformance: CONTRACT=$(CONTRACT) is not a folder' >&2; exit 2; fi
	go run ./cmd/notewire-conformance -contract $(CONTRACT)

.PHONY: clean
clean: ## remove what the other targets built and installed
	rm -rf bin clients/node_modules
