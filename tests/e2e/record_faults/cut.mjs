// The end of the log as a power cut leaves it: cut at every byte of the last record. And damage that
// no power cut makes, which must not be mended in silence.
//
//   node cut.mjs BINARY CALL.json SCRATCH [STEP]      STEP: bytes between two cuts, default 1
import { copyFileSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { finish, holds, holdsEveryAnswer, same } from './checks.mjs';
import { readLog, logFiles, verify } from './records.mjs';
import { callHook, launch, start } from './service.mjs';

const [binary, file, scratch, step = '1'] = process.argv.slice(2);
const body = readFileSync(file);
const directory = join(scratch, 'audit');
const kept = join(scratch, 'kept.jsonl');

/** A log of three decisions; killed, so that a decision is the last line. */
async function makeLog() {
    const service = await start(binary, { 'audit.directory': directory });
    const ids = [];
    for (let i = 0; i < 3; ++i) ids.push((await callHook(service.port, body)).id);
    service.process.kill('SIGKILL');
    await service.ended;
    return ids;
}

/** Restores the log, spoils it, and starts the service on it. */
async function startOn(spoil) {
    copyFileSync(kept, path);
    spoil(path);
    const service = launch(binary, { 'audit.directory': directory });
    const port = await service.listens;
    service.process.kill('SIGKILL');
    return { listened: port !== 0, code: (await service.ended).code, output: service.output() };
}

const ids = await makeLog();
const [name] = logFiles(directory);
const path = join(directory, name);
copyFileSync(path, kept);
const bytes = readFileSync(kept);
const lastLine = bytes.lastIndexOf('\n', bytes.length - 2) + 1;
const linesBefore = bytes.subarray(0, lastLine).filter((byte) => byte === 10).length;

/** Both ends of the line, where it is decided, and places in between. */
function placesToCut() {
    const places = new Set([lastLine, lastLine + 1, bytes.length - 3, bytes.length - 2, bytes.length - 1]);
    for (let at = lastLine; at < bytes.length; at += Number(step)) places.add(at);
    return [...places];
}

async function cutEverywhere() {
    let cuts = 0;
    for (const at of placesToCut()) {
        const { listened, output } = await startOn((log) => truncateSync(log, at));
        ++cuts;
        if (!listened) return holds(`the service starts on a log cut at byte ${at}`, false, output);
        const { records, faults } = readLog(directory);
        const torn = at - lastLine;
        same(`cut at byte ${at}: lines are whole and chained`, '', faults.join('; '));
        same(`cut at byte ${at}: what came before is there`, ids.slice(0, 2).join(),
            records.filter(({ type }) => type === 'decision').map(({ decisionId }) => decisionId).join());
        const next = records[linesBefore];
        same(`cut at byte ${at}: start comes next`, 'start', next?.type);
        same(`cut at byte ${at}: start says how many bytes went`, torn === 0 ? undefined : torn, next?.torn);
        if (cuts % 500 === 1) holdsEveryAnswer(`cut at byte ${at}`, binary, directory, ids.slice(0, 2));
    }
    return cuts;
}

/** The start is refused, says where, and leaves every byte as it is. */
async function isRefused(damage, change) {
    const spoilt = change(Buffer.from(bytes));
    const { listened, code, output } = await startOn((log) => writeFileSync(log, spoilt));
    same(`${damage}: no start`, false, listened);
    same(`${damage}: exit code`, 78, code);
    holds(`${damage}: the message names the file and what to do`, output.includes(name) && output.includes('audit verify'), output);
    holds(`${damage}: the file is left as it was`, readFileSync(path).equals(spoilt));
    same(`${damage}: audit verify finds it`, 1, verify(binary, directory).status);
}

const flipAt = (at) => (log) => { log[at] ^= 1; return log; };
const without = (from, to) => (log) => Buffer.concat([log.subarray(0, from), log.subarray(to)]);
const zeroed = (from, to) => (log) => log.fill(0, from, to);

const cuts = await cutEverywhere();
await isRefused('a changed letter in the last line', flipAt(lastLine + 500));
await isRefused('a hole in the last line', without(lastLine + 500, lastLine + 600));
await isRefused('zeros in the last line', zeroed(lastLine + 500, lastLine + 900));

// So is damage since the log last stated its tree, which a start reads again.
const firstLine = bytes.indexOf('\n') + 1;
await isRefused('a changed letter in a line before', flipAt(firstLine + 500));
rmSync(directory, { recursive: true });
finish(`last line of ${bytes.length - lastLine} bytes, started on ${cuts} cuts of it`);
