// The service as a process of its own, to be ended in every way.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';

const patience = 60000; // milliseconds until a busy machine counts as a service that hangs
const mostOutput = 4e6;  // characters of it that are kept

/**
 * Begins `twitch-cds serve` in sandbox mode on a port of the kernel's choice.
 *
 * @param settings  names and values as in the configuration file: {'audit.directory': '/x'}
 * @param environment  further variables
 * @return {process, output(), listens, ended}: `listens` resolves to the port, or 0 when the process
 *         ended before; `ended` to {code, signal}
 */
export function launch(binary, settings, environment = {}) {
    const child = spawn(binary, ['serve', '--mode', 'sandbox', '--listen', '127.0.0.1:0'], {
        env: { ...process.env, ...variablesOf(settings), ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }));
    const listens = new Promise((resolve) => {
        const hear = (bytes) => {
            if (output.length < mostOutput) output += bytes;
            const port = /"port":"?(\d+)/.exec(output);
            if (port) resolve(Number(port[1]));
        };
        child.stdout.on('data', hear);
        child.stderr.on('data', hear);
        ended.then(() => resolve(0));
    });
    return { process: child, output: () => output, listens, ended };
}

/** The same, listening: `port` is a number. Throws when it ends instead. */
export async function start(binary, settings, environment = {}) {
    const service = launch(binary, settings, environment);
    const port = await service.listens;
    if (port === 0) throw new Error(`the service did not start:\n${service.output()}`);
    return { ...service, port };
}

/** Ends it as an init system does, and waits. */
export async function stop(service) {
    service.process.kill('SIGTERM');
    return service.ended;
}

/** `audit.directory` is TWITCH_CDS__AUDIT__DIRECTORY in the environment. */
function variablesOf(settings) {
    return Object.fromEntries(Object.entries(settings).map(([name, value]) =>
        [`TWITCH_CDS__${name.replaceAll('.', '__').toUpperCase()}`, String(value)]));
}

/**
 * One request.
 *
 * @return {status, id, body, ms} of an answer that arrived whole; `id` is its X-Decision-Id
 * @throws when none did
 */
export function ask(port, { method = 'GET', path, body, agent, timeout = patience }) {
    return new Promise((resolve, reject) => {
        const begun = process.hrtime.bigint();
        const headers = body ? { 'Content-Type': 'application/json', 'Content-Length': body.length } : {};
        const request = http.request({ agent, host: '127.0.0.1', port, method, path, headers, timeout }, (response) => {
            const parts = [];
            response.on('data', (part) => parts.push(part));
            response.on('error', reject);
            response.on('close', () => {
                if (!response.complete) return reject(new Error('the answer broke off'));
                resolve({ status: response.statusCode, id: response.headers['x-decision-id'],
                    body: Buffer.concat(parts).toString(), ms: Number(process.hrtime.bigint() - begun) / 1e6 });
            });
        });
        request.on('timeout', () => request.destroy(new Error('no answer in time')));
        request.on('error', reject);
        request.end(body);
    });
}

export const callHook = (port, body, options = {}) =>
    ask(port, { method: 'POST', path: '/cds-services/twitch-patient-view', body, ...options });

export const isReady = async (port) => (await ask(port, { path: '/healthz/ready' })).status === 200;

/**
 * Calls over several connections that stay open until `enough` says so or the service is gone.
 *
 * @param onAnswer  called with each answer that arrived whole
 * @param pause  milliseconds between two calls of a connection
 * @return answers, and how many calls ended without one
 */
export async function callAgainAndAgain(port, body, { connections = 8, enough, onAnswer = () => {}, pause = 0 }) {
    const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
    const answers = [];
    let broken = 0;
    const caller = async () => {
        while (!enough(answers)) {
            try {
                const answer = await callHook(port, body, { agent });
                answers.push(answer);
                onAnswer(answer, answers);
                if (pause > 0) await new Promise((wake) => setTimeout(wake, pause));
            } catch {
                ++broken;
                return; // the service was killed: what is left of this connection is gone
            }
        }
    };
    await Promise.all(Array.from({ length: connections }, caller));
    agent.destroy();
    return { answers, broken };
}

/** Polls until `condition` holds; a condition that never does ends the test. */
export async function until(what, condition) {
    for (const end = Date.now() + patience; Date.now() < end;) {
        if (await condition()) return;
        await new Promise((wake) => setTimeout(wake, 20));
    }
    throw new Error(`waited in vain until ${what}`);
}

/** Whether its output holds `text` now or soon: the operations log is written beside the answers. */
export async function says(service, text) {
    try {
        await until(`the service says ${text}`, () => service.output().includes(text));
        return true;
    } catch {
        return false;
    }
}
