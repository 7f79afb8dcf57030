#!/usr/bin/env node
// Starts the server from the command line. Prints one JSON line when it is ready:
//   {"fhir": BASE, "admin": URL, "resources": N}

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { readCharts } from './charts.js';
import { kinds, parseFault } from './faults.js';
import { startServer } from './server.js';
import { Store } from './store.js';

const usage = `Usage: node main.js --charts FOLDER [OPTION...]

Serves the charts of a folder as FHIR R4, on loopback only. Nothing is kept: a restart begins anew.

  --charts FOLDER       *.json: hook calls, Bundles or resources (deploy/samples, filled in by fill.sh)
  --listen ADDR:PORT    127.0.0.1:8090; port 0: the system chooses
  --token T             answer only requests with this bearer token (also --token-file FILE)
  --tls-cert FILE, --tls-key FILE   PEM; answer https
  --page-size N         entries of a page at most (all); pages have opaque next links
  --public-url URL      base URL in links, when it is not the address above
  --log FILE            one JSON line a request: method, path, status, which bearer (never the token)
  --fault F             misbehave; may come several times: TYPE[?CONDITION]=FAULT[:VALUE]
                        TYPE: a resource type, metadata, or *; CONDITION: read, search, page, or-list,
                        or the name of a query parameter; FAULT:
${Object.entries(kinds).map(([name, kind]) => `                          ${name.padEnd(9)} ${kind.does}`).join('\n')}

The admin URL that it prints takes PUT /faults (a JSON array of such texts), GET and DELETE /log.
`;

function fail(message) {
    console.error(message);
    process.exit(64);
}

function readOptions() {
    const text = { type: 'string' };
    try {
        return parseArgs({
            options: {
                charts: text, listen: { ...text, default: '127.0.0.1:8090' }, token: text, 'token-file': text,
                'tls-cert': text, 'tls-key': text, 'page-size': { ...text, default: '0' }, 'public-url': text, log: text,
                fault: { ...text, multiple: true, default: [] }, help: { type: 'boolean', short: 'h' },
            },
        }).values;
    } catch (error) {
        return fail(`${error.message}. Fix: see node main.js --help`);
    }
}

const given = readOptions();
if (given.help) {
    process.stdout.write(usage);
    process.exit(0);
}
if (!given.charts) fail('--charts: missing. Fix: name a folder of charts');
const [, host, port] = /^(127\.0\.0\.1|\[::1\]|localhost):(\d{1,5})$/.exec(given.listen) ?? [];
if (!host) fail(`--listen ${given.listen}: not a loopback address. Fix: write 127.0.0.1:8090`);
if (!given['tls-cert'] !== !given['tls-key']) fail('--tls-cert, --tls-key: one is missing. Fix: give both');
if (!/^\d+$/.test(given['page-size'])) fail(`--page-size ${given['page-size']}: no number. Fix: write 20`);
try {
    given.fault.forEach(parseFault);
} catch (error) {
    fail(error.message);
}

const store = new Store();
const resources = await store.load(await readCharts(given.charts));
const server = await startServer(store, {
    host: host.replace(/[[\]]/g, ''),
    port: Number(port),
    token: given['token-file'] ? readFileSync(given['token-file'], 'utf8').trim() : given.token,
    pageSize: Number(given['page-size']),
    tlsCert: given['tls-cert'],
    tlsKey: given['tls-key'],
    publicUrl: given['public-url'],
    logFile: given.log,
    faults: given.fault,
}).catch((error) => {
    console.error(`${given.listen}: ${error.message}. Fix: choose another port with --listen`);
    process.exit(21);
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => server.close().then(() => process.exit(0)));
console.log(JSON.stringify({ fhir: server.base, admin: server.admin, resources }));
