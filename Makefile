# Everything that people do with this project. `make` alone prints this list.

SHELL := /bin/bash
.ONESHELL:
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

# The repository that `make run` serves: a path or a URL. Default: a copy of examples/quickstart.
REPO ?=
LISTEN ?= 127.0.0.1:8373
# Stripped, and with the Swift library inside: it starts in half the time, and runs where no Swift is.
RELEASE_FLAGS := -c release --static-swift-stdlib -Xlinker -s

sudo := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

.PHONY: help
help: ## Print this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# What is missing is found by looking for the thing itself, so that nothing is asked of apt when all
# is there, whoever put it there. $(1) holds lines of "package, then a command that finds it".
define install_missing
	missing=()
	while read -r package probe; do
	  if [ -n "$$package" ] && ! eval "$$probe" >/dev/null 2>&1; then missing+=("$$package"); fi
	done <<'END'
	$(1)
	END
	if [ "$${#missing[@]}" != 0 ]; then
	  echo "installing: $${missing[*]}"
	  if ! command -v apt-get >/dev/null; then
	    echo "this machine has no apt-get: install what these packages of Debian contain, then try again" >&2
	    exit 1
	  fi
	  $(sudo) env DEBIAN_FRONTEND=noninteractive apt-get update -qq
	  $(sudo) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$${missing[@]}"
	fi
endef

define build_needs
pkg-config command -v pkg-config
libgit2-dev pkg-config --exists 'libgit2 >= 1.5'
libyaml-dev pkg-config --exists yaml-0.1
libsqlite3-dev pkg-config --exists sqlite3
zlib1g-dev pkg-config --exists zlib
g++ compgen -G '/usr/include/c++/*/vector'
libc6-dev test -e /usr/include/stdio.h
git command -v git
ca-certificates test -e /etc/ssl/certs/ca-certificates.crt
tzdata test -e /usr/share/zoneinfo/Europe/Berlin
curl command -v curl
openssh-client command -v ssh-keygen
sqlite3 command -v sqlite3
endef

define test_needs
openssh-server test -x /usr/sbin/sshd
openssl command -v openssl
gnupg command -v gpg
libxml2-utils command -v xmllint
python3 command -v python3
python3-jsonschema python3 -c 'from jsonschema import Draft202012Validator'
endef

.PHONY: deps
deps: ## Install what building and the demo need, if it is missing (apt)
	@$(call install_missing,$(build_needs))
	if ! command -v swift >/dev/null; then
	  echo "there is no swift here: install Swift 6.2 or newer from https://swift.org/install" >&2
	  exit 1
	fi

.PHONY: test-deps
test-deps: deps # Install what only the tests need, if it is missing (apt)
	@had_sshd=$$(test -x /usr/sbin/sshd && echo yes || echo no)
	if ! python3 -c 'from jsonschema import Draft202012Validator' 2>/dev/null \
	  && [ "$$(command -v python3)" != /usr/bin/python3 ] && command -v python3 >/dev/null; then
	  python3 -m pip install --quiet jsonschema   # a Python that apt does not feed
	fi
	$(call install_missing,$(test_needs))
	if [ "$$had_sshd" = no ] && [ -d /run/systemd/system ]; then
	  # The tests start their own sshd as a plain program; the machine's stays off.
	  $(sudo) systemctl disable --now --quiet ssh.service
	fi

.PHONY: build
build: deps ## Build the debug binary, .build/debug/writ
	@swift build --product writ

.PHONY: demo
demo: build ## Tell the whole story on a real repository, from first plan to force-push
	@WRIT="$$PWD/.build/debug/writ" examples/quickstart/demo.sh

.PHONY: test
test: test-deps ## Build and run every test
	@swift build --build-tests
	# Tests with servers, processes and deadlines run by themselves: the others keep all processors busy.
	timeout 1200 swift test --skip-build --disable-xctest --skip '(Agent|ControlPlane|Integrations|Acceptance)Tests'
	timeout 1200 swift test --skip-build --disable-xctest --filter '(Agent|ControlPlane|Integrations)Tests'
	timeout 1500 swift test --skip-build --disable-xctest --filter AcceptanceTests --skip DemoTests
	# It kills applies at moments that it measured before, so nothing else may be in its way.
	timeout 600 swift test --skip-build --disable-xctest --filter DemoTests
	# The corpus was replayed above; this is a brief look beyond it, at the same inputs each time.
	Tests/Fuzz/run.sh 5000

.PHONY: release
release: deps ## Build the binary to ship, .build/release/writ
	@swift build $(RELEASE_FLAGS) --product writ
	ls -lh .build/release/writ | awk '{ print ".build/release/writ: " $$5 }'

.PHONY: run
run: build ## Serve a copy of the quickstart, or REPO=path-or-URL, on LISTEN=127.0.0.1:8373
	@run=$$PWD/.build/run; writ=$$PWD/.build/debug/writ; repo='$(REPO)'
	mkdir -p "$$run"
	if [ -z "$$repo" ]; then
	  repo=$$run/shop.git
	  if [ ! -d "$$run/shop" ]; then
	    git init --quiet --bare --initial-branch=main "$$repo"
	    cp -R examples/quickstart "$$run/shop"
	    rm -f "$$run/shop/demo.sh" "$$run/shop/expected.txt"
	    git -C "$$run/shop" init --quiet --initial-branch=main
	    git -C "$$run/shop" config user.name "$$(git config user.name || id -un)"
	    git -C "$$run/shop" config user.email "$$(git config user.email || echo "$$(id -un)@localhost")"
	    git -C "$$run/shop" add --all
	    git -C "$$run/shop" commit --quiet --message 'Start from the quickstart'
	    git -C "$$run/shop" remote add origin "$$repo"
	    git -C "$$run/shop" push --quiet --set-upstream origin main
	    # A push tells the server to look, as a webhook of GitHub or GitLab would.
	    printf '#!/bin/sh\ncurl -fsS -X POST http://%s/hooks/git >/dev/null || true\n' '$(LISTEN)' \
	      > "$$repo/hooks/post-receive"
	    chmod +x "$$repo/hooks/post-receive"
	  fi
	  echo "Edit the manifests in .build/run/shop, commit, push; the server follows."
	fi
	if [ -d "$$repo" ]; then repo=$$(cd "$$repo" && pwd); fi
	data=$$run/data-$$(basename "$$repo" .git)
	mkdir -p -m 700 "$$data"
	# So that the other commands know what this data directory follows.
	printf "repository: '%s'\nlisten: '%s'\n" "$$repo" '$(LISTEN)' > "$$data/writ.yaml"
	echo "In another terminal:  export WRIT_DATA_DIR=$$data"
	echo "                      .build/debug/writ status"
	echo "Ctrl-C stops the server."
	echo
	# What the secrets of the quickstart's jobs name; they only echo, so anything will do.
	export REPORT_DSN="$${REPORT_DSN:-made-up}" WAREHOUSE_TOKEN="$${WAREHOUSE_TOKEN:-made-up}"
	exec "$$writ" serve --data-dir "$$data"

# How often Writ is killed by `make soak`.
SOAK ?= 10000

.PHONY: soak
soak: build ## Kill Writ SOAK=10000 times, reconcile as often, simulate 10,000,000 occurrences
	@swift build --build-tests
	WRIT_OCCURRENCES=$$(( $(SOAK) * 1000 )) WRIT_RUNS=$$(( $(SOAK) * 100 )) \
	  swift test --skip-build --disable-xctest --filter '(Schedule|Run)SimulationTests'
	python3 Tests/Soak/soak.py --writ .build/debug/writ --kills $(SOAK)
	python3 Tests/Soak/memory.py --writ .build/debug/writ --reconciles $(SOAK)

.PHONY: bench
bench: release ## Measure against the budgets of docs/BENCHMARKS.md
	@swift build $(RELEASE_FLAGS) --product WritBenchmarks
	python3 Tests/Benchmarks/bench.py $(ARGS)

.PHONY: format
format: ## Format the Swift code
	@swift format -i -r Package.swift Sources Tests

.PHONY: lint
lint: ## Check the Swift code's format
	@swift format lint --strict -r Package.swift Sources Tests

.PHONY: clean
clean: ## Remove what was built, and the repository of make run
	@rm -rf .build

# How long `make fuzz` stays with each reader, and which readers; all of Tests/Fuzz/Corpus by default.
FUZZ_SECONDS ?= 60
TARGETS ?=

.PHONY: fuzz
fuzz: deps ## Feed mutated inputs to all that reads bytes, FUZZ_SECONDS=60 TARGETS="yaml plan"
	@swift build --target Fuzz
	Tests/Fuzz/run.sh $(FUZZ_SECONDS)s $(TARGETS)

.PHONY: sanitize
sanitize: test-deps ## Run tests under AddressSanitizer and ThreadSanitizer, or SANITIZERS=thread
	@SANITIZERS="$(SANITIZERS)" Tests/Sanitizers/run.sh
