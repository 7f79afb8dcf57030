// Somebody removes, moves, cuts or writes to the log under the running service.
//
//   node vanished.mjs BINARY CALL.json SCRATCH
import { appendFileSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { finish, holds, holdsEveryAnswer, same } from './checks.mjs';
import { logFiles, readLog, verify } from './records.mjs';
import { callHook, isReady, start, stop, until } from './service.mjs';

const [binary, file, scratch] = process.argv.slice(2);
const body = readFileSync(file);
const elsewhere = join(scratch, 'elsewhere');
const calls = 3; // before and after
const idsOf = (answers) => answers.filter(({ status }) => status === 200).map(({ id }) => id);

async function callSome(service) {
    const answers = [];
    for (let i = 0; i < calls; ++i) answers.push(await callHook(service.port, body));
    return answers;
}

async function startIn(name) {
    const directory = join(scratch, name);
    const service = await start(binary, { 'audit.directory': directory });
    const before = await callSome(service);
    return { directory, service, before: idsOf(before), path: join(directory, logFiles(directory)[0]) };
}

/** Nothing that is answered from now on may go where nobody finds it; what went is told by verify. */
async function goesOnInTheNextFile(name, spoil, mend) {
    const { directory, service, before, path } = await startIn(name);
    spoil(path);
    const after = [];
    await until(`${name}: the log goes on in another file`, async () => {
        after.push(...await callSome(service));
        return logFiles(directory).some((next) => next.endsWith('.2.jsonl'));
    });
    after.push(...await callSome(service));
    same(`${name}: calls are answered`, after.length, idsOf(after).length);
    same(`${name}: the service is ready`, true, await isReady(service.port));
    await stop(service);
    const next = logFiles(directory).at(-1);
    holds(`${name}: the log goes on in another file`, /\.2\.jsonl$/.test(next), next);
    const { decisions, records } = readLog(directory);
    if (!mend) same(`${name}: each call after it has its record`, '', idsOf(after).filter((id) => decisions.get(id) !== 1).join());
    same(`${name}: the file begins with why`, 'lost', records.find((record) => record.file === next).cause);
    if (mend) {
        mend(path);
        holdsEveryAnswer(`${name}, put back`, binary, directory, [...before, ...idsOf(after)]);
        return;
    }
    same(`${name}: audit verify finds it`, 1, verify(binary, directory).status);
    const again = await start(binary, { 'audit.directory': directory });
    same(`${name}: the service starts on what is left`, 200, (await callHook(again.port, body)).status);
    await stop(again);
    same(`${name}: and mends nothing`, 1, verify(binary, directory).status);
}

/** Another directory has no lock and no chain: nothing may be written there. */
async function refusesUntilItIsBack(name, takeAway, putBack) {
    const { directory, service, before } = await startIn(name);
    takeAway(directory);
    const seen = []; // in the moved directory, until the service looks where it is
    await until(`${name}: calls are refused`, async () => {
        const answer = await callHook(service.port, body);
        if (answer.status === 200) seen.push(answer.id);
        return answer.status === 503;
    });
    const refused = await callSome(service);
    same(`${name}: calls are refused`, 0, idsOf(refused).length);
    same(`${name}: with 503`, calls, refused.filter(({ status }) => status === 503).length);
    same(`${name}: the service is not ready`, false, await isReady(service.port));
    putBack(directory);
    await until(`${name}: the service is ready again`, () => isReady(service.port));
    const after = await callSome(service);
    same(`${name}: and answers`, calls, idsOf(after).length);
    await stop(service);
    holdsEveryAnswer(name, binary, directory, [...before, ...seen, ...idsOf(after)]);
}

await goesOnInTheNextFile('file removed', (path) => rmSync(path));
await goesOnInTheNextFile('file moved', (path) => renameSync(path, elsewhere), (path) => renameSync(elsewhere, path));
await goesOnInTheNextFile('file emptied', (path) => truncateSync(path, 0));
await goesOnInTheNextFile('file cut', (path) => truncateSync(path, 2000));
await goesOnInTheNextFile('file written to', (path) => appendFileSync(path, 'half a line of somebody else'));
await refusesUntilItIsBack('directory moved', (directory) => renameSync(directory, elsewhere),
    (directory) => renameSync(elsewhere, directory));
await refusesUntilItIsBack('directory replaced', (directory) => {
    renameSync(directory, elsewhere);
    mkdirSync(directory);
}, (directory) => {
    same('directory replaced: nothing was written to the new one', '', readdirSync(directory).join());
    rmSync(directory, { recursive: true });
    renameSync(elsewhere, directory);
});
finish();
