// Reads a decision log without any code of the service: what it says of its files is checked against
// the bytes.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const tail = /,"hash":"([0-9a-f]{64})"\}$/;

/** decisions-2026-03-03.jsonl, then decisions-2026-03-03.2.jsonl; each may end in .gz. Of a file that is there twice,
 *  because its compression was interrupted, the plain one counts. */
export function logFiles(directory) {
    const shape = /^decisions-(\d{4}-\d\d-\d\d)(?:\.(\d+))?\.jsonl(?:\.gz)?$/;
    const names = readdirSync(directory);
    return names.filter((name) => !name.endsWith('.gz') || !names.includes(name.slice(0, -3)))
        .map((name) => shape.exec(name)).filter(Boolean)
        .sort((a, b) => a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : Number(a[2] ?? 1) - Number(b[2] ?? 1))
        .map(([name]) => name);
}

const textOf = (path) => {
    const bytes = readFileSync(path);
    return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
};

/**
 * @return {records, decisions: Map of decision id to its number of records, faults: what is wrong}
 */
export function readLog(directory) {
    const records = [];
    const faults = [];
    let before = { seq: 0, hash: '0'.repeat(64) };
    for (const name of logFiles(directory)) {
        const text = textOf(join(directory, name));
        if (text.length > 0 && !text.endsWith('\n')) faults.push(`${name} ends inside a line`);
        text.split('\n').slice(0, -1).forEach((line, index) => {
            const record = parsed(line);
            if (!record) return faults.push(`${name}:${index + 1} is not JSON`);
            if (record.hash !== createHash('sha256').update(line.replace(tail, '}')).digest('hex'))
                faults.push(`${name}:${index + 1} does not give its hash`);
            if (record.seq !== before.seq + 1) faults.push(`${name}:${index + 1} is ${record.seq} after ${before.seq}`);
            if (record.prev !== before.hash) faults.push(`${name}:${index + 1} does not continue the chain`);
            before = record;
            records.push({ ...record, file: name });
        });
    }
    const decisions = new Map();
    for (const { type, decisionId } of records)
        if (type === 'decision') decisions.set(decisionId, (decisions.get(decisionId) ?? 0) + 1);
    return { records, decisions, faults };
}

function parsed(line) {
    try {
        return JSON.parse(line);
    } catch {
        return undefined;
    }
}

/** Exit code and words of `twitch-cds audit verify`. */
export function verify(binary, directory) {
    const { status, stdout, stderr } = spawnSync(binary, ['audit', 'verify', '--directory', directory], { encoding: 'utf8' });
    return { status, text: stdout + stderr };
}
