# relayrig: `make run` and `make test` are all that a fresh Debian 12 needs.
#   make deps     install what is missing           make check    what CI runs: format, build, test
#   make deps-postgres   of that, what the store on PostgreSQL needs: libpq, and a server for its tests
#   make build    build/relayrig and the two programs that are deployed
#   make test     all tests (SAN=asan, SAN=tsan: under a sanitizer)
#   make run      the main scenario (SCENARIO=path: another)
#   make bootstrap.zip CONFIG=FILE   the function for AWS Lambda, with its middleware.yaml
#   make bench    figures of this machine            make format, make tidy

SCENARIO ?= scenarios/payments_down_for_two_minutes.yaml
SAN ?=
PRESET := $(if $(SAN),$(SAN),release)
BUILD := $(if $(SAN),build-$(SAN),build)
SOURCES := $(shell git ls-files -- '*.cc' '*.h' 2>/dev/null)

.PHONY: bootstrap.zip deps deps-postgres configure build run test check bench format format-check tidy clean

deps:
	@./cmake/deps.sh

deps-postgres:
	@./cmake/deps.sh postgres

configure: deps
	@cmake --preset $(PRESET) >$(BUILD).configure.log 2>&1 || { cat $(BUILD).configure.log; exit 1; }
	@rm -f $(BUILD).configure.log

build: configure
	@cmake --build $(BUILD) --target relayrig relayrig-middleware bootstrap

run: build
	@./build/relayrig run $(SCENARIO) > build/run.txt; code=$$?; \
	file=$$(sed -n 's/^  run file  *//p' build/run.txt | tail -1); \
	if [ -n "$$file" ]; then ./build/relayrig show "$$file"; else cat build/run.txt; fi; exit $$code

# Under tsan the parts with threads; everything else is single-threaded by construction.
test: configure
	@cmake --build $(BUILD)
	@$(if $(SAN),,ctest --test-dir $(BUILD) -V -R '^public_suites$$' | sed -n 's/^[0-9]*: \(.* cases agree\)/\1/p')
	@ctest --test-dir $(BUILD) --output-on-failure -j2 $(if $(filter tsan,$(SAN)),-L 'live_tests|program_tests|sim_tests')

# provided.al2023, handler "bootstrap".
bootstrap.zip: configure
	@cmake --build build --target bootstrap
	@middleware/deploy/package_bootstrap.sh build/bootstrap build/bootstrap.zip $(CONFIG)
	@echo build/bootstrap.zip

check: format-check test

bench: SAN :=
bench: build
	@cmake --build build --target relayrig_bench relayrig_peer_bench
	@./build/relayrig_bench
	@cd tests/bench/peer && npm ci --no-fund --no-audit --silent || echo "the peers cannot be installed"
	@./build/relayrig_peer_bench

format:
	@clang-format-19 -i $(SOURCES)

format-check: deps
	@clang-format-19 --dry-run --Werror $(SOURCES)

tidy: configure
	@cmake --build $(BUILD) --target relayrig
	@clang-tidy-19 -p $(BUILD) --quiet $(filter %.cc,$(filter-out tests/%,$(SOURCES)))

clean:
	@rm -rf build build-asan build-tsan build-dev
