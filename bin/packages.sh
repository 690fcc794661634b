# What must be on the machine itself. On Debian as root (or with sudo) it is installed; elsewhere one line says what
# is missing. Sourced by bin/setup. Plain POSIX sh.

# The machine's own python3 first: the distribution keeps it safe, and the libraries that bin/setup installs fit it.
# UV_PYTHON, uv's variable, names another one (3.12, python3.13, a path) and then no other is taken.
find_python() {
    if [ -n "${UV_PYTHON:-}" ]; then
        set -- "$UV_PYTHON" "python$UV_PYTHON"
    else
        set -- python3 /usr/bin/python3 python3.13 python3.12 python3.11 /usr/local/bin/python3
    fi
    for candidate in "$@"; do
        "$candidate" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null || continue
        "$candidate" -c 'import sys; print(sys.executable)'
        return
    done
}

# PostgreSQL before 15 lacks what the tables need. (cluster_places.py chooses where several are there.)
has_postgis() {
    for control in /usr/share/postgresql/*/extension/postgis.control; do
        [ -f "$control" ] || continue
        version=${control#/usr/share/postgresql/}
        version=${version%%/*}
        [ "$version" -ge 15 ] && [ -x "/usr/lib/postgresql/$version/bin/initdb" ] && return
    done
    initdb=$(command -v initdb) && [ -f "$("${initdb%initdb}pg_config" --sharedir 2>/dev/null)/extension/postgis.control" ]
}

# has_library NAME: asks the dynamic linker where there is one to ask.
has_library() {
    for ldconfig in ldconfig /sbin/ldconfig; do
        command -v "$ldconfig" >/dev/null 2>&1 || continue
        "$ldconfig" -p | grep -q "$1" && return
    done
    [ -n "$(find /usr/local/lib /opt/homebrew/lib -maxdepth 1 -name "$1*" 2>/dev/null | head -n 1)" ]
}

has_program() {
    for program in "$@"; do command -v "$program" >/dev/null 2>&1 && return; done
    return 1
}

is_debian() { command -v apt-get >/dev/null 2>&1 && command -v dpkg-query >/dev/null 2>&1; }

# Names of missing Debian packages; "postgresql-postgis" stands for the one that carries this release's version.
missing_packages() {
    [ -n "$(find_python)" ] || printf 'python3 python3-venv '
    [ -n "${DATABASE_URL:-}" ] || has_postgis || printf 'postgresql-postgis '
    [ -e /etc/ssl/certs/ca-certificates.crt ] || ! is_debian || printf 'ca-certificates '
    # WeasyPrint draws work orders with these.
    has_library libpango-1.0 || printf 'libpango-1.0-0 '
    has_library libpangoft2-1.0 || printf 'libpangoft2-1.0-0 '
    has_library libharfbuzz-subset || printf 'libharfbuzz-subset0 '
    ! is_debian || [ -d /usr/share/fonts/truetype/dejavu ] || printf 'fonts-dejavu-core '
    has_program msgfmt || printf 'gettext '
    if [ -n "$FOR_TESTS" ]; then
        # The shell is the same browser without its own windows, a fifth quicker.
        has_program chromium-headless-shell || { ! is_debian && has_program chromium chromium-browser google-chrome; } ||
            printf 'chromium-headless-shell '
        has_program ogr2ogr || printf 'gdal-bin '
        has_program git || printf 'git '
    fi
    if [ -n "$WITH_QGIS" ]; then
        /usr/bin/python3 -c 'import importlib.util as u, sys; sys.exit(u.find_spec("qgis") is None)' 2>/dev/null ||
            printf 'python3-qgis '
    fi
}

# Debian starts a cluster of its own on port 5432 when PostgreSQL is installed: the platform has no use for it.
forbid_debian_cluster() {
    configuration=/etc/postgresql-common/createcluster.conf
    if ! grep -qs '^ *create_main_cluster' $configuration; then
        $AS_ROOT mkdir -p /etc/postgresql-common
        echo 'create_main_cluster = false' | $AS_ROOT tee -a $configuration >/dev/null
    fi
}

postgis_of_this_release() {
    # The newest that was tried: other archives beside Debian's may offer later ones.
    apt-cache search --names-only '^postgresql-1[5-7]-postgis-3$' | sed 's/ .*//' | LC_ALL=C sort | tail -n 1
}

install_packages() {
    export DEBIAN_FRONTEND=noninteractive
    $AS_ROOT apt-get update -qq
    names=
    for name in $1; do
        if [ "$name" = postgresql-postgis ]; then
            name=$(postgis_of_this_release)
            [ -n "$name" ] || fail "This release carries no PostGIS for PostgreSQL 15 to 17."
            forbid_debian_cluster
        fi
        names="$names $name"
    done
    # shellcheck disable=SC2086
    $AS_ROOT env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        -o Dpkg::Options::=--force-confold -o DPkg::Lock::Timeout=300 $names
}

set_up_packages() {
    missing=$(missing_packages)
    if [ -n "$missing" ]; then
        AS_ROOT=
        if [ "$(id -u)" != 0 ]; then
            if command -v sudo >/dev/null 2>&1 && { sudo -n true 2>/dev/null || { [ -t 0 ] && sudo -v; }; }; then
                AS_ROOT=sudo
            else
                AS_ROOT=none
            fi
        fi
        if ! is_debian; then
            fail "Missing on this machine (by Debian's names): $missing- install these and start again."
        elif [ "$AS_ROOT" = none ]; then
            postgis=$(postgis_of_this_release)
            wanted=$(echo "$missing" | sed "s/postgresql-postgis/${postgis:-postgresql-15-postgis-3}/")
            fail "Missing on this machine: run  sudo apt-get install --no-install-recommends $wanted and start again."
        fi
        step "Debian packages: ${missing% }" install_packages "$missing"
    else
        kept "System packages"
    fi
    BASE_PYTHON=$(find_python)
    [ -n "$BASE_PYTHON" ] || fail "Python 3.11, 3.12 or 3.13 with venv is missing: this machine brings another version."
}
