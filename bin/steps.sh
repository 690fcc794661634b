# Shared by setup, run and test: a line for each step as it happens, with the time it took. Plain POSIX sh.

ROOT=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
cd "$ROOT"
VAR=${VAR_DIR:-$ROOT/var}
[ -d "$VAR" ] || mkdir -p -m 711 "$VAR"
mkdir -p "$VAR/staticfiles" # WhiteNoise warns at every start when it is not there
PYTHON=$ROOT/.venv/bin/python
CHILD=

now() { date +%s.%N | sed 's/N$//;s/\.$//'; }

since() { awk "BEGIN { printf \"%.1f s\", $(now) - $1 }"; }

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

# step TITLE COMMAND...: run the command with its output in var/setup.log; when it fails show the end of it and stop.
step() {
    title=$1
    shift
    printf '  %-52s ' "$title"
    begun=$(now)
    printf '\n== %s\n' "$title" >>"$VAR/setup.log"
    if attended "$@" >>"$VAR/setup.log" 2>&1; then
        since "$begun"
        printf '\n'
    else
        code=$?
        printf 'failed after %s; the end of %s:\n' "$(since "$begun")" "$VAR/setup.log" >&2
        tail -n 25 "$VAR/setup.log" >&2
        exit "$code"
    fi
}

# In the background and waited for, because a shell that runs a command in the foreground answers no signal.
attended() {
    "$@" </dev/null &
    CHILD=$!
    attended_code=0
    wait "$CHILD" || attended_code=$?
    CHILD=
    return "$attended_code"
}

kept() { printf '  %-52s up to date\n' "$1"; }

# Content of files as one word; directories count with all files below them.
fingerprint() {
    find "$@" -type f ! -name '*.pyc' ! -name '*.mo' -exec cksum {} + 2>/dev/null | LC_ALL=C sort | cksum | tr ' ' -
}

is_marked() { [ -f "$VAR/marks/$1" ] && [ "$(cat "$VAR/marks/$1")" = "$2" ]; }

mark() {
    mkdir -p "$VAR/marks"
    printf '%s\n' "$2" >"$VAR/marks/$1"
}

# has_command NAME: is there a management command of that name? Asks the files, because asking Django takes seconds.
has_command() { ls -- */management/commands/"$1".py */*/management/commands/"$1".py 2>/dev/null | grep -q .; }

# ---- The private database: whoever starts it stops it -----------------------------------------------------------

DATABASE_WAS_RUNNING=

database() { "$PYTHON" -m geo_platform.embedded_postgis "$1" >/dev/null 2>&1; }

note_database() {
    if [ -n "${DATABASE_URL:-}" ] || { [ -x "$PYTHON" ] && database status; }; then DATABASE_WAS_RUNNING=1; fi
}

leave_database_as_found() {
    if [ -z "$DATABASE_WAS_RUNNING" ] && [ -x "$PYTHON" ]; then database stop || true; fi
}
