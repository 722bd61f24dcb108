# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A thin cover over meson: the words that a person types. `make help` lists them.
#
#   BUILD=FOLDER    where the plain build goes (build); the one with sanitizers goes to FOLDER-check
#   PREFIX=/usr     where `make install` installs; DESTDIR=FOLDER puts a root in front
#   LONG=1          make check: with fuzzing for a minute a target

BUILD ?= build
PREFIX ?= /usr
LONG ?=

PYTHON := /usr/bin/python3
SANITIZED := $(BUILD)-check
DEPS := .ci/deps
SETUP := meson setup --prefix=$(PREFIX) --sysconfdir=/etc --localstatedir=/var
SOURCES = $(shell git ls-files --cached --others --exclude-standard '*.c' '*.h')

.PHONY: all run check bench screenshots install deps format lint docs clean help

all: $(BUILD)/build.ninja ## build
	ninja -C $(BUILD)

$(BUILD)/build.ninja:
	@$(DEPS) build
	$(SETUP) $(BUILD)

$(SANITIZED)/build.ninja:
	@$(DEPS) build test
	$(SETUP) -Db_sanitize=address,undefined -Dweb=false $(SANITIZED)

run: ## a private fail2ban under attack, and BanGUI on a private bus, until Ctrl-C
	@$(DEPS) build run
	@$(MAKE) --no-print-directory all
	@$(PYTHON) -B tests/live/run.py --build $(BUILD)

check: ## all tests; the last line says how many passed and failed
	@$(DEPS) build run test $(if $(LONG),long)
	@$(PYTHON) -B tests/check.py --make "$(MAKE)" --build $(BUILD) --sanitized $(SANITIZED) $(if $(LONG),--long)

bench: ## figures, as a table
	@$(DEPS) build run test bench
	@$(MAKE) --no-print-directory all
	@BANGUI_BUILD=$(abspath $(BUILD)) $(PYTHON) -B tests/bench/run.py

screenshots: ## every page of BanGUI in both themes, wide and on a phone, in $(BUILD)/screenshots
	@$(DEPS) build run test
	@$(MAKE) --no-print-directory all
	@BANGUI_BUILD=$(abspath $(BUILD)) node tests/web/screenshots.mjs $(abspath $(BUILD))/screenshots

install: all ## into $(DESTDIR)$(PREFIX)
	meson install -C $(BUILD) --no-rebuild $(if $(DESTDIR),--destdir $(abspath $(DESTDIR)))

deps: ## the Debian packages that are missing
	@$(DEPS) build run test $(if $(LONG),long)

format: all ## rewrite the sources of C and of the page in the house style
	clang-format -i $(SOURCES)
	cd client/web && $(abspath $(BUILD))/client/web/node_modules/.bin/prettier --write --log-level=warn \
		'src/**/*.{ts,tsx}' 'test/**/*.ts' vite.config.ts

lint: all ## clang-tidy
	@$(PYTHON) tests/house/lint.py $(BUILD)

docs: all ## the bus reference and the error page, in $(BUILD)/docs
	@ls $(BUILD)/docs/*.md $(BUILD)/docs/*.[158]

clean: ## remove the build folders
	rm -rf $(BUILD) $(SANITIZED)

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile
