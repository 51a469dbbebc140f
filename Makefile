# make demo   installs what is missing, trains a policy and shows it
# make test   builds and checks everything

GO ?= go
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

.PHONY: demo test native build lint unit race pure torture generate xcheck bench-peers results bench-smoke clean

demo:
	@scripts/demo

test: native build lint unit race pure bench-smoke

# The simulator's native packages; tests that need them are left out where they cannot be had.
native:
	@scripts/native || true

build:
	$(GO) build ./...
	$(GO) build -o bin/reverie ./cmd/reverie

lint:
	@test -z "$$(gofmt -l .)" || { echo "run gofmt on:"; gofmt -l .; exit 1; }
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...

unit:
	$(GO) test -count=1 -timeout 14m ./...
	cd tools && $(GO) test -count=1 ./...

# Goroutines that share memory: workers, readers of parameters beside a learner, the log's publishers.
race:
	$(GO) test -race -count=1 ./internal/par
	$(GO) test -race -count=1 -run 'Snapshots' ./grad
	$(GO) test -race -count=1 ./stream

# The fault tests at length, about half an hour on two free cores. They end with the table of docs/reliability.md.
torture:
	$(GO) test -count=1 -timeout 30m ./replay -rapid.checks=10000
	REVERIE_TORTURE=1 $(GO) test -count=1 -timeout 1h -v -run TestGoldenResume ./cmd/reverie
	REVERIE_TORTURE=1 $(GO) test -count=1 -timeout 4h -v ./torture

# Everything but the simulator works without C, and the engine without assembly, as on other processors.
pure:
	CGO_ENABLED=0 $(GO) build ./...
	GOARCH=arm64 $(GO) vet ./...
	CGO_ENABLED=0 REVERIE_KERNELS=go $(GO) test -count=1 ./tensor ./grad/... ./nn ./dist ./optim ./rl ./internal/...
	CGO_ENABLED=0 $(GO) test -count=1 ./cmd/... ./mujoco/... ./control/... ./arm/...

generate:
	$(GO) generate ./...

# Compares the matrix products with OpenBLAS (Debian: libopenblas0-pthread), in numbers and in speed.
xcheck:
	cd internal/xcheck && $(GO) vet . && $(GO) test -count=1 . && $(GO) run .

# Times learner steps beside another framework's and prints a table. PEER is a command that is called
# with a work and a number of threads, and prints {"ms": MEDIAN}; without one it is bench/peers, PyTorch.
# WORKS are those of the table; without them it has all.
PEER ?=
ROUNDS ?= 3
WORKS ?=
bench-peers:
	@scripts/bench-peers "$(PEER)" $(ROUNDS) $(WORKS)

# The learning results of bench/results: hours on two cores, resumable.
results: native build
	for suite in mpo family memory maze dreamer planners planet grid pixels ablations ivg transfer transfer_arm transfer_pixels arm; do bin/reverie bench suite $$suite || exit 1; done

# Learns a task with two algorithms for a few minutes, and fails if the scores are too low for it to work.
bench-smoke: build
	rm -rf runs/smoke
	bin/reverie bench suite smoke --runs runs/smoke --results runs/smoke/results

clean:
	rm -rf bin
