# `make run` and `make test` need git, make, a C compiler, Rust, and Python 3 with pip; what is missing is named.

.DEFAULT_GOAL := help
.PHONY: help run test unit servers bench schemas schemas-check lint doc sbom advisories

# Override on the command line: make run PORT=9000 DATA=/srv/regiohub
# Only what is set is handed on: an empty setting would be a wrong one.
$(foreach name,PORT DATA POSTGRES_BIN POSTGRES_URL VAULT_URL NATS_URL,$(if $($(name)),$(eval export $(name))))

BUILT = $${CARGO_TARGET_DIR:-target}
PROGRAMS = cargo build --quiet --locked --workspace --bin servers --bin regiohub
# The tests of one crate start the hub only where that crate is `tests`.
HUB_NEEDED = $(or $(if $(ARGS),,all),$(filter tests --workspace,$(subst =, ,$(ARGS))))
TESTED_WITH = $(if $(HUB_NEEDED),$(PROGRAMS),cargo build --quiet --locked --package embedded --bin servers)
# Crates whose integration tests need no server.
SERVERLESS = access chassis processing proofs web

help: ## List the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

run: ## Run the hub and play the demo region; Ctrl-C stops it (PORT, DATA, POSTGRES_BIN, POSTGRES_URL, VAULT_URL, NATS_URL)
	@deploy/check-tools
	@exec setpriv --pdeathsig TERM deploy/run

test: ## All tests, on a PostgreSQL and a nats-server of their own; of one crate: make test ARGS='-p vault'
	@deploy/check-tools
	@deploy/account
	@servers="$$(deploy/fetch-servers)" && \
	$(TESTED_WITH) && \
	exec env REGIOHUB_SERVERS="$$servers" "$(BUILT)/debug/servers" -- cargo test --locked $(or $(ARGS),--workspace)

unit: ## All tests that need no server
	cargo test --locked --workspace --lib --bins
	cargo test --locked $(SERVERLESS:%=--package %) --test '*'

servers: ## A shell with a PostgreSQL and a nats-server for repeated runs of cargo test; its end stops them
	@deploy/check-tools
	@deploy/account
	@servers="$$(deploy/fetch-servers)" && \
	cargo build --quiet --locked --package embedded --bin servers && \
	exec env REGIOHUB_SERVERS="$$servers" "$(BUILT)/debug/servers" -- "$${SHELL:-sh}"

bench: ## Measure, each figure against its limit
	@deploy/check-tools
	@deploy/account
	@servers="$$(deploy/fetch-servers)" && \
	cargo build --release --locked --package regiohub && \
	exec env REGIOHUB_SERVERS="$$servers" "$(BUILT)/release/regiohub" bench $(ARGS)

# With the build of the tests, which are made next: of one package alone it would be another one.
schemas: ## Generate the contracts: JSON Schema, AsyncAPI, OpenAPI
	@$(PROGRAMS)
	"$(BUILT)/debug/regiohub" contracts

schemas-check: ## Compare the committed contracts with the generated ones
	@$(PROGRAMS)
	"$(BUILT)/debug/regiohub" contracts --check

lint: ## Format and clippy, warnings denied
	cargo fmt --all -- --check
	cargo clippy --locked --workspace --all-targets -- -D warnings

doc: ## Documentation of every crate, warnings denied
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --no-deps

sbom: ## Write sbom.json: the components of the program, in CycloneDX
	deploy/sbom >sbom.json

advisories: ## Look for dependencies with a known weakness (needs a network and cargo-deny)
	@command -v cargo-deny >/dev/null || { echo 'cargo-deny is needed; install it with: cargo install --locked cargo-deny' >&2; exit 1; }
	cargo deny check advisories
