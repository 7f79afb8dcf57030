#!/bin/sh
# No record of an answered call is lost, whatever happens to the process, the disk or the clock.
#
#   record_faults_test.sh ROOT BINARY FAULT [ARGUMENT...]     FAULT: kills, ...     needs node
#
# Exit code 77: this machine does not permit what the test needs.
set -eu
root=$1
binary=$2
fault=$3
shift 3

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

"$root/deploy/samples/fill.sh" "$root/deploy/samples/patient-view.json" >"$scratch/call.json"
XDG_STATE_HOME=$scratch/state
export XDG_STATE_HOME

skip() {
    printf 'SKIPPED: %s\n' "$1"
    exit 77
}

# in_own_mounts COMMAND...   mounts of its own, which end with the command, however it ends
in_own_mounts() {
    for own in "unshare --mount" "unshare --map-root-user --mount"; do
        # shellcheck disable=SC2086  # words, not one
        if $own mount -t tmpfs tmpfs "$scratch" 2>/dev/null; then
            $own "$@"
            return
        fi
    done
    skip "a tmpfs cannot be mounted here: root or user namespaces are needed"
}

play() { node "$root/tests/e2e/record_faults/$fault.mjs" "$binary" "$scratch/call.json" "$scratch" "$@"; }

# Disks of its own: root, mkfs.ext4, and free loop devices, one disk in the other, which can be frozen.
needs_disks() {
    command -v mkfs.ext4 >/dev/null || skip "mkfs.ext4 (package e2fsprogs) is needed"
    command -v fsfreeze >/dev/null || skip "fsfreeze (package util-linux) is needed"
    mkdir "$scratch/try"
    # shellcheck disable=SC2016  # the inner shell expands
    unshare --mount sh -ec '
        mount_disk() {
            dd if=/dev/zero of="$1.img" bs=1M count="$2"
            mkfs.ext4 -q "$1.img"
            mkdir "$1"
            mount -o loop "$1.img" "$1"
        }
        mount_disk "$1/outer" 16
        mount_disk "$1/outer/inner" 4
        fsfreeze --freeze "$1/outer"
        fsfreeze --unfreeze "$1/outer"' sh "$scratch/try" 2>/dev/null ||
        skip "a loop device cannot be mounted here: root and two free loop devices are needed"
    rm -rf "$scratch/try"
}

case $fault in
    kills | cut | clock | vanished) play "$@" ;;
    power_cut | dead_disk | stuck_disk | read_only)
        needs_disks
        in_own_mounts node "$root/tests/e2e/record_faults/$fault.mjs" "$binary" "$scratch/call.json" "$scratch" "$@"
        ;;
    *) in_own_mounts node "$root/tests/e2e/record_faults/$fault.mjs" "$binary" "$scratch/call.json" "$scratch" "$@" ;;
esac
