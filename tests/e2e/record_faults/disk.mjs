// Disks of a test's own: images with an ext4, mounted through loop devices.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';

const run = (command, ...values) => execFileSync(command, values, { stdio: ['ignore', 'ignore', 'inherit'] });

/** Every block of the image is there: a disk in it can be written to while the one around it is full. */
export function makeImage(image, megabytes, ...options) {
    run('dd', 'if=/dev/zero', `of=${image}`, 'bs=1M', `count=${megabytes}`, 'status=none');
    run('mkfs.ext4', '-q', '-F', ...options, image);
}

export function mountImage(image, mount) {
    mkdirSync(mount, { recursive: true });
    run('mount', '-o', 'loop', image, mount);
}

export const unmount = (mount) => run('umount', mount);

/**
 * Thaws a file system that this process leaves frozen, also when it is killed and its children with
 * it: nobody could reach it any more, and whoever writes to it would wait for good.
 *
 * @return what to call when nothing will be frozen any more
 */
export function thawAtTheEnd(mount) {
    const guard = spawn('setsid', ['--fork', 'sh', '-c', `
        if read -r _ <&3; then exit; fi
        for _ in 0 1 2 3 4 5 6 7 8 9; do # it may still be about to freeze
            fsfreeze --unfreeze "$1" && exit
            sleep 0.2
        done`, 'sh', mount], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
    return () => guard.stdio[3].end('over\n');
}
