# Every target builds with the same settings, so that all share one build cache.
export GOEXPERIMENT = jsonv2
export CGO_ENABLED  = 0

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS  = -s -w -X github.com/stella-ops/assure/internal/cli.version=$(VERSION)
LINT     = $(shell cat .golangci-lint-version)
BIN      = bin
IMAGE   ?= assure:local

.DEFAULT_GOAL := help

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## Build bin/assure
	go build -ldflags '$(LDFLAGS)' -o $(BIN)/assure ./cmd/assure

demo: build ## Run the gate on a project that breaks the guide, without internet
	go build -o $(BIN)/demo ./internal/harness/demo
	$(BIN)/demo -assure $(BIN)/assure

test: ## Run all tests
	go test -shuffle=on -timeout 30m ./...

check: fmt-check vet lint generated gate test ## What CI runs: format, vet, lint, layers, generated files, own gate, tests

fmt: ## Format all Go files
	gofmt -w $(GOFILES)

GOFILES = $(shell git ls-files '*.go')

fmt-check:
	@unformatted=$$(gofmt -l $(GOFILES)); test -z "$$unformatted" || { echo "not formatted, run make fmt:"; echo "$$unformatted"; exit 1; }

vet:
	go vet ./...

lint: $(BIN)/golangci-lint-$(LINT) ## Run golangci-lint
	$< run ./...

$(BIN)/golangci-lint-$(LINT):
	GOBIN=$(CURDIR)/$(BIN) GOFLAGS= GOEXPERIMENT= go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT)
	mv $(BIN)/golangci-lint $@

generate: build ## Regenerate policies/README.md and the tables in README.md and action.yml
	$(BIN)/assure generate

generated: build
	$(BIN)/assure generate --check

gate: build ## Let the repository pass its own gate, as far as that needs no network
	$(BIN)/assure run --quiet --offline --stages hardening,images .

golden: ## Rewrite the golden files
	go test ./internal/reporter/... ./internal/stage/hardening/... -update
	UPDATE_SCRIPTS=1 go test ./internal/cli/...

FUZZTIME ?= 30s
fuzz: ## Run every fuzz target for FUZZTIME
	@for p in $$(git grep -l '^func Fuzz' -- '*_test.go' | xargs -n1 dirname | sort -u); do \
		for f in $$(grep -ho '^func Fuzz[A-Za-z0-9_]*' $$p/*_test.go | cut -c6-); do \
			echo "$$p $$f"; go test ./$$p -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) || exit 1; done; done

bench: build ## Run all benchmarks, then whole runs beside peers
	go test -run '^$$' -bench . -benchmem ./...
	go run ./internal/harness/bench -assure $(BIN)/assure -tools $(BIN)

image: build ## Assemble the container image from the locally built binary
	IMAGE=$(IMAGE) BIN=$(BIN) ./build/image.sh

# The release whose verdicts are compared with ours.
COSIGN = v2.6.5

cosign-parity: $(BIN)/cosign-$(COSIGN) ## Compare verdicts with a released cosign, case by case
	ASSURE_COSIGN=$(CURDIR)/$< go test ./internal/stage/images -run TestCosignParity -count=1

$(BIN)/cosign-$(COSIGN):
	GOBIN=$(CURDIR)/$(BIN) GOFLAGS= GOEXPERIMENT= go install github.com/sigstore/cosign/v2/cmd/cosign@$(COSIGN)
	mv $(BIN)/cosign $@

tls-parity: ## Compare the TLS probe with testssl.sh, which must be installed
	ASSURE_TESTSSL=$$(command -v testssl || command -v testssl.sh) go test ./internal/stage/dast/probe -run TestTLSAgreesWithTestSSL -count=1 -v

trusted-root: ## Fetch the newest trusted root of Sigstore by TUF and build it in
	go run ./internal/stage/images/verify/refresh internal/stage/images/verify

clean: ## Remove what was built
	rm -rf $(BIN) assure-report

.PHONY: help build demo test check fmt fmt-check vet lint generate generated gate golden fuzz bench image cosign-parity tls-parity trusted-root clean
