# Sourced by the scripts here: sets `here`, `root` and `python`.
# python: $PYTHON, else the repository's .venv, else python3.
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
python=${PYTHON:-$root/.venv/bin/python}
[ -x "$python" ] || python=python3
