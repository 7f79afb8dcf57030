#!/bin/sh
# What deploy/packages.sh says and how it ends, with stand-ins for apt and dpkg: nothing is installed.
#
#   packages_test.sh ROOT
#
# The stand-ins read their answers from files: `installed` and `offered` list packages, `update`,
# `plan` and `install` hold what apt-get prints, and `*.status` its exit code.
set -eu
root=$1
# shellcheck source=tests/e2e/check.sh
. "$root/tests/e2e/check.sh"

stage=$scratch/stage
bin=$scratch/bin
mkdir -p "$bin"

cat >"$bin/dpkg-query" <<'END'
#!/bin/sh
for package in "$@"; do :; done
if grep -qx "$package" "$STAGE/installed"; then printf installed; else exit 1; fi
END
cat >"$bin/apt-cache" <<'END'
#!/bin/sh
case $1 in
    policy)
        version=$(sed -n "s/^$2 *//p" "$STAGE/offered")
        grep -q "^$2\( \|$\)" "$STAGE/offered" && version=${version:-1.0}
        printf '%s:\n  Candidate: %s\n' "$2" "${version:-(none)}"
        ;;
    show) cat "$STAGE/show" ;;
esac
END
cat >"$bin/apt-get" <<'END'
#!/bin/sh
echo "$@" >>"$STAGE/calls"
for word in "$@"; do
    case $word in
        -s) step=plan; break ;;
        update) step=update; break ;;
        install) step=install; break ;;
    esac
done
if [ "$step" = update ] && [ -f "$STAGE/offered.after" ]; then cp "$STAGE/offered.after" "$STAGE/offered"; fi
status=0
[ -f "$STAGE/$step.status" ] && status=$(cat "$STAGE/$step.status")
[ -f "$STAGE/$step" ] && cat "$STAGE/$step"
if [ "$step" = install ] && [ "$status" = 0 ]; then
    for word in "$@"; do case $word in -* | install) ;; *) echo "$word" >>"$STAGE/installed" ;; esac done
fi
exit "$status"
END
cat >"$bin/id" <<'END'
#!/bin/sh
cat "$STAGE/uid"
END
cat >"$bin/sleep" <<'END'
#!/bin/sh
exit 0
END
chmod +x "$bin"/*

# A stage on which everything works; a case then changes one thing.
set_stage() {
    rm -rf "$stage"
    mkdir -p "$stage"
    echo 0 >"$stage/uid"
    printf 'curl\n' >"$stage/installed"
    printf 'curl\ncmake\nlibboost1.81-dev 1.81.0\n' >"$stage/offered"
    printf 'Conflicts: bjam, libboost1.74-dev\n' >"$stage/show"
    printf 'ID=debian\n' >"$stage/os-release"
    : >"$stage/calls"
}

# ends CODE NAME [PACKAGE...]
ends() {
    code=$1
    name=$2
    shift 2
    status=0
    env STAGE="$stage" PATH="$bin:$PATH" TCDS_LOCK_WAIT=4 TCDS_OS_RELEASE="$stage/os-release" \
        sh -euc '. "$1"; shift; ensure_packages "to test" "$@"; echo went on' sh \
        "$root/deploy/packages.sh" "$@" >"$scratch/out" 2>&1 </dev/null || status=$?
    same "$name: exit code" "$code" "$status"
}
apt_calls() { cut -d' ' -f1-3 "$stage/calls" | tr '\n' ';'; }

set_stage
ends 0 "nothing is missing" curl
same "nothing is missing: apt-get is not called" "" "$(apt_calls)"

set_stage
ends 0 "one is missing" curl cmake
contains "one is missing: goes on" "$scratch/out" "went on"
passes "one is missing: never removes" grep -q 'install -y --no-remove --no-install-recommends cmake' "$stage/calls"
passes "one is missing: lists are there, no update" sh -c '! grep -q update "$1"' sh "$stage/calls"

set_stage
ends 0 "Boost 1.81 is offered" boost
contains "Boost 1.81 is offered" "$stage/installed" libboost1.81-dev
set_stage
printf 'libboost1.83-dev 1.83.0\nlibboost-dev 1.83.0\n' >"$stage/offered"
ends 0 "only Boost 1.83 is offered" boost
contains "only Boost 1.83 is offered" "$stage/installed" libboost1.83-dev
set_stage
printf 'libboost-dev 1.88.0\n' >"$stage/offered"
ends 0 "only a newer Boost is offered" boost
contains "only a newer Boost is offered" "$stage/installed" libboost-dev
set_stage
printf 'libboost-dev 1.74.0\n' >"$stage/offered"
ends 12 "only an older Boost is offered" boost
set_stage
printf 'libboost1.83-dev\n' >"$stage/installed"
ends 0 "Boost 1.83 is installed already" boost
same "Boost 1.83 is installed already: apt-get is not called" "" "$(apt_calls)"

set_stage
: >"$stage/offered"
printf 'libboost1.83-dev 1.83.0\n' >"$stage/offered.after"
ends 0 "no lists yet" boost
contains "no lists yet: update runs first, then decides" "$stage/installed" libboost1.83-dev

set_stage
echo 1000 >"$stage/uid"
mkdir -p "$scratch/nosudo"
for tool in dpkg-query apt-cache apt-get id; do ln -sf "$bin/$tool" "$scratch/nosudo/$tool"; done
for tool in sh env grep sed mktemp rm head tail tr cat cp cut dpkg; do
    ln -sf "$(command -v "$tool")" "$scratch/nosudo/$tool"
done
status=0
env STAGE="$stage" PATH="$scratch/nosudo" sh -euc '. "$1"; ensure_packages "to test" cmake' sh \
    "$root/deploy/packages.sh" >"$scratch/out" 2>&1 </dev/null || status=$?
same "no root and no sudo: exit code" 10 "$status"
contains "no root and no sudo" "$scratch/out" "there is no sudo. Fix: run as root: apt-get update"

# Node of any origin will do: what a site installed itself must not meet the packages.
# node_ends NAME   with the stand-ins and nothing else but the tools above
node_ends() {
    status=0
    env STAGE="$stage" PATH="$bin:$scratch/nosudo" sh -euc '. "$1"; ensure_node "to test"' sh \
        "$root/deploy/packages.sh" >"$scratch/out" 2>&1 </dev/null || status=$?
    same "$1: exit code" 0 "$status"
}
set_stage
printf 'nodejs\nnpm\n' >"$stage/offered"
node_ends "no Node"
contains "no Node: both packages" "$stage/calls" 'install -y --no-remove --no-install-recommends nodejs npm'
set_stage
for program in node npm; do
    printf '#!/bin/sh\n' >"$bin/$program"
    chmod +x "$bin/$program"
done
node_ends "Node is there"
same "Node is there: apt-get is not called" "" "$(apt_calls)"

set_stage
echo 1000 >"$stage/uid"
printf '#!/bin/sh\nexit 1\n' >"$bin/sudo"
chmod +x "$bin/sudo"
ends 10 "sudo wants a password and there is no terminal" cmake
contains "sudo wants a password" "$scratch/out" "sudo wants a password and there is no terminal"
printf '#!/bin/sh\n[ "$1" = -n ] && shift\nexec "$@"\n' >"$bin/sudo"
ends 0 "sudo without a password" cmake
rm "$bin/sudo"

set_stage
echo 100 >"$stage/install.status"
echo 'E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 4711 (apt-get)' >"$stage/install"
ends 11 "locked" cmake
contains "locked: says by whom" "$scratch/out" "held by process 4711"
contains "locked: waits first" "$scratch/out" "waiting up to 4 s"

set_stage
: >"$stage/offered"
ends 12 "not offered" cmake
contains "not offered: names it" "$scratch/out" "not offered by the package sources: cmake"
printf 'ID=ubuntu\n' >"$stage/os-release"
ends 12 "not offered, Ubuntu" cmake
contains "not offered, Ubuntu: names universe" "$scratch/out" "add-apt-repository universe"

set_stage
printf 'Remv libboost-all-dev [1.74]\nRemv libboost1.74-dev [1.74]\nInst libboost1.81-dev\n' >"$stage/plan"
ends 13 "a removal would be needed" boost
contains "a removal: names what is in the way" "$scratch/out" "in the way: libboost1.74-dev;"
contains "a removal: the line to run" "$scratch/out" "sudo apt-get install --no-install-recommends libboost1.81-dev"
passes "a removal: nothing was installed" sh -c '! grep -q "install -y" "$1"' sh "$stage/calls"

set_stage
: >"$stage/offered"
echo 100 >"$stage/update.status"
echo "E: Failed to fetch http://deb.example/dists/x  Temporary failure resolving 'deb.example'" >"$stage/update"
ends 14 "no network while reading lists" cmake
contains "no network" "$scratch/out" "the package server cannot be reached: Failed to fetch"
set_stage
echo 100 >"$stage/install.status"
echo "E: Failed to fetch http://deb.example/cmake.deb  Could not connect to deb.example:80" >"$stage/install"
ends 14 "no network while installing" cmake

set_stage
echo 100 >"$stage/install.status"
echo "E: dpkg was interrupted, you must manually run 'dpkg --configure -a'" >"$stage/install"
ends 15 "anything else" cmake
contains "anything else: shows what apt said" "$scratch/out" "dpkg was interrupted"

finish
