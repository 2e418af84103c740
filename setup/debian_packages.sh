#!/usr/bin/env bash
# Installs the Debian packages that are missing here, and says what to do when it may not.
#
# Prints nothing but progress. Exits 0 when the product can be built and can speak, else 1 with the one command to run.
# What counts as missing is tried out rather than looked up, so that libraries from elsewhere are good enough.
# PYTHON names the interpreter to use; the first Python 3.11 or newer on the path otherwise.
set -euo pipefail
cd "$(dirname "$0")/.."
. setup/python.sh
log=build/logs/apt.log
mkdir -p build/logs

# Package and what it is for. Without a needed one there is no service; without an extra one something is left out.
needed="build-essential portaudio19-dev espeak-ng"
extra="cmake libespeak-ng1 mosquitto pulseaudio pulseaudio-utils libasound2-plugins"

purpose() {
    case $1 in
        build-essential) echo "compiles llama.cpp and PyAudio" ;;
        portaudio19-dev) echo "microphone and loudspeaker" ;;
        espeak-ng) echo "the assistant's voice" ;;
        python*) echo "runs the service" ;;
        cmake) echo "configures llama.cpp; else pip brings its own" ;;
        libespeak-ng1) echo "trains the bench voice model" ;;
        mosquitto) echo "the broker of the demo; else the embedded one is used" ;;
        pulseaudio | pulseaudio-utils | libasound2-plugins) echo "a microphone for tests on a machine without one" ;;
    esac
}

present() {
    case $1 in
        build-essential) command -v c++ && command -v make ;;
        portaudio19-dev) echo '#include <portaudio.h>' | cc -E - ;;
        espeak-ng | cmake) command -v "$1" ;;
        libespeak-ng1) PATH=$PATH:/usr/sbin:/sbin ldconfig -p | grep -F libespeak-ng.so.1 ;;
        mosquitto) PATH=$PATH:/usr/sbin command -v mosquitto ;;
        # A desktop's PipeWire serves the same sound and must not be replaced.
        pulseaudio) command -v pulseaudio || command -v pipewire-pulse ;;
        pulseaudio-utils) command -v paplay ;;
        libasound2-plugins) compgen -G '/usr/lib/*/alsa-lib/libasound_module_pcm_pulse.so' ;;
    esac >/dev/null 2>&1
}

python_packages() {  # what the interpreter still lacks: itself, venv, headers
    local found version
    if ! found=$(find_python); then
        echo "python3 python3-venv python3-dev"
        return
    fi
    version=$("$found" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
    "$found" -c 'import ensurepip, venv' 2>/dev/null || echo "$version-venv"
    "$found" -c 'import pathlib, sysconfig as s; assert pathlib.Path(s.get_path("include"), "Python.h").exists()' \
        2>/dev/null || echo "$version-dev"
}

missing() {
    local package
    for package in "$@"; do present "$package" || printf '%s ' "$package"; done
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

may_install() {  # asks for the password now, while a person is looking
    command -v apt-get >/dev/null || return 1
    [ "$(id -u)" = 0 ] && return 0
    command -v sudo >/dev/null || return 1
    sudo -n true 2>/dev/null || { [ -t 0 ] && sudo -v; }
}

install_packages() {  # --no-remove: never at the price of a package that is there
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends --no-remove \
        -o DPkg::Lock::Timeout=300 "$@" >>"$log" 2>&1
}

list_needed="$(python_packages | tr '\n' ' ')$(missing $needed)"
list_extra="$(missing $extra)"
if [ -z "${list_needed// /}${list_extra// /}" ]; then
    echo "    all there"
    exit 0
fi
for package in $list_needed $list_extra; do echo "    missing: $package ($(purpose "$package"))"; done
if may_install; then
    : >"$log"
    echo "    reading the package lists, then installing; details in $log"
    as_root apt-get update >>"$log" 2>&1 || echo "    the package lists could not be refreshed; going on with the old ones"
    # shellcheck disable=SC2086  # lists of words
    install_packages $list_needed $list_extra || {
        [ -z "${list_needed// /}" ] || install_packages $list_needed || true
        for package in $list_extra; do install_packages "$package" || true; done
    }
    list_needed="$(python_packages | tr '\n' ' ')$(missing $needed)"
    list_extra="$(missing $extra)"
fi
if [ -n "${list_needed// /}" ]; then
    [ ! -s "$log" ] || tail -n 30 "$log"
    echo "    cannot go on without: $list_needed"
    echo "    as root, run: apt-get update && apt-get install $list_needed$list_extra"
    exit 1
fi
if [ -n "${list_extra// /}" ]; then
    echo "    going on without: $list_extra"
    echo "    to add them, as root: apt-get install $list_extra"
fi
