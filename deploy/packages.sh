# Finds out which Debian packages are missing and installs them, never removing one. To be sourced.
#
# `ensure_packages PURPOSE PACKAGE...` returns when every package is there; otherwise it says what is
# in the way and ends the script with one of these codes, which no other failure of ours has:
#   10  root is needed and cannot be had     11  another package manager holds the lock
#   12  a package is not offered             13  a package in use would have to be removed
#   14  no network                           15  anything else that apt reports
# The word `boost` among the packages stands for the Boost headers, whose name differs by release.

lock_wait=${TCDS_LOCK_WAIT:-120}   # seconds
boost_least=1.81

# fail CODE WHERE WHAT FIX
fail() {
    printf '\n%s: %s. Fix: %s.\n' "$2" "$3" "$4" >&2
    exit "$1"
}

say() { printf '%s\n' "$*"; }

is_installed() {
    # shellcheck disable=SC2016  # ${...} is a field of dpkg-query
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

candidate() { LC_ALL=C apt-cache policy "$1" 2>/dev/null | sed -n 's/^ *Candidate: //p'; }

is_offered() {
    case $(candidate "$1") in
        '' | '(none)') return 1 ;;
    esac
}

# The package of the Boost headers: what is installed goes first, then what the release offers.
boost_package() {
    for version in 1.81 1.83; do
        if is_installed "libboost$version-dev"; then say "libboost$version-dev"; return; fi
    done
    for version in 1.81 1.83; do
        if is_offered "libboost$version-dev"; then say "libboost$version-dev"; return; fi
    done
    if is_offered libboost-dev && dpkg --compare-versions "$(candidate libboost-dev)" ge "$boost_least"; then
        say libboost-dev
        return
    fi
    say "libboost$boost_least-dev"   # reported as not offered
}

missing_of() {
    found=
    for package in "$@"; do
        [ "$package" = boost ] && package=$(boost_package)
        is_installed "$package" || found="$found $package"
    done
    printf "%s" "${found# }"
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        env LC_ALL=C DEBIAN_FRONTEND=noninteractive "$@"
    else
        sudo env LC_ALL=C DEBIAN_FRONTEND=noninteractive "$@"
    fi
}

need_root() {
    [ "$(id -u)" = 0 ] && return
    by_hand="apt-get update && apt-get install --no-remove --no-install-recommends $missing"
    command -v sudo >/dev/null 2>&1 ||
        fail 10 "packages" "missing: $missing; only root can install them, and there is no sudo" \
            "run as root: $by_hand; then start this again"
    [ -t 0 ] || sudo -n true 2>/dev/null ||
        fail 10 "packages" "missing: $missing; sudo wants a password and there is no terminal" \
            "run as root: $by_hand; then start this again"
}

lock_is_held() {
    grep -q -e 'Could not get lock' -e 'Unable to acquire the dpkg frontend lock' \
        -e 'Unable to lock ' "$apt_log"
}

# apt-get with its output in $apt_log; waits while somebody else holds a lock.
run_apt() {
    waited=0
    while :; do
        status=0
        as_root apt-get -q "$@" </dev/null >"$apt_log" 2>&1 || status=$?
        if [ "$status" -eq 0 ] || ! lock_is_held; then return "$status"; fi
        [ "$waited" -gt 0 ] || say "Another package manager is at work; waiting up to $lock_wait s."
        [ "$waited" -lt "$lock_wait" ] ||
            fail 11 "package manager" "locked for $waited s: $(sed -n 's/^E: //p' "$apt_log" | head -n 1)" \
                "let the other installation end, then start this again"
        sleep 2
        waited=$((waited + 2))
    done
}

network_failed() {
    grep -q -e 'Temporary failure resolving' -e 'Could not resolve' -e 'Could not connect' \
        -e 'Connection timed out' -e 'Network is unreachable' -e 'Failed to fetch' \
        -e 'Unable to fetch' -e 'Unable to connect' "$apt_log"
}

fail_network() {
    fail 14 "network" "the package server cannot be reached: $(sed -n 's/^[EWErr:]*[EW]: //p' "$apt_log" | head -n 1)" \
        "check network and proxy (apt takes http_proxy), then start this again"
}

fail_apt() {
    tail -n 15 "$apt_log" >&2
    fail 15 "apt-get" "$1" "the lines above are its own; mend that (often: dpkg --configure -a), then start this again"
}

fail_not_offered() {
    what=$(sed -n -e 's/^E: Unable to locate package //p' \
        -e "s/^E: Package '\(.*\)' has no installation candidate/\1/p" "$apt_log" | tr '\n' ' ')
    hint="Debian 12 or Ubuntu 24.04 is needed; see /etc/apt for where packages come from"
    if grep -q '^ID=ubuntu' "${TCDS_OS_RELEASE:-/etc/os-release}" 2>/dev/null; then
        hint="enable universe (sudo add-apt-repository universe), then start this again"
    fi
    fail 12 "packages" "not offered by the package sources: ${what:-$missing}" "$hint"
}

refresh_lists() {
    say "Reading package lists."
    refreshed=yes
    refresh_failed=no
    run_apt update -o APT::Update::Error-Mode=any || refresh_failed=yes
}

# Would removing something be the price? Then say what, and leave it to a person.
check_plan() {
    # shellcheck disable=SC2086  # a list of packages
    if ! LC_ALL=C apt-get -s install --no-install-recommends $missing >"$apt_log" 2>&1; then
        if grep -q -e 'Unable to locate package' -e 'has no installation candidate' "$apt_log"; then
            fail_not_offered
        fi
        fail_apt "no way to install $missing beside what is there"
    fi
    removed=$(sed -n 's/^Remv \([^ ]*\).*/\1/p' "$apt_log")
    [ -z "$removed" ] && return
    count=$(printf '%s\n' "$removed" | wc -l)
    culprits=
    for package in $missing; do
        for rival in $(LC_ALL=C apt-cache show "$package" | sed -n 's/^\(Conflicts\|Breaks\): //p' | sed 's/([^)]*)//g; s/,/ /g'); do
            if printf '%s\n' "$removed" | grep -qx "$rival"; then culprits="$culprits $rival"; fi
        done
    done
    culprits=${culprits:- $(printf '%s\n' "$removed" | head -n 3 | tr '\n' ' ')}
    fail 13 "packages" "in the way:$culprits; installing $missing would remove $count package(s)" \
        "if they may go, run by hand: sudo apt-get install --no-install-recommends $missing"
}

install_missing() {
    # shellcheck disable=SC2086  # a list of packages
    run_apt install -y --no-remove --no-install-recommends $missing
}

# ensure_packages PURPOSE PACKAGE...
ensure_packages() {
    purpose=$1
    shift
    if ! command -v dpkg-query >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1; then
        fail 15 "packages" "this system has no apt" \
            "install a C++20 compiler, cmake, ninja and the libraries of deploy/cmake/dependencies.cmake yourself, then: cmake --preset release && cmake --build --preset release"
    fi
    missing=$(missing_of "$@")
    [ -z "$missing" ] && return
    need_root
    apt_log=$(mktemp)
    trap 'rm -f "$apt_log"' EXIT
    refreshed=no
    for package in $missing; do
        is_offered "$package" && continue
        refresh_lists
        missing=$(missing_of "$@")   # the lists decide which Boost it is
        break
    done
    for package in $missing; do
        is_offered "$package" && continue
        [ "$refreshed" = yes ] && [ "$refresh_failed" = yes ] && network_failed && fail_network
        printf 'E: Unable to locate package %s\n' "$package" >"$apt_log"
        fail_not_offered
    done
    check_plan
    say "Installing $purpose: $missing"
    if ! install_missing; then
        if grep -q '404 *Not Found' "$apt_log" && [ "$refreshed" = no ]; then
            refresh_lists   # the lists were older than the archive
            install_missing || { network_failed && fail_network; fail_apt "installing failed"; }
        elif network_failed; then
            fail_network
        elif grep -q 'remove is disabled' "$apt_log"; then
            check_plan
            fail_apt "packages would have to be removed"
        else
            fail_apt "installing failed"
        fi
    fi
    missing=$(missing_of "$@")
    [ -z "$missing" ] || fail_apt "still missing after installing: $missing"
    rm -f "$apt_log"
    trap - EXIT
}

# ensure_node PURPOSE   Node and npm of any origin will do; the packages only where one is missing.
ensure_node() {
    if command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1; then return 0; fi
    ensure_packages "$1" nodejs npm
}

# ensure_postgres PURPOSE   The server and its programs, of any origin. Its package makes a cluster and
# starts it, which nobody asked for here; what prevents that has to be said between two packages.
ensure_postgres() {
    if ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then return 0; fi
    ensure_packages "$1" postgresql-common
    cluster_conf=${TCDS_CLUSTER_CONF:-/etc/postgresql-common/createcluster.conf}
    if ! grep -q '^create_main_cluster' "$cluster_conf" 2>/dev/null; then
        as_root sh -c "echo 'create_main_cluster = false' >>'$cluster_conf'"
    fi
    ensure_packages "$1" postgresql
}
