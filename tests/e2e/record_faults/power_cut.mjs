// The power fails while calls are being answered.
//
// The disk of the log is an image inside another ext4, which is frozen at that moment (`fsfreeze`):
// from then on no write reaches the image, and whoever waits for one waits, as when nobody is there
// any more. What the image holds now is what a machine finds when the power is back: it is copied,
// the service is killed before it can go on, and started again on the copy. Whatever the service
// answered, before or after, had to be in the image before it was answered. What the test does not
// show is a disk that forgets writes which it had confirmed: frozen, the outer ext4 keeps them all.
//
//   node power_cut.mjs BINARY CALL.json SCRATCH FSYNC CUTS [NAME=VALUE...]    root, two loop devices
import { execFile } from 'node:child_process';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { finish, holds, holdsEveryAnswer } from './checks.mjs';
import { makeImage, mountImage, thawAtTheEnd, unmount } from './disk.mjs';
import { callAgainAndAgain, callHook, start, stop } from './service.mjs';

const [binary, file, scratch, fsync, cuts, ...given] = process.argv.slice(2);
const body = readFileSync(file);
const outer = join(scratch, 'outer');
const image = join(outer, 'disk.img');
const copy = join(scratch, 'copy.img');
const mount = join(scratch, 'disk');
const directory = join(mount, 'audit');
const interval = 200;   // milliseconds, audit.fsync_ms
const window = 2000;    // that, and the syncs before and after it, on a busy machine
const pauses = { always: 0, interval: 20, never: 0 }; // of a connection: the load fills no disk
const cutsADisk = 5;    // every line on it is read after each cut
const megabytes = 64;
const settings = { 'audit.directory': directory, 'audit.fsync': fsync, 'audit.fsync_ms': interval,
    ...Object.fromEntries(given.map((setting) => setting.split('='))) };
const total = { answered: 0, found: 0, lost: 0, unanswered: 0, torn: 0, files: 0, oldest: 0 };

function makeDisk() {
    makeImage(`${outer}.img`, megabytes + 8, '-O', '^has_journal', '-m', '0');
    mountImage(`${outer}.img`, outer);
    makeImage(image, megabytes);
    mountImage(image, mount);
}

function removeDisk() {
    unmount(mount);
    unmount(outer);
}

/** Calls go on meanwhile. */
const cutPower = (pid) => promisify(execFile)('sh', ['-ec',
    `trap 'kill -9 "$4"; fsfreeze --unfreeze "$1"' EXIT
     fsfreeze --freeze "$1"
     cp "$2" "$3"`, 'sh', outer, image, copy, String(pid)]);

/** The service is gone, the disk holds what it held at the cut. */
function powerIsBack() {
    unmount(mount);
    copyFileSync(copy, image);
    mountImage(image, mount);
}

/** The answers, `age` is how many milliseconds before the cut each arrived, negative after it. */
async function callUntilCut() {
    const service = await start(binary, settings);
    const begun = performance.now();
    const wanted = 50 + Math.floor(Math.random() * 100);
    const shortest = fsync === 'interval' ? window + interval + Math.random() * interval : 0;
    let cut;
    let cutAt = Infinity;
    const { answers, broken } = await callAgainAndAgain(service.port, body, {
        pause: pauses[fsync],
        enough: () => false, // until the service is gone
        onAnswer: (answer, all) => {
            answer.at = performance.now();
            if (cut || all.length < wanted || answer.at - begun < shortest) return;
            cutAt = answer.at;
            cut = cutPower(service.process.pid);
        },
    });
    await cut;
    holds('the service ended by the kill alone', (await service.ended).signal === 'SIGKILL', service.output());
    holds('until the cut every call was answered with 200', answers.every(({ status, at }) => status === 200 || at > cutAt));
    total.unanswered += broken;
    return answers.filter(({ status }) => status === 200).map(({ id, at }) => ({ id, age: cutAt - at }));
}

const promised = {
    always: () => true,
    interval: ({ age }) => age > window,
    never: () => false,
}[fsync];

async function cutAgainAndAgain(times) {
    let kept = []; // what a cut before this one left
    for (let cut = 1; cut <= times; ++cut) {
        const answers = await callUntilCut();
        powerIsBack();
        const again = await start(binary, settings);
        const { id } = await callHook(again.port, body);
        await stop(again);
        if (fsync === 'never') kept = []; // nor did anybody sync that
        const log = holdsEveryAnswer(`power cut ${cut}`, binary, directory,
            [...kept, ...answers.filter(promised).map((answer) => answer.id), id]);
        const lost = answers.filter((answer) => !log.decisions.has(answer.id));
        kept = [...kept, ...answers.map((answer) => answer.id), id].filter((each) => log.decisions.has(each));
        total.answered += answers.length + 1;
        total.found += answers.length + 1 - lost.length;
        total.lost += lost.length;
        total.oldest = Math.max(total.oldest, ...lost.map(({ age }) => age));
        if (cut < times) continue;
        total.torn += log.records.filter(({ type, torn }) => type === 'start' && torn > 0).length;
        total.files += new Set(log.records.map((record) => record.file)).size;
    }
}

for (let left = Number(cuts); left > 0; left -= cutsADisk) {
    makeDisk();
    const over = thawAtTheEnd(outer);
    await cutAgainAndAgain(Math.min(left, cutsADisk));
    over();
    removeDisk();
}
// Otherwise the cuts cut nothing, and the other promises are not tried.
if (fsync === 'never') holds('what nobody synced goes with the power', total.lost > 0);
finish(`fsync ${fsync} ${given.join(' ')}: ${cuts} power cuts, calls answered ${total.answered}, records found ${total.found}, ` +
    `lost ${total.lost}${total.lost > 0 ? ` (the oldest answered ${Math.round(total.oldest)} ms before the cut)` : ''}; ` +
    `calls cut off ${total.unanswered}, torn lines taken away ${total.torn}, files ${total.files}`);
