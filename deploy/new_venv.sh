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

[ -x .venv/bin/python ] && .venv/bin/python -c '' 2>/dev/null && exit

# Every Python of the PATH, in its order, each once.
candidates() {
  if [ -n "${PYTHON:-}" ]; then
    set -- "$PYTHON"
  else
    set --
    folders=$PATH:
    while [ -n "$folders" ]; do
      folder=${folders%%:*} folders=${folders#*:}
      for name in python3 python3.14 python3.13 python3.12 python3.11; do
        [ -x "$folder/$name" ] && set -- "$@" "$folder/$name"
      done
    done
  fi
  known=
  for candidate in "$@"; do
    real=$("$candidate" -c "$IS_NEW_ENOUGH" 2>/dev/null) || continue
    case ":$known:" in *":$real:"*) continue ;; esac
    known=$known:$real
    printf '%s\n' "$real"
  done
}
IS_NEW_ENOUGH='import os, sys; sys.version_info < (3, 11) and sys.exit(1); print(os.path.realpath(sys.executable))'
here=$(dirname "$0")

# The first that will do, unless another is quicker by a fifth: some are built without what makes them quick.
first='' python='' best=0 is_without_venv=no
found=$(candidates)
while read -r candidate; do
  [ -n "$candidate" ] || continue
  if ! "$candidate" -c 'import venv, ensurepip' 2>/dev/null; then
    is_without_venv=yes
    continue
  fi
  speed=0
  [ "$found" = "$candidate" ] || speed=$("$candidate" "$here/python_speed.py")
  if [ -z "$python" ] || [ $((speed * 5)) -lt $((best * 4)) ]; then
    python=$candidate best=$speed
  fi
  [ -n "$first" ] || first=$candidate
done <<END
$found
END
[ -n "$python" ] || [ $is_without_venv = no ] ||
  refuse "This Python has no venv. On Debian and Ubuntu: apt-get install python3-venv. Then run make again."
[ -n "$python" ] ||
  refuse "Python 3.11 or newer is needed and was not found. Install it, or name one: make run PYTHON=/path/to/python3.12"

[ "$python" = "$first" ] ||
  printf '%s\n' "Taking $python, which is much quicker than $first. PYTHON=… chooses another."
"$python" -m venv --clear .venv
