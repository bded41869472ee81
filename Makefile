# Two commands matter: `make run` shows the cockpit, `make test` proves it. Everything else serves them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV := .venv
PY := $(VENV)/bin/python
CITY ?= cities/441800
export CITY
# Debian's packages that the tests start as real servers and a real browser.
DEBIAN := chromium postgresql mosquitto fonts-noto-cjk

.PHONY: help run test check audit sbom bench lock clean demo wall

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 10

run: $(VENV)/.run ## the cockpit: departments of the demonstration city, collector and web; Ctrl-C stops all (PORT, HOST, CITY, DATABASE_URL)
	@exec $(PY) app.py run

demo: $(VENV)/.run ## change the demonstration city's weather: make demo SCENARIO=rainstorm|feed_outage|hotline_surge|quiet|normal
	@exec $(PY) app.py demo $(SCENARIO)

wall: ## the wall of a running cockpit in this machine's browser, full screen (PORT, WALL_URL)
	@WALL_URL="$${WALL_URL:-http://127.0.0.1:$${PORT:-8050}/sign-in?next=/wall}" docs/wall/kiosk.sh

test: $(VENV)/.test debian ## everything: lint, types, imports, unit, contract, property, database and browser tests
	@$(MAKE) --no-print-directory check audit sbom
	@$(PY) -m pytest -n 2 --dist loadfile --ignore tests/e2e
	@# Apart: the browser driver keeps an event loop running in its process, which asynchronous tests cannot share.
	@$(PY) -m pytest -n 2 --dist loadfile tests/e2e

check: $(VENV)/.test ## what a commit must pass in a minute: ruff, mypy, import contracts, the city folders
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports --no-cache
	@$(PY) app.py check cities/441800
	@$(PY) app.py check cities/130300

audit: $(VENV)/.test ## known faults of the pinned libraries, from the committed snapshot (ONLINE=1: from the public service)
	@$(PY) -m supply.audit $(if $(ONLINE),--online)

sbom: $(VENV)/.test ## the bill of materials (CycloneDX) in build/sbom.json, checked against the pins
	@$(PY) -m supply.bill

bench: $(VENV)/.test ## the benchmarks, one after another; results go to docs/benchmarks.md by hand
	@for b in $(notdir $(basename $(wildcard benchmarks/[a-z]*.py))); do echo "== $$b"; $(PY) -m benchmarks.$$b || exit 1; done

lock: $(VENV)/.test ## pin requirements again after a change of requirements*.in
	@for r in requirements requirements-dev; do $(VENV)/bin/uv pip compile --no-emit-index-url --no-emit-find-links --generate-hashes \
	  --universal --python-version 3.11 -q $$r.in -o $$r.txt; done

clean: ## remove the virtual environment and everything the cockpit stored
	rm -rf $(VENV) var

# uv installs in seconds what takes pip the better part of a minute, with the same pins and hashes. A mirror configured
# for pip is handed on to uv; where uv cannot be had, pip does the work.
define install
	@test -x $(PY) || { echo "creating the virtual environment in $(VENV)"; python3 -m venv $(VENV) || { \
	  echo "python3 -m venv failed: on Debian install python3-venv" >&2; exit 2; }; }
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed, this is $$($(PY) -V)" >&2; exit 2; }
	@echo "installing $(1) (pinned, with hashes)"
	@export UV_DEFAULT_INDEX="$$($(PY) -m pip config get global.index-url 2>/dev/null)"; [ -n "$$UV_DEFAULT_INDEX" ] || unset UV_DEFAULT_INDEX; \
	{ test -x $(VENV)/bin/uv || $(PY) -m pip install --quiet --require-hashes -r requirements-install.txt; } 2>/dev/null && \
	  VIRTUAL_ENV=$(CURDIR)/$(VENV) $(VENV)/bin/uv pip install --require-hashes -r $(1) || $(PY) -m pip install --require-hashes -r $(1)
endef

$(VENV)/.run: requirements.txt
	$(call install,requirements.txt)
	@touch $@

$(VENV)/.test: requirements-dev.txt requirements.txt
	$(call install,requirements-dev.txt)
	@touch $@ $(VENV)/.run

.PHONY: debian
debian:
	@missing=""; for p in $(DEBIAN); do dpkg -s $$p >/dev/null 2>&1 || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" = 0 ]; then echo "installing$$missing"; apt-get update -qq && \
	    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null || exit 2; \
	  else echo "the tests need Debian's packages:$$missing (sudo apt-get install$$missing)" >&2; exit 2; fi; fi
