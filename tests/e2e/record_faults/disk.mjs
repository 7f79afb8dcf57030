// Disks of a test's own: images with an ext4, mounted through loop devices.
import { execFileSync } from 'node:child_process';
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
