#!/bin/sh
# Make .venv, or say in a sentence why this machine can't and what works instead. PYTHON=… chooses an interpreter.
set -eu

refuse() {
  printf '%s\n' "$1" >&2
  exit 1
}
elsewhere="With a container engine: docker compose up (docs/operating/containers.md)."

system=$(uname -s) machine=$(uname -m)
[ "$system $machine" = "Linux x86_64" ] ||
  refuse "make brings PostgreSQL, Kafka and the rest as packages for Linux x86-64 only; this is $system $machine. $elsewhere"
getconf GNU_LIBC_VERSION >/dev/null 2>&1 ||
  refuse "The packages need glibc; this machine has another C library. $elsewhere"
command -v git >/dev/null 2>&1 || refuse "git is not installed. Install it, then run make again."

python=
for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
  if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    python=$candidate
    break
  fi
done
[ -n "$python" ] ||
  refuse "Python 3.11 or newer is needed and was not found. Install it, or name one: make run PYTHON=/path/to/python3.12"
"$python" -c 'import venv, ensurepip' 2>/dev/null ||
  refuse "This Python has no venv. On Debian and Ubuntu: apt-get install python3-venv. Then run make again."

[ -x .venv/bin/python ] && .venv/bin/python -c '' 2>/dev/null || "$python" -m venv --clear .venv
