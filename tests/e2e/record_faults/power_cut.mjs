// The power fails: an ext4 that is shut down without its journal (EXT4_IOC_SHUTDOWN), so that only
// what had been forced to disk is there when it is mounted again. And a disk that fails (EIO), which
// is what the running service sees of it.
//
//   node power_cut.mjs BINARY CALL.json SCRATCH ROUNDS      root, loop devices
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { finish, holds, holdsEveryAnswer, same } from './checks.mjs';
import { callAgainAndAgain, callHook, isReady, start, stop } from './service.mjs';

const [binary, file, scratch, rounds] = process.argv.slice(2);
const body = readFileSync(file);
const mount = join(scratch, 'disk');
const directory = join(mount, 'audit');
const interval = 200; // milliseconds, audit.fsync_ms
const pause = 2000;   // far more than that
const notes = [];

function makeDisk() {
    mkdirSync(mount, { recursive: true });
    execFileSync('dd', ['if=/dev/zero', `of=${mount}.img`, 'bs=1M', 'count=48'], { stdio: 'ignore' });
    execFileSync('mkfs.ext4', ['-q', '-F', `${mount}.img`]);
    mountDisk();
}
const mountDisk = () => execFileSync('mount', ['-o', 'loop', `${mount}.img`, mount]);
const unmount = () => execFileSync('umount', [mount]);

/** From linux/ext4.h: _IOR('X', 125, __u32), EXT4_GOING_FLAGS_NOLOGFLUSH = 2. */
const cutPower = () => execFileSync('perl', ['-e',
    'open(my $d, "<", $ARGV[0]) or die "$!"; my $how = pack("L", 2); ioctl($d, 0x8004587d, $how) or die "$!"', mount]);

/** Calls, a pause in which all of it gets to the disk where that is promised, and a cut under load. */
async function loadUntilCut(settings) {
    const service = await start(binary, settings);
    const early = (await callAgainAndAgain(service.port, body, { enough: (all) => all.length >= 50 })).answers;
    if (settings['audit.fsync'] === 'interval') await new Promise((wake) => setTimeout(wake, pause));
    let cut = false;
    const late = (await callAgainAndAgain(service.port, body, {
        enough: (all) => all.at(-1)?.status === 503,
        onAnswer: (_, all) => {
            if (cut || all.length < 50) return;
            cut = true;
            cutPower();
        },
    })).answers;
    holds('once the disk is gone calls are refused, with 503 and nothing else', late.some(({ status }) => status === 503) &&
        [...early, ...late].every(({ status }) => status === 200 || status === 503));
    same('the service is not ready', false, await isReady(service.port));
    service.process.kill('SIGKILL');
    await service.ended;
    return { early: idsOf(early), late: idsOf(late) };
}

const idsOf = (answers) => answers.filter(({ status }) => status === 200).map(({ id }) => id);

for (const fsync of ['always', 'interval', 'never']) {
    makeDisk();
    const settings = { 'audit.directory': directory, 'audit.fsync': fsync, 'audit.fsync_ms': interval };
    let kept = [];
    let lost = 0;
    for (let round = 1; round <= Number(rounds); ++round) {
        const { early, late } = await loadUntilCut(settings);
        unmount();
        mountDisk();
        const again = await start(binary, settings);
        const { id } = await callHook(again.port, body);
        await stop(again);
        const promised = { always: [...kept, ...early, ...late, id], interval: [...kept, ...early, id], never: [id] }[fsync];
        const log = holdsEveryAnswer(`fsync ${fsync}, power cut ${round}`, binary, directory, promised);
        const all = [...kept, ...early, ...late, id];
        kept = all.filter((each) => log.decisions.has(each));
        lost += all.length - kept.length;
    }
    notes.push(`fsync ${fsync}: ${rounds} power cuts, records kept ${kept.length}, lost with the power ${lost}`);
    unmount();
}
finish(notes.join('\n'));
