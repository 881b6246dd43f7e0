#!/usr/bin/env bash
# Sees to it that Chromium is there for the browser tests: installs Debian's where that is allowed. Prints its path.
# Exit 1 and one line on standard error where there is none; the other tests run all the same.
set -uo pipefail
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive
find_it() { command -v chromium || command -v chromium-browser || command -v google-chrome-stable || command -v google-chrome; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

find_it && exit 0
if command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }; then
    echo "Cài Chromium…" >&2
    as_root apt-get update -qq >/dev/null 2>&1
    as_root apt-get install -y -qq --no-install-recommends chromium >/dev/null 2>&1
    find_it && exit 0
fi
echo "Không có Chromium: các kiểm thử trình duyệt (tests/browser) sẽ không chạy. No Chromium: the browser tests do not run." >&2
exit 1
