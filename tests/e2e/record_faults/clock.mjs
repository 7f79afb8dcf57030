// The clock of the host steps forwards and backwards, over midnight too, under load.
//
//   node clock.mjs BINARY CALL.json SCRATCH SHIM     SHIM: set_clock.c as a shared library
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { finish, holds, holdsEveryAnswer, same } from './checks.mjs';
import { logFiles } from './records.mjs';
import { callAgainAndAgain, start, stop } from './service.mjs';

const [binary, file, scratch, shim] = process.argv.slice(2);
const body = readFileSync(file);
const directory = join(scratch, 'audit');
const offsetFile = openSync(join(scratch, 'offset'), 'w+');
const environment = { LD_PRELOAD: shim, TCDS_CLOCK_OFFSET: join(scratch, 'offset') };
const answered = [];
const callsAStep = 40;
let offset = 0n;

function setOffset(seconds) {
    offset = seconds;
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(seconds);
    writeSync(offsetFile, bytes, 0, 8, 0);
}

/** Offset at which the host's clock stands `seconds` after midnight, `days` from today. */
function offsetOf(days, seconds) {
    const now = Math.floor(Date.now() / 1000);
    return BigInt(now - now % 86400 + days * 86400 + seconds - now);
}

const dayAt = (seconds) => new Date(Date.now() + Number(seconds) * 1000).toISOString().slice(0, 10);

async function callAt(service, days, seconds) {
    setOffset(offsetOf(days, seconds));
    const { answers, broken } = await callAgainAndAgain(service.port, body, { connections: 4, enough: (all) => all.length >= callsAStep });
    holds(`day ${days}, second ${seconds}: every call is answered`, broken === 0 && answers.every(({ status }) => status === 200));
    answered.push(...answers.map(({ id }) => id));
}

setOffset(offsetOf(0, 43200));
let service = await start(binary, { 'audit.directory': directory }, environment);
const today = dayAt(offset);
await callAt(service, 0, 43200);
await callAt(service, 0, 3600);   // eleven hours back
await callAt(service, -1, 43200); // to yesterday: no older file
await callAt(service, 0, 86399);  // the last second of the day: midnight comes under load
const half = callAgainAndAgain(service.port, body, { connections: 4, enough: (all) => all.length >= 20 * callsAStep,
    onAnswer: (_, all) => { if (all.length % callsAStep === 0) setOffset(offsetOf(1, (all.length / callsAStep) % 2 ? 1 : -1)); } });
answered.push(...(await half).answers.map(({ id }) => id)); // to and fro over midnight
await callAt(service, 1, 3600);
await callAt(service, 0, 3600);   // back over it: the file of the new day goes on
service.process.kill('SIGKILL');
await service.ended;

service = await start(binary, { 'audit.directory': directory }, environment); // and across a restart
await callAt(service, 0, 7200);
await callAt(service, 3, 7200);   // days without a call have no file
await callAt(service, -400, 0);
await stop(service);

const log = holdsEveryAnswer('after every step', binary, directory, answered);
setOffset(offsetOf(0, 43200));
same('files', [today, dayAt(offsetOf(1, 43200)), dayAt(offsetOf(3, 43200))].map((day) => `decisions-${day}.jsonl`).join(),
    logFiles(directory).map((name) => name.replace(/\.gz$/, '')).join());
const backwards = log.records.filter(({ ts }, i) => i > 0 && ts < log.records[i - 1].ts).length;
holds('times stand in the records as the clock gave them, also when it went back', backwards >= 5, backwards);
finish(`clock stepped ${backwards} times back: calls answered ${answered.length}, records ${log.decisions.size}, lost ${log.lost}`);
