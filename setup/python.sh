# Finds the interpreter. Sourced by the other scripts.

MINIMUM_PYTHON="(3, 11)"

find_python() {  # prints the path of Python 3.11 or newer: $PYTHON, else the first on the path; 1 when there is none
    local candidate
    for candidate in ${PYTHON:-python3.11 python3.12 python3.13 python3}; do
        if "$candidate" -c "import sys; sys.exit(sys.version_info < $MINIMUM_PYTHON)" 2>/dev/null; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}
