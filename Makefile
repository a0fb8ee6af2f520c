# SPDX-License-Identifier: Apache-2.0
# The facade over Meson: `make help` lists every command.

BUILD ?= build
JOBS ?= $(shell nproc)
FUZZ_SECONDS ?= 60
MUTATIONS ?= 1000
SOAK_CUTS ?= 200
PREFIX ?= /usr/local
EARTHDOG_DATA ?=

PROGRAM := $(BUILD)/src/earthdog
MESON_ARGS := --prefix=$(PREFIX) -Ddata_dir=$(abspath $(EARTHDOG_DATA))
# A finding ends the program, so that no test can pass over it.
export ASAN_OPTIONS = halt_on_error=1:abort_on_error=1:detect_stack_use_after_return=1
export UBSAN_OPTIONS = halt_on_error=1:abort_on_error=1:print_stacktrace=1
export TSAN_OPTIONS = halt_on_error=1:second_deadlock_stack=1
NINJA := ninja -j$(JOBS)
CONFIGURE = tools/configure.sh

.PHONY: help deps deps-check deps-e2e build demo test lint format asan tsan fuzz soak mutate doubling differential evtx \
	bench scenarios quality cover e2e update-golden install clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps: ## install the packages of tools/packages.txt that are missing
	@tools/deps.sh

deps-e2e: deps ## real resolvers and tunnels for the end-to-end tests (they start servers)
	@tools/deps.sh --e2e

deps-check:
	@tools/deps.sh --check

build: deps-check ## compile build/src/earthdog
	@$(CONFIGURE) $(BUILD) $(MESON_ARGS)
	@$(NINJA) -C $(BUILD)

demo: deps build ## scan examples/ and check that every tunnel, and nothing else, is found
	@tools/check_demo.py $(PROGRAM) examples

test: deps build ## every test; the closing line is "N passed, N failed, N skipped"
	@tools/run_tests.py $(BUILD)

lint: deps build ## layers, format, clang-tidy, size, docs, paths
	@tools/lint.sh $(BUILD)

format: ## rewrite the sources as .clang-format says
	@git ls-files --cached --others --exclude-standard '*.c' '*.h' '*.cc' | xargs clang-format-14 -i

asan: deps ## the tests under AddressSanitizer and UBSan
	@$(CONFIGURE) $(BUILD)-asan $(MESON_ARGS) -Db_sanitize=address,undefined -Doptimization=1 -Ddebug=true
	@$(NINJA) -C $(BUILD)-asan
	@tools/run_tests.py $(BUILD)-asan --timeout-multiplier 8

tsan: deps ## the tests under ThreadSanitizer
	@$(CONFIGURE) $(BUILD)-tsan $(MESON_ARGS) -Db_sanitize=thread -Doptimization=1 -Ddebug=true
	@$(NINJA) -C $(BUILD)-tsan
	@tools/run_tests.py $(BUILD)-tsan --timeout-multiplier 12

fuzz: deps ## each fuzz target for FUZZ_SECONDS (60)
	@CC=clang-14 CXX=clang++-14 $(CONFIGURE) $(BUILD)-fuzz -Dfuzz=true
	@$(NINJA) -C $(BUILD)-fuzz
	@tools/fuzz.sh $(BUILD)-fuzz $(FUZZ_SECONDS)

soak: deps build ## the account of records over SOAK_CUTS (200) random cuts of every data file
	@tests/quality/account.py $(PROGRAM) --cuts $(SOAK_CUTS)

evtx: deps build ## 330 mutations of every Windows event log of the data, and the speed beside evtxexport
	@tests/evtx/run.py $(PROGRAM) $(BUILD)/src/earthdog-evtx --mutations 330 --speed

mutate: deps build ## MUTATIONS (1000) copies of every sample, cut and with bits turned over
	@tests/quality/mutate.py $(PROGRAM) --mutations $(MUTATIONS)

doubling: deps build ## twice the input of every format: instructions, by callgrind
	@tests/quality/doubling.py $(PROGRAM)

differential: deps build ## every capture of the labelled data through tshark and through earthdog
	@tests/differential/run.py $(PROGRAM) --all

e2e: deps build ## tunnels through five real resolvers in turn, each recording compared (root)
	@tests/e2e/run.py $(PROGRAM) --full

scenarios: deps build ## tunnels and ordinary days of four platforms, in every encoding of their logs
	@for p in windows linux macos esxi; do \
		tests/scenarios/check.py $(PROGRAM) $$p --every-encoding || exit 1; done

bench: deps build ## measure speed and memory
	@bench/run.sh $(PROGRAM)

quality: deps build ## measure the detector and rewrite docs/quality.md
	@tests/quality/report.py $(PROGRAM)

cover: deps ## line coverage of the tests, a table
	@$(CONFIGURE) $(BUILD)-cover $(MESON_ARGS) -Db_coverage=true -Doptimization=0
	@$(NINJA) -C $(BUILD)-cover
	@tools/run_tests.py $(BUILD)-cover --timeout-multiplier 8
	@gcovr --root . --filter src/ --exclude '.*/(test|fuzz)_[^/]*' $(BUILD)-cover

update-golden: deps build ## rewrite the expected output of tests/golden and of the pages; read the diff
	@tests/run_golden.py --update $(PROGRAM)
	@tests/docs/check.py $(PROGRAM) --update; git diff --stat -- docs README.md

install: build ## install the program, man page and completions under PREFIX (/usr/local)
	@meson install -C $(BUILD) --no-rebuild

clean: ## remove all build folders
	rm -rf $(BUILD) $(BUILD)-asan $(BUILD)-tsan $(BUILD)-fuzz $(BUILD)-cover
