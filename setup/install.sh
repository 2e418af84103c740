#!/usr/bin/env bash
# Makes this checkout ready to run: Debian packages, a virtual environment in .venv, llama.cpp, the rest.
#
# Does only what is missing; a run with nothing to do takes well under a second. Needs no network but Debian's
# and Python's package registries. Works as root and as a user; logs are in build/logs.
set -euo pipefail
cd "$(dirname "$0")/.."
. setup/python.sh
python=.venv/bin/python
stamp=.venv/setup.stamp
BEAT_S=20
mkdir -p build/logs
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_PROGRESS_BAR=off

wanted() {  # what the environment was made from; a change of it makes the set-up run again
    cat pyproject.toml setup/*.sh | sha256sum
}

if [ -x "$python" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$(wanted)" ]; then
    echo "Set-up: everything is in place."
    exit 0
fi

step() {
    echo "[$1/4] $2"
}

minutes() {
    printf '%d min %02d s' $(($1 / 60)) $(($1 % 60))
}

progress_in() {  # how far a log has come: the last "[132/193]" of a compiler, else what pip is at
    grep -oE '\[[0-9]+/[0-9]+\]|^ *(Collecting|Building|Installing|Downloading) [^ ]+' "$1" 2>/dev/null | tail -n 1 || true
}

logged() {  # logged NAME ADVICE COMMAND...: runs it with its output in a log, and says now and then how far it is
    local log=build/logs/$1.log advice=$2 started=$SECONDS next=$BEAT_S status=0 job
    shift 2
    set -m  # a process group of its own, so that Ctrl-C ends the compilers too
    "$@" >"$log" 2>&1 </dev/null &
    job=$!
    set +m
    trap 'kill -TERM -- -$job 2>/dev/null; echo "    stopped; run it again to go on"; exit 130' INT TERM
    while kill -0 "$job" 2>/dev/null; do
        sleep 0.2
        if [ $((SECONDS - started)) -ge "$next" ]; then
            echo "    $(minutes $((SECONDS - started))) $(progress_in "$log")"
            next=$((next + BEAT_S))
        fi
    done
    wait "$job" || status=$?
    trap - INT TERM
    if [ "$status" != 0 ]; then
        echo "    failed; the end of $log:"
        tail -n 30 "$log" | sed 's/^/    | /'
        echo "    $advice"
        exit 1
    fi
    echo "    done in $(minutes $((SECONDS - started)))"
}

installed() {  # the version of a distribution in the environment, empty when it is not there
    "$python" -c 'import sys; from importlib.metadata import version; print(version(sys.argv[1]))' "$1" 2>/dev/null || true
}

registry="is the package registry reachable? Then run the same command again: what is done stays done"

step 1 "Debian packages (a minute or two the first time)"
setup/debian_packages.sh

step 2 "virtual environment in .venv (10 s)"
if "$python" -c "import pip, sys; sys.exit(sys.version_info < $MINIMUM_PYTHON)" 2>/dev/null; then
    echo "    there"
else
    rm -f "$stamp"
    logged venv "remove .venv and run the same command again" "$(find_python)" -m venv --clear .venv
fi

llama=$(sed -n 's/^ *"llama-cpp-python==\([^"]*\)".*/\1/p' pyproject.toml)
step 3 "llama-cpp-python $llama, built for this processor (5 to 10 min the first time on 2 cores)"
if [ "$(installed llama-cpp-python)" = "$llama" ]; then
    echo "    there"
else
    CMAKE_BUILD_PARALLEL_LEVEL=$(nproc) logged llama "$registry. A compiler error: is there 2 GB of memory to spare?" \
        "$python" -m pip install --verbose --no-deps "llama-cpp-python==$llama"
fi

step 4 "everything else, and vehicle-assistant itself (a minute or two the first time)"
logged packages "$registry" "$python" -m pip install --editable '.[test]'
wanted >"$stamp"
echo "Set-up: done in $(minutes $SECONDS)."
