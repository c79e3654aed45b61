# Go and make are all that `make demo` and `make test` need. The tools are pinned in internal/tools/go.mod.

TOOL = go tool -modfile=$(CURDIR)/internal/tools/go.mod
NESTED = find . -name go.mod ! -path ./go.mod ! -path '*/node_modules/*' -exec dirname {} \;
GENERATED = git ls-files -co --exclude-standard '*.go' | xargs grep -ls '^// Code generated .* DO NOT EDIT' | sort | xargs cksum
CHROMIUM = command -v chromium || command -v chromium-browser || command -v google-chrome
NODE_MODULES = internal/conformance/node_modules/.package-lock.json

# A workspace that happens to lie above this tree is not part of it, and -modfile does not work in one.
export GOWORK = off

# A count, since a time can end a fuzz run with a failure of its own (golang/go#75804). An input that finds new code is made
# shorter, by default for a minute each, in which slow targets would find nothing else.
FUZZTIME = 20000x
MINIMIZETIME = 100x
# Of how many targets make fuzz runs one, at random.
FUZZEVERY = 1

# How many payments make chaos takes, with which flags of go run (-race) and which of its own (-seed 7).
PAYMENTS = 100000
CHAOSRUN =
CHAOS =
COUNT = 10

# How many rounds make compare takes, and how many calls Node makes before it is measured: V8 gets faster until some 5,000.
ROUNDS = 7
WARM = 5000

# How many buyers make store-load lets buy at the same time, and how long.
BUYERS = 100
LOADTIME = 1m

# Of how many points of a payment make store-test kills the example shop at one: 4, and it takes a random quarter.
KILLEVERY = 1

# Of how many facts make amazonpay-test tries one where each takes a whole run of the probes: 4, and it takes a random quarter.
FACTSEVERY = 1

# Flags of make emulator.
EMULATOR =

# Flags of the month of make subscriptions: see go run . month --help in its folder.
MONTH =

# Where make browser-test puts its pictures, in internal/browser; SCREENS= takes none. Of how many tests that open a browser
# it runs one: 3, and it runs a random third.
SCREENS = screens
BROWSEREVERY = 1

# Flags of govulncheck for make vuln.
VULNFLAGS =

# How many subscriptions make subscriptions-load bills, on PostgreSQL and on SQLite at the same time; flags of its test
# (-day 2m -parallel 1), which internal/load/load_test.go explains; settings of PostgreSQL (-c shared_buffers=2GB).
SUBSCRIPTIONS = 20000
ONSQLITE = 1000
LOAD =
POSTGRES =

# How many signatures make libcrypto makes while it watches the memory.
SIGNATURES = 20000

# The platforms that the public packages build for.
PLATFORMS = linux/amd64 linux/arm64 linux/386 linux/riscv64 darwin/arm64 freebsd/amd64 windows/amd64 js/wasm
PUBLIC = go list ./... | grep -vE '/(internal|examples|cmd)(/|$$)'

# The commit or tag that make apidiff compares with; if empty, the last tag.
BASE =

# What make docs listens on.
DOCS = 127.0.0.1:6060

# Everything that a change must pass, in order: .ci/run and the workflow both run make ci.
CI = lint generate-check platforms apidiff demo examples 'amazonpay-test FACTSEVERY=4' 'store-test KILLEVERY=4' 'store-load BUYERS=20 LOADTIME=5s' \
	subscriptions-test 'subscriptions-load LOAD=-every=4s' libcrypto allocs conformance 'browser-test SCREENS= BROWSEREVERY=4' 'fuzz FUZZTIME=1000x FUZZEVERY=4' \
	'chaos PAYMENTS=1000' race test
# Steps of the list that make ci leaves out, such as SKIP='conformance compare', and the seconds that it may take.
SKIP =
LIMIT = 1500

.DEFAULT_GOAL := help
.PHONY: help demo test race lint generate generate-check platforms apidiff docs bench allocs compare fuzz chaos memory \
	libcrypto conformance needs-node browser-test pictures needs-chromium examples amazonpay amazonpay-test release-snapshot emulator store store-test store-load \
	subscriptions subscriptions-test subscriptions-load needs-postgres vuln ci

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile

demo: ## Take a payment against the emulator, offline: session, charge, capture, refund
	CGO_ENABLED=0 go run ./examples/checkout

test: ## Run every Go test of the root module; Go alone is required
	CGO_ENABLED=0 go test ./...

race: ## Run every Go test with the race detector (needs a C compiler)
	@internal/tools/race-works || { echo 'make race: the race detector needs a C compiler (Debian: apt-get install gcc libc6-dev)' >&2; exit 1; }
	go test -race ./...

lint: ## Run golangci-lint, go vet and go mod tidy -diff over every module
	$(TOOL) golangci-lint run ./...
	go vet ./...
	go mod tidy -diff
	@set -e; for module in $$($(NESTED)); do \
		echo "$$module:"; cd $$module; go mod tidy -diff; \
		if [ -n "$$(go list ./... 2>/dev/null)" ]; then \
			go vet ./...; $(TOOL) golangci-lint run --config $(CURDIR)/.golangci.yml ./...; \
		fi; cd $(CURDIR); \
	done
	@# Inside a synctest bubble time.Sleep moves the fake clock; in any other test it waits.
	@slept=$$(grep -rl --include='*_test.go' 'time\.Sleep(' . | xargs -r grep -L '"testing/synctest"'); \
	[ -z "$$slept" ] || { echo "time.Sleep outside testing/synctest: $$slept" >&2; exit 1; }

generate: ## Write the mocks and the redacted prints and logs (zz_redact.go)
	@# First, since mockgen needs packages that compile: an old zz_redact.go may name a struct that is gone.
	go generate -run internal/redactgen ./...
	go generate -skip internal/redactgen ./...

generate-check: ## Run make generate and fail if that changed any file
	@before=$$($(GENERATED)); $(MAKE) --no-print-directory generate || exit; after=$$($(GENERATED)); \
	[ "$$before" = "$$after" ] || { echo 'make generate changed these files:' >&2; \
		printf '%s\n' "$$before" "$$after" | sort | uniq -u | awk '{ print $$3 }' | sort -u >&2; exit 1; }

platforms: ## Build the public packages for eight platforms, WebAssembly among them
	@set -e; for platform in $(PLATFORMS); do \
		echo "go build for $$platform"; CGO_ENABLED=0 GOOS=$${platform%/*} GOARCH=$${platform#*/} go build $$($(PUBLIC)); \
	done

apidiff: ## Show how the public API differs from the last tag, or from the commit or tag BASE
	@internal/tools/api-changes '$(BASE)' $$($(TOOL) -n apidiff)

docs: ## Serve the documentation on DOCS, as pkg.go.dev shows it
	@echo 'http://$(DOCS)/$(shell go list -m)'
	@$(TOOL) pkgsite -http $(DOCS) -list=false . signing/libcrypto examples/otel

bench: ## Run the benchmarks in COUNT interleaved rounds, for benchstat, and compare calls with a minimal client
	@set -e; packages=$$(internal/tools/list-tests Benchmark | cut -d ' ' -f 1 | sort -u); \
	round=0; while [ $$round -lt $(COUNT) ]; do \
		go test -run='^$$' -bench=. -benchmem $$packages; \
		for module in signing/libcrypto internal/bench; do (cd $$module && go test -run='^$$' -bench=. -benchmem .); done; \
		round=$$((round + 1)); \
	done
	cd internal/bench && go run .

allocs: ## Run the benchmarks briefly, and fail where one allocates more than internal/bench/allocs.txt lets it (needs OpenSSL 3)
	cd internal/bench && go test ./... && go run . allocs

compare: needs-node $(NODE_MODULES) ## Compare speed and memory with the official Node SDK in ROUNDS interleaved rounds, as Markdown (Linux; needs Node 18 or newer)
	@cd internal/bench && go run . compare -rounds $(ROUNDS) -warm $(WARM)

fuzz: ## Run each fuzz target for FUZZTIME, a time or a count of inputs
	@set -e; program=$$(mktemp); trap 'rm -f "$$program"' EXIT; \
	for module in . amazonpay/cmd/amazonpay; do cd '$(CURDIR)'/$$module; \
	'$(CURDIR)'/internal/tools/list-tests Fuzz | awk -v every=$(FUZZEVERY) 'BEGIN { srand() } rand() * every < 1' | while read -r package name; do \
		echo "$$package $$name"; \
		if [ "$$package" != "$$built" ]; then go test -c -fuzz=. -o "$$program" "$$package"; built=$$package; fi; \
		(cd "$$(go list -f '{{.Dir}}' "$$package")" && "$$program" -test.run='^$$' -test.fuzz="^$$name\$$" -test.fuzztime=$(FUZZTIME) \
			-test.fuzzminimizetime=$(MINIMIZETIME) -test.fuzzcachedir="$$(go env GOCACHE)/fuzz/$$package" </dev/null); \
	done; done

chaos: ## Take PAYMENTS payments from an emulator that fails at every turn, and count the money (100,000 take a quarter of an hour on two cores)
	go run $(CHAOSRUN) ./internal/chaos -payments $(PAYMENTS) $(CHAOS)

memory: ## Make a million calls without a network and 20,000 over TLS: the memory stays flat
	go test -count=1 -v ./internal/memory -calls 1000000 -tlscalls 20000

libcrypto: ## Test signing/libcrypto on OpenSSL 3, without cgo and with -race, and build it elsewhere (SIGNATURES=1000000 takes four minutes)
	cd signing/libcrypto && CGO_ENABLED=0 go test -count=1 ./... -signatures $(SIGNATURES)
	@if internal/tools/race-works; then echo 'go test -race'; cd signing/libcrypto && go test -race -count=1 ./...; \
	else echo 'Without -race, which needs cgo and a working C compiler.'; fi
	@# What the package does elsewhere: a processor with amd64 runs 386 too.
	@if [ "$$(go env GOHOSTOS)/$$(go env GOHOSTARCH)" = linux/amd64 ]; then \
		echo 'go test for linux/386'; cd signing/libcrypto && CGO_ENABLED=0 GOARCH=386 go test -count=1 -run '^TestUnsupportedPlatform$$' .; fi
	@set -e; cd signing/libcrypto; for platform in $(PLATFORMS); do \
		echo "go build for $$platform"; CGO_ENABLED=0 GOOS=$${platform%/*} GOARCH=$${platform#*/} go build ./...; \
	done

conformance: needs-node $(NODE_MODULES) ## Run the official Node SDK, curl, and the lines of the emulator's README, against the emulator (needs Node 18 or newer, npm, curl)
	cd internal/conformance && go test -count=1 ./...

$(NODE_MODULES): internal/conformance/package.json internal/conformance/package-lock.json | needs-node
	cd internal/conformance && npm ci --ignore-scripts --no-audit --no-fund

needs-node:
	@{ command -v curl && command -v npm && node -e 'process.exit(+(parseInt(process.versions.node) < 18))'; } >/dev/null 2>&1 || \
		{ echo 'make: install Node 18 or newer, with npm, and curl (Debian: apt-get install nodejs npm curl)' >&2; exit 1; }

browser-test: needs-chromium ## A buyer's way through the emulator's pages in Chromium, with pictures (installs it where root can, from Debian)
	cd internal/browser && go test -count=1 ./... -chromium "$$($(CHROMIUM))" -screens '$(SCREENS)' -every $(BROWSEREVERY)
	@[ -z '$(SCREENS)' ] || echo 'Pictures of every page: internal/browser/$(SCREENS)'

pictures: needs-chromium ## Take the pictures of the README again (needs Chromium)
	cd internal/browser && go test -count=1 -run '^TestQuickstart$$' . -chromium "$$($(CHROMIUM))"
	install -m 644 internal/browser/screens/readme/*.png .github/pictures

needs-chromium:
	@$(CHROMIUM) >/dev/null || { \
		[ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && \
		DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium fonts-dejavu-core fonts-noto-cjk; \
	} || { echo 'make browser-test: install Chromium (Debian: apt-get install chromium)' >&2; exit 1; }

examples: ## Run each example against the emulator
	@set -e; for main in examples/*/main.go examples/*/demo/main.go; do dir=$${main%/main.go}; module=$${dir%/demo}; \
		case $$dir in examples/quickstart|examples/store|examples/subscriptions) continue;; esac; `# see browser-test, store-test, subscriptions` \
		echo "== $$dir"; (cd $$dir && CGO_ENABLED=0 go run .); \
		if [ -f $$module/go.mod ]; then (cd $$module && CGO_ENABLED=0 go test ./...); fi; \
	done

amazonpay: ## Build the command line, bin/amazonpay (bin/amazonpay --help says what it does)
	cd amazonpay/cmd/amazonpay && CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o $(CURDIR)/bin/amazonpay .

amazonpay-test: ## Test the command line, with the race detector where it works
	cd amazonpay/cmd/amazonpay && FACTSEVERY=$(FACTSEVERY) go test $$(../../../internal/tools/race-works && echo -race) -count=1 ./...

release-snapshot: ## Build the command line for its platforms with goreleaser, with archives, checksums and SBOMs, in dist; publish nothing
	GOBIN=$(CURDIR)/bin go install github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0
	PATH=$(CURDIR)/bin:$$PATH go run github.com/goreleaser/goreleaser/v2@v2.15.1 release --snapshot --clean

emulator: amazonpay ## Run an emulator of Amazon Pay for a program in any language (EMULATOR='--region eu'; --help lists the flags)
	bin/amazonpay emulator $(EMULATOR)

store: ## Open the example shop, with an emulator inside and no network, and print the address to open
	cd examples/store && CGO_ENABLED=0 go run .

store-test: needs-postgres ## Test the example shop on SQLite and PostgreSQL, and kill it at each point of a payment (installs PostgreSQL where root can, from Debian)
	cd examples/store && KILLEVERY=$(KILLEVERY) ../../internal/tools/with-postgres go test $$(../../internal/tools/race-works && echo -race) -count=1 -parallel 8 -timeout 30m ./...

store-load: needs-postgres ## Let BUYERS buy in the example shop for LOADTIME, on SQLite and on PostgreSQL, and count the money
	cd examples/store && ../../internal/tools/with-postgres go test -count=1 -timeout 30m -v ./internal/load -buyers $(BUYERS) -for $(LOADTIME)

subscriptions: ## Bill a month of 10,000 subscriptions, offline, with a page to look at, and count the money (MONTH='--subscriptions 1000')
	cd examples/subscriptions && CGO_ENABLED=0 go run . month $(MONTH)

subscriptions-test: needs-postgres ## Test examples/subscriptions on SQLite, and its rooms on PostgreSQL with the race detector
	cd examples/subscriptions && go test -count=1 -timeout 30m ./... && \
		../../internal/tools/with-postgres go test $$(../../internal/tools/race-works && echo -race) -count=1 -timeout 30m ./internal/...

subscriptions-load: needs-postgres ## Bill SUBSCRIPTIONS on PostgreSQL and ONSQLITE on SQLite, with processes killed and calls that fail, and audit each cent
	cd examples/subscriptions && ../../internal/tools/with-postgres -c fsync=on $(POSTGRES) \
		go test -count=1 -timeout 24h -v -run '^TestKilled' ./internal/load -subscriptions $(SUBSCRIPTIONS) -onsqlite $(ONSQLITE) $(LOAD)

needs-postgres:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v pg_config >/dev/null || { \
		[ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && \
		DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends postgresql; \
	} || { echo 'make: install PostgreSQL (Debian: apt-get install postgresql)' >&2; exit 1; }

vuln: ## Look for known vulnerabilities in every module (the database needs the internet, or VULNFLAGS='-db file:///copy')
	@$(TOOL) govulncheck -version >/dev/null && program=$$($(TOOL) -n govulncheck) || \
		{ echo 'make vuln: nothing was checked: govulncheck cannot be built, see above' >&2; exit 1; }; \
	internal/tools/vuln $$program $(VULNFLAGS)

ci: ## Run every step that a change must pass, and sum up (see CI in the Makefile)
	@SKIP='$(SKIP)' LIMIT=$(LIMIT) internal/tools/steps $(CI)
