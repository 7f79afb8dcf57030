// A disk that dies under the running service: an ext4 that is told to (EXT4_IOC_SHUTDOWN), so that
// from then on every request ends with EIO and nothing more is written.
//
// This is no power cut. A transaction of the journal that the end overtakes is dropped, and counts as
// done; an fdatasync that asks for it only then finds nothing to wait for and returns success, though
// its bytes were never written (seen with Linux 6.18). Who asked before the disk died was told the
// truth; of an answer while it dies nobody can promise anything. So the claims are about the first.
//
//   node dead_disk.mjs BINARY CALL.json SCRATCH FSYNC DEATHS     FSYNC: always, interval
//                                                                root, loop devices
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { finish, holds, holdsEveryAnswer, same } from './checks.mjs';
import { makeImage, mountImage, unmount } from './disk.mjs';
import { callAgainAndAgain, callHook, isReady, says, start, stop } from './service.mjs';

const [binary, file, scratch, fsync, deaths] = process.argv.slice(2);
const body = readFileSync(file);
const image = join(scratch, 'disk.img');
const mount = join(scratch, 'disk');
const directory = join(mount, 'audit');
const interval = 200; // milliseconds, audit.fsync_ms
const window = { always: 0, interval: 2000 }[fsync]; // as in power_cut.mjs
const pause = { always: 0, interval: 20 }[fsync];    // the load fills no disk
const settings = { 'audit.directory': directory, 'audit.fsync': fsync, 'audit.fsync_ms': interval };
const total = { answered: 0, promised: 0, lost: 0, meanwhile: 0, refused: 0 };

/** Calls go on meanwhile. From linux/ext4.h: _IOR('X', 125, __u32), EXT4_GOING_FLAGS_NOLOGFLUSH = 2. */
const killDisk = () => promisify(execFile)('perl', ['-e',
    'open(my $d, "<", $ARGV[0]) or die "$!"; my $how = pack("L", 2); ioctl($d, 0x8004587d, $how) or die "$!"', mount]);

/** The ids that had to be on the disk before it died, and those that were answered later. */
async function callUntilDead() {
    const service = await start(binary, settings);
    const begun = performance.now();
    let dies;
    let diesAt;
    const { answers } = await callAgainAndAgain(service.port, body, {
        pause,
        enough: (all) => all.at(-1)?.status === 503,
        onAnswer: (answer, all) => {
            answer.at = performance.now();
            if (dies || all.length < 100 || answer.at - begun < window + interval) return;
            diesAt = answer.at;
            dies = killDisk();
        },
    });
    await dies;
    holds('once the disk is dead calls are refused, with 503 and nothing else', answers.some(({ status }) => status === 503) &&
        answers.every(({ status }) => status === 200 || status === 503));
    const refused = await callHook(service.port, body);
    same('and so is the next one', 503, refused.status);
    same('which has no cards', 'OperationOutcome', JSON.parse(refused.body).resourceType);
    same('the service is not ready', false, await isReady(service.port));
    holds('the operations log says why', await says(service, 'Input/output error'), service.output());
    service.process.kill('SIGKILL');
    await service.ended;
    const answered = answers.filter(({ status }) => status === 200);
    total.refused += answers.length - answered.length;
    const old = ({ at }) => diesAt - at >= window;
    return { before: answered.filter(old).map(({ id }) => id), after: answered.filter((answer) => !old(answer)).map(({ id }) => id) };
}

makeImage(image, 64);
mountImage(image, mount);
const kept = [];
for (let death = 1; death <= Number(deaths); ++death) {
    const { before, after } = await callUntilDead();
    unmount(mount);
    mountImage(image, mount);
    const again = await start(binary, settings);
    const { id } = await callHook(again.port, body);
    await stop(again);
    kept.push(...before, id);
    const log = holdsEveryAnswer(`death ${death}`, binary, directory, kept);
    const found = after.filter((each) => log.decisions.has(each));
    kept.push(...found);
    total.lost += log.lost;
    total.promised += before.length + 1;
    total.answered += before.length + after.length + 1;
    total.meanwhile += after.length - found.length;
}
unmount(mount);
finish(`fsync ${fsync}: ${deaths} deaths of a disk, calls answered ${total.answered}, of these to be found ${total.promised}, lost ${total.lost}; ` +
    `answered while it died and not found ${total.meanwhile}; refused ${total.refused}`);
