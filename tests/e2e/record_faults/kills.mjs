// `kill -9` while calls are being answered, again and again.
//
//   node kills.mjs BINARY CALL.json SCRATCH KILLS [NAME=VALUE...]     settings of the service
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { finish, holds, holdsEveryAnswer } from './checks.mjs';
import { callAgainAndAgain, callHook, launch, start, stop } from './service.mjs';

const [binary, file, scratch, kills, ...given] = process.argv.slice(2);
const body = readFileSync(file);
const killsADirectory = 10; // every line of it is read after each kill
const mostAnswers = 120;    // before the kill
const longestStart = 20;    // milliseconds, about
const settings = Object.fromEntries(given.map((setting) => setting.split('=')));
const total = { answered: 0, records: 0, lost: 0, unanswered: 0, torn: 0 };

/** Kills at the moment of an answer: others are then on their way to the disk or back. */
async function killUnderLoad(options) {
    const service = await start(binary, options);
    const wanted = 1 + Math.floor(Math.random() * mostAnswers);
    const { answers, broken } = await callAgainAndAgain(service.port, body, {
        enough: () => service.process.killed,
        onAnswer: (_, all) => { if (all.length === wanted) service.process.kill('SIGKILL'); },
    });
    total.unanswered += broken;
    holds('the service ended by the kill alone', (await service.ended).signal === 'SIGKILL', service.output());
    holds('calls were answered with 200', answers.every(({ status }) => status === 200));
    return answers.map(({ id }) => id);
}

/** Recovery and the first record may be cut short as well. */
async function killWhileStarting(options) {
    const service = launch(binary, options);
    await new Promise((wake) => setTimeout(wake, Math.random() * longestStart));
    service.process.kill('SIGKILL');
    await service.ended;
}

for (let done = 0; done < Number(kills); done += killsADirectory) {
    const directory = join(scratch, `audit-${done}`);
    mkdirSync(directory, { recursive: true });
    const options = { 'audit.directory': directory, ...settings };
    const answered = [];
    let log;
    for (let kill = 0; kill < Math.min(killsADirectory, Number(kills) - done); ++kill) {
        if (kill % 5 === 4) await killWhileStarting(options);
        answered.push(...await killUnderLoad(options));
        const again = await start(binary, options);
        answered.push((await callHook(again.port, body)).id);
        await stop(again);
        log = holdsEveryAnswer(`after kill ${done + kill + 1}`, binary, directory, answered);
    }
    total.answered += answered.length;
    total.records += answered.length - log.lost;
    total.lost += log.lost;
    total.torn += log.records.filter(({ type, torn }) => type === 'start' && torn > 0).length;
    rmSync(directory, { recursive: true });
}
finish(`${given.join(' ')}: ${kills} kills, calls answered ${total.answered}, records found ${total.records}, ` +
    `lost ${total.lost}; calls cut off ${total.unanswered}, torn lines taken away ${total.torn}`);
