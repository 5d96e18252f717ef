# Limner's commands, one sentence each: `make` alone lists them.
# Needs Python 3.11 or newer, git and make; pip's own settings (PIP_*) pass through.

VENV   := .venv
PY     := $(VENV)/bin/python
CODE   := $(wildcard bot cogs storage sandbox tests benchmarks tools)
# pytest-xdist: one process a core; one file stays in one process.
SPREAD ?= -n auto --dist loadfile
UV     := .lock-venv/bin/uv
LOCK   := $(UV) pip compile pyproject.toml --universal --python-version 3.11 \
          --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
          --annotation-style line --quiet

# PYTHON=... chooses the interpreter; else the first that is new enough.
PYTHON ?= $(firstword $(foreach py,python3 python3.11 python3.12 python3.13 python3.14,$(shell \
          $(py) -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $(py))))

.DEFAULT_GOAL := help
.PHONY: help try sandbox run doctor test check format torture bench pictures lock clean

help: ## List these commands.
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

try: $(VENV)/.sandbox ## Watch one /imagine become a picture on stand-ins, with no account.
	@$(PY) -m sandbox --say "a red fox under the stars"

sandbox: $(VENV)/.sandbox ## Chat with the whole bot in a browser, on stand-ins.
	@$(PY) -m sandbox

run: $(VENV)/.runtime ## Run the bot on Discord and ModelsLab, with the settings in .env.
	@$(PY) -m bot

doctor: $(VENV)/.runtime ## Look whether settings, database, Discord and ModelsLab are in order.
	@$(PY) -m bot doctor

test: $(VENV)/.dev ## Run every test that a change needs, and print a summary.
	@$(PY) -m pytest $(SPREAD) -m "not torture"

check: $(VENV)/.dev ## Check format, lint and types.
	@$(PY) -m ruff format --check $(CODE)
	@$(PY) -m ruff check $(CODE)
	@$(PY) -m mypy $(CODE)

format: $(VENV)/.dev ## Put the code into the one format, and mend what lint can mend.
	@$(PY) -m ruff format $(CODE)
	@$(PY) -m ruff check --fix $(CODE)

torture: $(VENV)/.dev ## Kill the bot at every point of its way, and 200 times at random.
	@$(PY) -m pytest tests/scenarios $(subst loadfile,worksteal,$(SPREAD)) -m torture

bench: $(VENV)/.dev ## Take the figures of docs/performance.md.
	@$(PY) -m benchmarks

pictures: $(VENV)/.dev ## Take the README's pictures anew, from the sandbox in Chromium.
	@$(PY) -m tools.pictures

lock: $(UV) ## Pin every library anew, within pyproject.toml's ranges, with hashes.
	@$(LOCK) --upgrade --all-extras -o constraints/dev.txt
	@$(LOCK) --upgrade --extra sandbox -c constraints/dev.txt -o constraints/sandbox.txt
	@$(LOCK) --upgrade -c constraints/dev.txt -o constraints/runtime.txt

clean: ## Remove the virtual environments and the tools' leavings; data/ stays.
	rm -rf $(VENV) .lock-venv .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
	find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +

# Each layer holds the one before, and is reinstalled only when its pins change.
$(VENV)/.runtime $(VENV)/.sandbox $(VENV)/.dev: $(VENV)/.%: constraints/%.txt | $(PY)
	@echo "Installing the $* libraries into $(VENV) ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(PY):
	@test -n "$(PYTHON)" || { echo "Limner needs Python 3.11 or newer: install it, or say make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(UV):
	@test -n "$(PYTHON)" || { echo "Limner needs Python 3.11 or newer"; exit 1; }
	@$(PYTHON) -m venv .lock-venv
	@.lock-venv/bin/python -m pip install --quiet --disable-pip-version-check uv
