// A directory that cannot be written: at the start, and when the kernel makes the file system
// read-only because the disk has errors (errors=remount-ro of ext4).
//
//   node read_only.mjs BINARY CALL.json SCRATCH      root, loop devices
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { finish, holds, holdsEveryAnswer, same } from './checks.mjs';
import { callHook, isReady, launch, says, start, stop } from './service.mjs';

const [binary, file, scratch] = process.argv.slice(2);
const body = readFileSync(file);
const mount = join(scratch, 'disk');
const directory = join(mount, 'audit');
// What was not synced goes with the error, as with a power cut.
const settings = { 'audit.directory': directory, 'audit.fsync': 'always' };
const run = (command, ...values) => execFileSync(command, values, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

/** The ext4 that was mounted last: where the kernel lets a test report an error to it. */
function reportDiskError() {
    const device = run('findmnt', '-n', '-o', 'SOURCE', mount).trim().replace('/dev/', '');
    const trigger = `/sys/fs/ext4/${device}/trigger_fs_error`;
    if (!existsSync(trigger)) return false;
    writeFileSync(trigger, 'a test');
    return true;
}

async function refusesToStart(how) {
    const service = launch(binary, settings);
    await service.listens;
    service.process.kill();
    same(`${how}: exit code`, 78, (await service.ended).code);
    holds(`${how}: the message says so`, service.output().includes('Read-only file system'), service.output());
}

mkdirSync(mount);
run('dd', 'if=/dev/zero', `of=${mount}.img`, 'bs=1M', 'count=16', 'status=none');
run('mkfs.ext4', '-q', `${mount}.img`);
run('mount', '-o', 'loop,errors=remount-ro', `${mount}.img`, mount);
let service = await start(binary, settings);
const answers = [];
for (let i = 0; i < 5; ++i) answers.push(await callHook(service.port, body));
const reported = reportDiskError();
if (reported) {
    const refused = await callHook(service.port, body);
    same('once the file system is read-only a call is refused', 503, refused.status);
    same('and has no cards', 'OperationOutcome', JSON.parse(refused.body).resourceType);
    same('the service is not ready', false, await isReady(service.port));
    holds('the operations log says why', await says(service, 'Read-only file system'), service.output());
}
service.process.kill('SIGKILL');
await service.ended;
if (!reported) run('mount', '-o', 'remount,ro', mount);
await refusesToStart('start on a read-only file system');
const before = readdirSync(directory).join();

run('umount', mount);
run('mount', '-o', 'loop', `${mount}.img`, mount);
same('nothing was removed', before, readdirSync(directory).join());
service = await start(binary, settings);
answers.push(await callHook(service.port, body));
await stop(service);
holdsEveryAnswer('after the repair', binary, directory, answers.map(({ id }) => id));
finish(reported ? '' : 'this kernel takes no reports of disk errors: only the start was tried');
