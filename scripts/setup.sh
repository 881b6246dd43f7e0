#!/usr/bin/env bash
# Makes .venv with the locked packages and this project: `setup.sh` for running it, `setup.sh dev` for testing it too,
# `setup.sh nation` for testing it on Spark as well, which is 430 MB more.
# A second run with unchanged locks does nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C.UTF-8 UV_LINK_MODE=copy UV_NO_PROGRESS=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
# An environment that happens to be active must not be taken for ours.
unset VIRTUAL_ENV PYTHONHOME PYTHONPATH
UV_VERSION=0.13.9
kind=${1:-runtime}
venv=.venv
python=$venv/bin/python

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 2; }

good_python() { "$1" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    local name
    for name in ${MOTCUA_PYTHON:-} python3.11 python3 python3.12 python3.13 python3.14; do
        if command -v "$name" >/dev/null && good_python "$name"; then command -v "$name"; return; fi
    done
    fail "Cần Python từ 3.11 (Python 3.11 or newer is needed); hãy cài, hoặc đặt MOTCUA_PYTHON=/đường/dẫn/python."
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; elif sudo -n true 2>/dev/null; then sudo -n "$@"; else return 1; fi
}

make_venv() {
    local base=$1 log
    rm -rf $venv
    log=$("$base" -m venv $venv 2>&1) && $python -m pip --version >/dev/null 2>&1 && return
    rm -rf $venv
    # Debian keeps ensurepip in a package of its own.
    if command -v apt-get >/dev/null; then
        local version
        version=$("$base" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        say "Cài python$version-venv…"
        { as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "python$version-venv"; } >/dev/null 2>&1 || true
        "$base" -m venv $venv >/dev/null 2>&1 && $python -m pip --version >/dev/null 2>&1 && return
        rm -rf $venv
        fail "Python này chưa có venv; hãy chạy (please run): apt-get install python$version-venv"
    fi
    fail "Không tạo được môi trường Python: ${log##*$'\n'}"
}

digest() { cat "$@" | sha256sum | cut -d' ' -f1; }
stamp_of() { printf '%s %s\n' "$(digest "$1" pyproject.toml scripts/setup.sh)" "$PWD"; }
fresh() { [ -x $venv/bin/motcua ] && good_python $python && [ "$(cat "$venv/.motcua-$1" 2>/dev/null)" = "$(stamp_of "$2")" ]; }

case $kind in
    runtime)
        # The packages for testing contain those for running.
        if fresh runtime requirements.lock || fresh dev requirements-dev.lock || fresh nation requirements-nation.lock; then exit 0; fi
        lock=requirements.lock ;;
    dev)
        if fresh dev requirements-dev.lock || fresh nation requirements-nation.lock; then exit 0; fi
        lock=requirements-dev.lock ;;
    nation)
        if fresh nation requirements-nation.lock; then exit 0; fi
        lock=requirements-nation.lock ;;
    *) fail "setup.sh [runtime|dev|nation]" ;;
esac

if ! good_python $python || ! $python -m pip --version >/dev/null 2>&1; then make_venv "$(find_python)"; fi
rm -f $venv/.motcua-*
if [ "$($venv/bin/uv --version 2>/dev/null | cut -d' ' -f2)" != $UV_VERSION ]; then
    say "Cài uv $UV_VERSION…"
    $python -m pip install -q "uv==$UV_VERSION"
fi
say "Cài các gói trong $lock…"
# sync takes out what the lock has not, the project itself included: it is put in afterwards, built by the locked backend.
# Bytecode is made now: a program that may not write here, or runs where PYTHONDONTWRITEBYTECODE is set, would compile
# fifteen hundred modules again at every start, two seconds of three.
unset PYTHONDONTWRITEBYTECODE
$venv/bin/uv pip sync -q --compile-bytecode --python $python --require-hashes $lock
if [ ! -x $venv/bin/uv ]; then $python -m pip install -q "uv==$UV_VERSION"; fi
$venv/bin/uv pip install -q --python $python --no-deps --no-build-isolation -e .
$python -m compileall -q src
stamp_of $lock > "$venv/.motcua-$kind"
