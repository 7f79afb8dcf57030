// A disk that stands still, and one that stands still again and again: a small ext4 that is frozen
// (`fsfreeze`), so that every write to it waits until it is thawed.
//
//   node stuck_disk.mjs BINARY CALL.json SCRATCH FSYNC     root, loop devices
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { finish, holds, holdsEveryAnswer, same } from './checks.mjs';
import { makeImage, mountImage, thawAtTheEnd } from './disk.mjs';
import { ask, callAgainAndAgain, callHook, isReady, start, stop, until } from './service.mjs';

const [binary, file, scratch, fsync] = process.argv.slice(2);
const body = readFileSync(file);
const mount = join(scratch, 'disk');
const directory = join(mount, 'audit');
const freeze = () => execFileSync('fsfreeze', ['--freeze', mount]);
const thaw = () => execFileSync('fsfreeze', ['--unfreeze', mount]);
const residentKib = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
const patience = 2500; // milliseconds: hiccups of the machine are shorter
const answered = [];
const note = ({ status, id }) => { if (status === 200) answered.push(id); };

makeImage(`${mount}.img`, 24);
mountImage(`${mount}.img`, mount);
const over = thawAtTheEnd(mount);
const service = await start(binary, { 'audit.directory': directory, 'audit.fsync': fsync,
    'audit.wait_ms': patience });
(await callAgainAndAgain(service.port, body, { enough: (all) => all.length >= 200 })).answers.forEach(note);
const before = residentKib(service.process.pid);

freeze();
// More than the service has threads, fewer than it has connections.
const agent = new http.Agent({ keepAlive: true, maxSockets: 200 });
const stuck = Array.from({ length: 200 }, () => callHook(service.port, body, { agent }).then((answer) => {
    note(answer);
    return answer;
}));
const first = await Promise.race(stuck);
same('a call whose record waits for the disk is refused', 503, first.status);
holds('not before its deadline', first.ms >= patience, `${first.ms} ms`);
const live = await ask(service.port, { path: '/healthz/live', timeout: 5000 });
same('others go on: the service is alive', 200, live.status);
same('and says that it is not ready', false, await isReady(service.port));
const discovery = await ask(service.port, { path: '/cds-services', timeout: 5000 });
same('and can be discovered', 200, discovery.status);
const more = await callAgainAndAgain(service.port, body, { connections: 32, enough: (all) => all.length >= 500 });
more.answers.forEach(note);
holds('whatever comes now is refused', more.answers.every(({ status }) => status === 503));
const grown = residentKib(service.process.pid) - before;
holds('memory stays bounded', grown < 16 * 1024, `${grown} KiB more`);
thaw();

const answers = await Promise.all(stuck);
holds('every call that waited was answered or refused', answers.every(({ status }) => status === 200 || status === 503));
await until('the service is ready again', () => isReady(service.port));
const after = await callHook(service.port, body);
same('and answers', 200, after.status);
note(after);

const begun = answered.length;
let busy = true;
const sleep = (ms) => new Promise((wake) => setTimeout(wake, ms));
const hiccups = (async () => {
    while (busy) {
        freeze();
        await sleep(100);
        thaw();
        await sleep(100);
    }
})();
const slow = await callAgainAndAgain(service.port, body, { enough: (all) => all.length >= 300 });
busy = false;
await hiccups;
over();
slow.answers.forEach(note);
holds('with a disk that is slow now and then every call is answered', answered.length - begun === slow.answers.length);
await stop(service);
const log = holdsEveryAnswer('after all that', binary, directory, answered);
finish(`fsync ${fsync}: answered ${answered.length}, refused ${answers.length + more.answers.length + slow.answers.length + 201 - answered.length}, ` +
    `records ${log.decisions.size}, lost ${log.lost}; ${grown} KiB more while the disk stood still`);
