# Thin: meson and tools/ do the work.
RELEASE = build/release
ASAN = build/asan
BIRTHMARK = $(RELEASE)/src/cmd/birthmark

all: build

$(RELEASE)/build.ninja:
	tools/bootstrap
	meson setup --buildtype=debugoptimized -Dwerror=true $(RELEASE)

# Not -Dwerror: sanitizers make gcc warn of what is not there; the release
# build has judged the same files.
$(ASAN)/build.ninja:
	tools/bootstrap test
	meson setup --buildtype=debugoptimized \
		-Db_sanitize=address,undefined $(ASAN)

build: $(RELEASE)/build.ninja
	ninja -C $(RELEASE)

run: build
	$(BIRTHMARK) kit

demo: build
	$(BIRTHMARK) demo

test: build $(ASAN)/build.ninja
	tools/bootstrap test
	ninja -C $(ASAN)
	tools/npm-install tests/e2e
	tools/run-tests $(ASAN) $(RELEASE)

bench: build
	tools/bootstrap bench
	tools/run-bench $(RELEASE) bench/results.json

lint:
	tools/bootstrap lint
	$(MAKE) --no-print-directory build
	tools/lint $(RELEASE)

# Every page of the console at two widths, light and dark, for a person.
screenshots: build
	tools/bootstrap test
	tools/npm-install tests/e2e
	BIRTHMARK=$(BIRTHMARK) BIRTHMARK_TOUR=docs/console \
		node tests/e2e/screenshots.mjs build/screenshots

format:
	tools/bootstrap lint
	tools/sources | xargs clang-format -i

clean:
	rm -rf build

.PHONY: all build run demo test screenshots bench lint format clean
