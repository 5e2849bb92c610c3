# SPDX-License-Identifier: Apache-2.0
# Thin: every target is one script, and each script runs without make too.

PREFIX ?= /usr/local
DESTDIR ?=

.PHONY: demo test build release check bench bench-rebuild mutants fuzz conformance install format clean help
.DEFAULT_GOAL := help

demo: ## install what is missing, build, release Examples/greeting on an embedded stack
	@scripts/demo

test: ## install what is missing, run all tests, unit and end-to-end
	@scripts/test

build: ## debug build of everything
	@scripts/build

release: ## release build: static Swift library, stripped, in .build-release/release
	@scripts/build-release

check: ## everything that continuous integration runs
	@scripts/check

bench: ## speed, memory and size, beside the cryptography alone and others; AUDIT=DIR of workflows
	@AUDIT='$(AUDIT)' scripts/bench

bench-rebuild: ## rebuild 54 packages, 20 repositories and 230 tampered files; needs an index
	@scripts/bench-rebuild

mutants: ## remove every rejection, one at a time, in a copy: does a test notice?
	@scripts/mutants

fuzz: ## fuzz every parser in turn: SECONDS of CPU in all for each, or TARGET=name,name
	@scripts/fuzz $(if $(filter environment% command%,$(origin SECONDS)),--seconds $(SECONDS)) \
	  $(if $(TARGET),--target $(TARGET))

conformance: ## run tuf-conformance or sigstore-conformance from a checkout: SUITE=DIR
	@scripts/conformance '$(SUITE)'

install: ## programs, completions and manual pages into $(DESTDIR)$(PREFIX)
	@PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' scripts/install

format: ## format all Swift sources in place
	@scripts/format

clean: ## remove what builds and tests leave
	@scripts/clean

help: ## this list
	@sed -n 's/^\([a-z-]*\): ## /\1|/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "  make %-14s %s\n", $$1, $$2}'
