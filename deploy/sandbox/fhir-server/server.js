// The HTTP side: bearer check, routes, faults, journal; and the admin listener beside it.

import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { setTimeout as wait } from 'node:timers/promises';

import { capabilityStatement, outcome, searchset } from './answers.js';
import { faultsOf, parseFault } from './faults.js';
import { Journal } from './journal.js';
import { Pages } from './paging.js';
import { Refusal } from './store.js';

const maxBody = 1024 * 1024;
const dripEvery = 20; // ms
const dripAtMost = 60_000; // ms; no client waits so long, and a forgotten one must not hold us forever

const cors = {
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Allow-Methods': 'GET, POST, OPTIONS',
    'Access-Control-Allow-Headers': 'Accept, Authorization, Content-Type',
};

/**
 * Starts the FHIR server and its admin listener.
 *
 * @param store    a loaded Store
 * @param options  host, port (0: the system chooses), token (undefined: open), pageSize, tlsCert and
 *                 tlsKey (PEM files), faults (texts), logFile, publicUrl
 * @return {base, admin, close()}: base URLs of both
 */
export async function startServer(store, options) {
    const server = new FhirServer(store, options);
    await server.start();
    return server;
}

class FhirServer {
    #store;
    #options;
    #pages;
    #journal;
    #faults;
    #listeners = [];

    constructor(store, options) {
        this.#store = store;
        this.#options = options;
        this.#pages = new Pages(options.pageSize ?? 0);
        this.#journal = new Journal(options.logFile);
        this.#faults = (options.faults ?? []).map(parseFault);
    }

    async start() {
        const { host = '127.0.0.1', port = 0, tlsCert, tlsKey, publicUrl } = this.#options;
        const admin = http.createServer((request, response) => this.#administer(request, response));
        this.admin = `http://127.0.0.1:${await this.#listen(admin, '127.0.0.1', 0)}`;

        const answer = (request, response) => {
            this.#answer(request, response).catch((error) => {
                console.error(error);
                if (!response.headersSent) send(response, 500, outcome('fatal', 'exception', 'a fault of this server'));
            });
        };
        const fhir = tlsCert
            ? https.createServer({ cert: readFileSync(tlsCert), key: readFileSync(tlsKey) }, answer)
            : http.createServer(answer);
        const bound = await this.#listen(fhir, host, port);
        const origin = `${tlsCert ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${bound}`;
        this.base = publicUrl ?? `${origin}/fhir`;
    }

    async close() {
        for (const listener of this.#listeners) {
            listener.close();
            listener.closeAllConnections();
        }
    }

    #listen(listener, host, port) {
        this.#listeners.push(listener);
        return new Promise((resolve, reject) => {
            listener.once('error', reject);
            listener.listen(port, host, () => resolve(listener.address().port));
        });
    }

    async #answer(request, response) {
        const line = this.#journal.begin({
            method: request.method,
            path: request.url,
            bearer: this.#bearer(request),
            accept: request.headers.accept,
        });
        let faults = {};
        response.on('close', () => this.#journal.end(line, response.headersSent ? response.statusCode : 0, Object.keys(faults)));
        for (const [name, value] of Object.entries(cors)) response.setHeader(name, value);
        if (request.method === 'OPTIONS') return response.writeHead(204).end();

        const asked = await this.#read(request);
        if (asked.refusal) return send(response, asked.refusal.status, outcome('error', asked.refusal.code, asked.refusal.message));
        faults = faultsOf(this.#faults, asked);
        if (faults.slow) await wait(Number(faults.slow));
        if (response.destroyed) return undefined;
        if (faults.drop !== undefined) return response.destroy();
        if (asked.step !== 'metadata' && line.bearer !== 'right' && this.#options.token !== undefined) {
            response.setHeader('WWW-Authenticate', 'Bearer');
            return send(response, 401, outcome('error', 'login', 'a bearer token is needed, and it has to be the right one'));
        }
        if (misbehave(response, faults, this.admin)) return undefined;

        const [status, body] = await this.#find(asked, faults);
        return send(response, status, body, faults);
    }

    #bearer(request) {
        const given = /^Bearer +(.+)$/i.exec(request.headers.authorization ?? '')?.[1];
        if (given === undefined) return 'none';
        return given === this.#options.token ? 'right' : 'wrong';
    }

    /** @return {type, step, id, parameters, url, page}, or {refusal} */
    async #read(request) {
        const url = new URL(request.url, this.base);
        const path = url.pathname.replace(/^\/fhir(?=\/|$)/, '').split('/').filter((part) => part !== '');
        const parameters = url.searchParams;
        const word = parameters.get('_getpages');
        if (path.length === 0 && word !== null) {
            const page = this.#pages.follow(word);
            if (!page) return { refusal: new Refusal(410, 'not-found', 'this page is no longer kept') };
            return { type: page.type, step: 'page', parameters, url, page };
        }
        const [type, id] = path;
        if (type === 'metadata' && path.length === 1) return { type, step: 'metadata', parameters, url };
        if (type === undefined || path.length > 2 || !this.#store.knows(type)) {
            return { refusal: new Refusal(404, 'not-supported', 'no such resource type') };
        }
        if (request.method === 'POST' && id === '_search') {
            for (const [name, value] of new URLSearchParams(await bodyOf(request))) parameters.append(name, value);
            return { type, step: 'search', parameters, url };
        }
        if (!['GET', 'HEAD'].includes(request.method)) return { refusal: new Refusal(405, 'not-supported', 'charts are read only') };
        return { type, step: id === undefined ? 'search' : 'read', id, parameters, url };
    }

    /** @return [status, body] of an answer that is made as it should be, but for faults of content */
    async #find(asked, faults) {
        if (asked.step === 'metadata') {
            return [200, capabilityStatement(this.#store, this.base, this.#options.token !== undefined)];
        }
        if (faults.outcome === 'alone') return [200, outcome('error', 'exception', 'the search was not carried out')];
        if (asked.step === 'read') return this.#readOne(asked, faults);

        const rest = asked.step === 'page' ? asked.page : await this.#search(asked, faults);
        const wanted = asked.step === 'page' ? rest.wanted : countOf(asked.parameters, faults);
        const { entries, next } = this.#pages.cut(rest, wanted);
        const self = this.#pageUrl(asked);
        return [200, searchset({
            base: this.base,
            resources: entries,
            total: asked.step === 'page' ? undefined : rest.resources.length,
            self,
            next: this.#nextUrl({ rest, entries, next, self }, faults.next),
            outcomes: outcomesOf(faults, rest.outcomes),
        })];
    }

    async #readOne({ type, id }, faults) {
        const resource = await this.#store.read(type, id);
        if (!resource) return [404, outcome('error', 'not-found', `no ${type} of this id`)];
        if (faults.foreign === undefined) return [200, resource];
        const others = await this.#store.search(type, new URLSearchParams());
        return [200, others.find((other) => other.id !== id) ?? resource];
    }

    async #search({ type, parameters }, faults) {
        if (faults.empty !== undefined) return { type, resources: [] };
        const query = new URLSearchParams([...parameters].filter(([name]) => name !== faults.ignore));
        const resources = await this.#store.search(type, query);
        const unknown = this.#store.unknownParameters(type, query);
        const outcomes = unknown.length > 0 ? [outcome('warning', 'not-supported', `not known here: ${unknown.join(', ')}`)] : [];
        if (faults.foreign === undefined) return { type, resources, outcomes };
        const own = new Set(resources.map(({ id }) => id));
        const all = await this.#store.search(type, new URLSearchParams());
        return { type, resources: [...resources, ...all.filter(({ id }) => !own.has(id))], outcomes };
    }

    #pageUrl({ step, url, type, parameters }) {
        if (step === 'page') return `${this.base}?_getpages=${parameters.get('_getpages')}`;
        return `${this.base}/${type}${url.search}`;
    }

    #nextUrl({ rest, entries, next, self }, lie) {
        if (lie === 'elsewhere') return `${this.admin}/decoy?_getpages=${next ?? 'more'}`;
        if (lie === 'loop') return self;
        if (lie === 'endless') {
            // Renamed, so that leaving out what came before does not end it.
            const again = entries.map((resource) => ({ ...resource, id: `${resource.id}x`.slice(-64) }));
            return this.#pageUrl({ step: 'page', parameters: new Map([['_getpages', this.#pages.keep({ ...rest, resources: again })]]) });
        }
        return next && this.#pageUrl({ step: 'page', parameters: new Map([['_getpages', next]]) });
    }

    // Bound to loopback; without CORS headers a web page can neither read it nor change anything.
    async #administer(request, response) {
        const { pathname } = new URL(request.url, this.admin);
        const route = `${request.method} ${pathname}`;
        if (route === 'GET /log') return send(response, 200, this.#journal.lines());
        if (route === 'DELETE /log') {
            this.#journal.clear();
            return send(response, 200, []);
        }
        if (route === 'GET /faults') return send(response, 200, this.#faults.map(({ text }) => text));
        if (route === 'PUT /faults') {
            try {
                this.#faults = JSON.parse(await bodyOf(request)).map(parseFault);
            } catch (error) {
                return send(response, 400, { error: error.message });
            }
            return send(response, 200, this.#faults.map(({ text }) => text));
        }
        // Where lies lead to. Whoever comes here followed one.
        const line = this.#journal.begin({
            method: request.method, path: request.url, bearer: this.#bearer(request), decoy: true,
        });
        this.#journal.end(line, 200);
        return send(response, 200, searchset({ base: this.admin, resources: [], total: 0, self: this.admin }));
    }
}

/** Carries out the faults that leave no FHIR answer. @return true when one did */
function misbehave(response, faults, admin) {
    if (faults.redirect !== undefined) {
        const target = faults.redirect === 'elsewhere' ? `${admin}/decoy/latest/meta-data/` : faults.redirect;
        response.writeHead(302, { Location: target }).end();
        return true;
    }
    if (faults.status) {
        const status = Number(faults.status);
        send(response, status, outcome('error', status < 500 ? 'not-supported' : 'exception', 'this fault was asked for'));
        return true;
    }
    if (faults.html !== undefined) {
        response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
        response.end('<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>\n');
        return true;
    }
    if (faults.drip !== undefined) {
        response.writeHead(200, { 'Content-Type': 'application/fhir+json' });
        response.write('{"resourceType":"Bundle","type":"searchset"');
        const timer = setInterval(() => response.write(' '), dripEvery);
        const end = setTimeout(() => response.destroy(), dripAtMost);
        response.on('close', () => {
            clearInterval(timer);
            clearTimeout(end);
        });
        return true;
    }
    return false;
}

function outcomesOf(faults, own = []) {
    if (faults.empty !== undefined) return [outcome('information', 'not-found', 'nothing was found')];
    if (faults.outcome) return [...own, outcome(faults.outcome, 'incomplete', 'part of the data could not be searched')];
    return own;
}

function countOf(parameters, faults) {
    const count = Number(parameters.get('_count'));
    return faults.ignore === '_count' || !Number.isInteger(count) || count < 1 ? undefined : count;
}

function send(response, status, body, faults = {}) {
    let text = JSON.stringify(body);
    if (faults.pad) text += ' '.repeat(Number(faults.pad));
    const bytes = Buffer.from(text);
    response.writeHead(status, {
        'Content-Type': faults.type ?? 'application/fhir+json; charset=utf-8',
        'Content-Length': bytes.length,
        'Cache-Control': 'no-store',
    });
    if (faults.cut === undefined) return response.end(bytes);
    return response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
}

async function bodyOf(request) {
    let text = '';
    request.setEncoding('utf8');
    for await (const part of request) {
        text += part;
        if (text.length > maxBody) throw new Error('the body is too long');
    }
    return text;
}
