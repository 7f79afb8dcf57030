// What a test of the service's own FHIR access needs around it: FHIR servers, the service, calls, records.

import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const startWithin = 60_000; // ms; a sanitizer build on a busy machine

/** One HTTP exchange. @return {status, headers, text, json, took} or {error, took} */
export function exchange(url, { method = 'GET', headers = {}, body, ca, timeout = 20_000 } = {}) {
    const began = performance.now();
    return new Promise((resolve) => {
        const done = (answer) => resolve({ ...answer, took: performance.now() - began });
        const client = url.startsWith('https:') ? https : http;
        const request = client.request(url, { method, headers, ca, timeout, agent: false }, (response) => {
            let text = '';
            response.on('data', (part) => (text += part));
            response.on('error', (error) => done({ error: error.code }));
            response.on('end', () => done({ status: response.statusCode, headers: response.headers, text, json: parsed(text) }));
        });
        request.on('timeout', () => request.destroy());
        request.on('error', (error) => done({ error: error.code }));
        request.end(body);
    });
}

function parsed(text) {
    try {
        return JSON.parse(text);
    } catch {
        return undefined;
    }
}

export class Stage {
    #scratch;
    #binary;
    #fhirServer;
    #children = [];

    /** @param paths  {binary, fhirServer (folder of main.js), charts, scratch} */
    constructor({ binary, fhirServer, charts, scratch }) {
        Object.assign(this, { charts });
        this.#scratch = scratch;
        this.#binary = binary;
        this.#fhirServer = fhirServer;
        process.on('exit', () => this.#signalAll()); // also when a check throws
    }

    /** Starts a FHIR server on the sample charts. @return {base, admin, faults(list), log(), clear()} */
    async fhirServer(name, options) {
        const out = join(this.#scratch, `${name}.out`);
        this.#start('node', [
            join(this.#fhirServer, 'main.js'), '--charts', this.charts, '--listen', '127.0.0.1:0',
            '--log', join(this.#scratch, `${name}.requests`), ...options,
        ], out);
        const line = await this.#lineOf(out, /^\{.*"admin".*\}$/m);
        const { fhir: base, admin } = JSON.parse(line);
        return {
            base,
            admin,
            faults: async (faults) => {
                const { status, text } = await exchange(`${admin}/faults`, { method: 'PUT', body: JSON.stringify(faults) });
                if (status !== 200) throw new Error(text);
            },
            log: async () => (await exchange(`${admin}/log`)).json,
            clear: () => exchange(`${admin}/log`, { method: 'DELETE' }),
        };
    }

    /**
     * Starts the service with this configuration (JSON is YAML) on a port of the kernel's choice.
     *
     * Core files are allowed as far as the machine allows them, so that only the service itself can
     * keep them from being written.
     *
     * @return {url, log (file), child, metrics(), record(decision)}
     */
    async service(name, configuration) {
        const state = join(this.#scratch, name);
        const directory = join(state, 'audit');
        mkdirSync(state, { recursive: true });
        const file = join(state, 'site.yaml');
        writeFileSync(file, JSON.stringify({
            mode: 'sandbox', listen: '127.0.0.1:0', metrics: { listen: '127.0.0.1:0' }, audit: { directory }, ...configuration,
        }, null, 2));
        const log = join(state, 'service.log');
        const child = this.#start('sh', [
            '-c', 'ulimit -c unlimited 2>/dev/null; "$@"; echo "ended with $?" >&2', 'sh',
            this.#binary, 'serve', '--config', file,
        ], log, { cwd: state, env: { ...process.env, XDG_STATE_HOME: state } });
        const line = await this.#lineOf(log, /^.*"event":"ready".*$/m);
        const counting = JSON.parse(await this.#lineOf(log, /^.*"event":"metrics: listening".*$/m));
        const scheme = configuration.tls ? 'https' : 'http';
        return {
            url: `${scheme}://127.0.0.1:${JSON.parse(line).port}`,
            log,
            child,
            /** Writes what is counted beside the log, where the search for the token finds it. */
            metrics: async () => {
                const { text } = await exchange(`http://127.0.0.1:${counting.port}/metrics`);
                writeFileSync(join(state, 'metrics'), text);
                return text;
            },
            record: (decision) => {
                const shown = spawnSync(this.#binary, ['audit', 'show', '--directory', directory, '--decision', decision, '--json']);
                return JSON.parse(shown.stdout.toString().split('\n')[0]);
            },
        };
    }

    /** Ends a service as a crash would. @return what its shell says about it */
    async crash({ child, log }) {
        const [pid] = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ');
        process.kill(Number(pid), 'SIGABRT');
        await this.#lineOf(log, /^ended with \d+$/m);
        return readFileSync(log, 'utf8');
    }

    async end() {
        this.#signalAll();
        await Promise.all(this.#children.map((child) => child.over));
    }

    #signalAll() {
        for (const child of this.#children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)) {
            // A shell waits for its program and ends with it.
            const programs = childrenOf(child.pid);
            for (const pid of programs.length > 0 ? programs : [child.pid]) signal(pid);
        }
    }

    #start(program, parameters, output, options = {}) {
        const file = openSync(output, 'w');
        const child = spawn(program, parameters, { stdio: ['ignore', file, file], ...options });
        child.over = new Promise((resolve) => child.on('exit', resolve));
        this.#children.push(child);
        return child;
    }

    async #lineOf(file, pattern) {
        const child = this.#children.at(-1);
        for (const until = performance.now() + startWithin; performance.now() < until; await wait(50)) {
            const line = pattern.exec(readFileSync(file, 'utf8'))?.[0];
            if (line) return line;
            if (child.exitCode !== null) break;
        }
        throw new Error(`nothing like ${pattern} in ${file}:\n${readFileSync(file, 'utf8')}`);
    }
}

function childrenOf(pid) {
    try {
        return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
    } catch {
        return []; // over already
    }
}

function signal(pid) {
    try {
        process.kill(pid, 'SIGTERM');
    } catch {
        // over already
    }
}
