# The two commands of this project are `make book` and `make test`; README.md has the same
# commands for people without make.
PYTHON ?= python3
BIN := .venv/bin
SITE := _build/html
# Two workers, each with whole files: the cells of a notebook need one kernel.
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

# The names of the packages of one extra in pyproject.toml, a line each.
extra = $(BIN)/python -c "import tomllib; \
  print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']['$(1)'], sep='\n')"

.PHONY: book pdf test check serve lab notebooks status chapter audit clean

book: .venv/book.stamp
	$(BIN)/jupyter-book build . -W -n --keep-going
	@echo "Front page: file://$(CURDIR)/$(SITE)/index.html (with search: make serve)"

pdf: .venv/pdf.stamp book
	$(BIN)/python -m tools.pdf

# The site first: in a fresh clone it is then built as `make book` builds it, without torch.
test: book .venv/all.stamp
	$(BIN)/ruff check .
	$(PYTEST) tests book --nbval

check: .venv/all.stamp
	$(BIN)/ruff check .
	$(PYTEST) tests -m "not slow and not network"

serve: book
	(sleep 1; $(BIN)/python -m webbrowser http://localhost:8000) &
	$(BIN)/python -m http.server 8000 --bind 127.0.0.1 --directory $(SITE)

lab: .venv/all.stamp
	$(BIN)/jupyter lab book

notebooks: .venv/all.stamp
	$(BIN)/python -m tools.notebooks $(FILE)

status: .venv/book.stamp
	$(BIN)/python -m tools.status

chapter: .venv/all.stamp
	$(BIN)/python -m tools.chapter $(NAME)

audit: .venv/all.stamp book
	$(BIN)/python -m tools.audit $(PAGE)

clean:
	rm -rf _build

# A stamp is newer than the list of packages it stands for, so a second run installs nothing.
.venv/book.stamp: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(call extra,book) | $(BIN)/pip install --quiet -r /dev/stdin
	touch $@

.venv/pdf.stamp: pyproject.toml .venv/book.stamp
	$(call extra,pdf) | $(BIN)/pip install --quiet -r /dev/stdin
	touch $@

.venv/all.stamp: pyproject.toml requirements.txt .venv/book.stamp
	$(BIN)/pip install --quiet -r requirements.txt
	touch $@
