// A file system of one MiB fills up under load, and is freed again.
//
//   node disk_full.mjs BINARY CALL.json SCRATCH      in a mount namespace of its own
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { finish, holds, holdsEveryAnswer, same } from './checks.mjs';
import { ask, callAgainAndAgain, callHook, isReady, launch, says, start, stop, until } from './service.mjs';

const [binary, file, scratch] = process.argv.slice(2);
const body = readFileSync(file);
const room = 1024 * 1024;
const most = 2000; // calls until it must be full: each leaves some kilobytes
const counts = [];

/** A small file system; what else it holds is in `ballast`. */
function smallDisk(name) {
    const mount = join(scratch, name);
    mkdirSync(mount);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${room},mode=700`, 'tmpfs', mount]);
    const ballast = join(mount, 'ballast');
    return { directory: join(mount, 'audit'), fill: () => fill(ballast), free: () => rmSync(ballast), mount };
}

/** Takes every block that is left. */
function fill(ballast) {
    spawnSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=4096', 'oflag=append', 'conv=notrunc']);
}

const saysNoCard = ({ body: text }) => JSON.parse(text).resourceType === 'OperationOutcome';

async function refuse(fsync) {
    const disk = smallDisk(`refuse-${fsync}`);
    writeFileSync(join(disk.mount, 'ballast'), Buffer.alloc(room / 2));
    const service = await start(binary, { 'audit.directory': disk.directory, 'audit.fsync': fsync });
    same(`${fsync}: ready at first`, true, await isReady(service.port));

    let refused = 0;
    const { answers } = await callAgainAndAgain(service.port, body, { enough: (all) => all.length > most || refused > 40,
        onAnswer: ({ status }) => { if (status === 503) ++refused; } });
    const kept = answers.filter(({ status }) => status === 200);
    const others = answers.filter(({ status }) => status !== 200);
    holds(`${fsync}: calls were refused once the disk was full`, refused > 40, refused);
    holds(`${fsync}: some were answered before`, kept.length > 10, kept.length);
    holds(`${fsync}: all others were refused with 503`, others.every(({ status }) => status === 503));
    holds(`${fsync}: no card left with a refusal`, others.every(saysNoCard));
    disk.fill();
    same(`${fsync}: a call on a disk without a free block`, 503, (await callHook(service.port, body)).status);
    same(`${fsync}: not ready while it is full`, false, await isReady(service.port));
    holds(`${fsync}: the operations log says what to do`, await says(service, 'No space left'), '');

    disk.free();
    await until('the service is ready again, without any call', () => isReady(service.port));
    const after = await callHook(service.port, body);
    same(`${fsync}: answered again without a restart`, 200, after.status);
    await stop(service);
    const answered = [...kept, after].map(({ id }) => id);
    const log = holdsEveryAnswer(`${fsync}, disk full`, binary, disk.directory, answered);
    counts.push(`fsync ${fsync}: answered ${answered.length}, refused ${others.length + 1}, ` +
        `records ${log.decisions.size}, lost ${log.lost}`);
}

async function goOn() {
    const disk = smallDisk('continue');
    const service = await start(binary, { 'audit.directory': disk.directory, 'audit.on_failure': 'continue' });
    const before = await callHook(service.port, body);
    disk.fill();
    const answers = [];
    for (let i = 0; i < 200; ++i) answers.push(await callHook(service.port, body));
    holds('continue: every call is answered', answers.every(({ status }) => status === 200));
    holds('continue: with its cards', answers.every(({ body: text }) => JSON.parse(text).cards.length > 0));
    same('continue: not ready, for records are being lost', false, await isReady(service.port));
    disk.free();
    await until('it is ready again', () => isReady(service.port));
    const after = await callHook(service.port, body);
    await stop(service);

    const log = holdsEveryAnswer('continue', binary, disk.directory, [before.id, after.id]);
    const lost = answers.filter(({ id }) => !log.decisions.has(id)).length;
    holds('continue: records were lost', lost > 0);
    same('continue: the log itself says how many', lost, log.records.find(({ type }) => type === 'stop').lost);
    same('continue: the operations log names each loss', lost, service.output().split('record lost').length - 1);
    counts.push(`continue: answered ${answers.length + 2}, records ${log.decisions.size}, lost and counted ${lost}`);
}

async function startOnAFullDisk() {
    const disk = smallDisk('start');
    mkdirSync(disk.directory);
    disk.fill();
    const service = launch(binary, { 'audit.directory': disk.directory });
    await service.listens;
    same('a start on a full disk ends with the code of a configuration', 78, (await service.ended).code);
    holds('and says what is in the way', service.output().includes('free space'), service.output());
    disk.free();
    const again = await start(binary, { 'audit.directory': disk.directory });
    const { id } = await callHook(again.port, body);
    await stop(again);
    holdsEveryAnswer('after the disk was freed', binary, disk.directory, [id]);
}

for (const fsync of ['interval', 'always', 'never']) await refuse(fsync);
await goOn();
await startOnAFullDisk();
finish(counts.join('\n'));
