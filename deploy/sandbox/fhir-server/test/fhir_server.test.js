import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { resourcesOf } from '../charts.js';
import { faultsOf, parseFault } from '../faults.js';
import { transaction } from '../load.js';
import { startServer } from '../server.js';
import { Store } from '../store.js';

const token = 'right-token-7f3a';

const coded = (system, code) => ({ coding: [{ system, code }] });
const of = (patient) => ({ reference: `Patient/${patient}` });

function lab(id, patient, code, day) {
    return {
        resourceType: 'Observation', id, status: 'final', subject: of(patient), effectiveDateTime: day,
        category: [coded('http://terminology.hl7.org/CodeSystem/observation-category', 'laboratory')],
        code: coded('http://loinc.org', code), valueQuantity: { value: 2.9, unit: 'mmol/L' },
    };
}

function condition(id, patient, category, encounter) {
    return {
        resourceType: 'Condition', id, subject: of(patient), code: { text: 'twitching' },
        category: [coded('http://terminology.hl7.org/CodeSystem/condition-category', category)],
        ...(encounter && { encounter: { reference: `Encounter/${encounter}` } }),
    };
}

function order(id, patient, status, intent) {
    return {
        resourceType: 'MedicationRequest', id, status, intent, subject: of(patient),
        medicationCodeableConcept: { text: 'furosemide' },
    };
}

const chart = [
    { resourceType: 'Patient', id: 'p1' },
    { resourceType: 'Patient', id: 'p2' },
    { resourceType: 'Encounter', id: 'e1', status: 'in-progress', class: { code: 'IMP' }, subject: of('p1') },
    lab('k-old', 'p1', '2823-3', '2026-01-01'),
    lab('k-new', 'p1', '2823-3', '2026-01-20T06:00:00Z'),
    lab('mg', 'p1', '19123-9', '2026-01-10'),
    lab('other-k', 'p2', '2823-3', '2026-01-15'),
    condition('problem', 'p1', 'problem-list-item'),
    condition('diagnosis', 'p1', 'encounter-diagnosis', 'e1'),
    order('active', 'p1', 'active', 'order'),
    order('plan', 'p1', 'active', 'plan'),
    order('proposal', 'p1', 'active', 'proposal'),
    order('stopped', 'p1', 'stopped', 'order'),
];

const store = new Store();
await store.load(chart);

/** Starts a server for one test; it ends with the test. */
async function serve(context, options = {}) {
    const server = await startServer(store, options);
    context.after(() => server.close());
    return server;
}

/** One request, followed nowhere. @return {status, headers, text, json} or {error} */
function get(url, { method = 'GET', headers = {}, body, timeout = 60_000, ca } = {}) {
    return new Promise((resolve) => {
        const client = url.startsWith('https:') ? https : http;
        const request = client.request(url, { method, headers, ca, timeout }, (response) => {
            let text = '';
            response.on('data', (part) => (text += part));
            response.on('error', (error) => resolve({ error: error.code, text }));
            response.on('end', () => {
                let json;
                try {
                    json = JSON.parse(text);
                } catch {
                    json = undefined;
                }
                resolve({ status: response.statusCode, headers: response.headers, text, json });
            });
        });
        request.on('timeout', () => request.destroy());
        request.on('error', (error) => resolve({ error: error.code }));
        request.end(body);
    });
}

const ids = ({ json }) => (json.entry ?? []).filter((entry) => entry.search.mode === 'match').map(({ resource }) => resource.id);
const nextOf = ({ json }) => json.link.find((link) => link.relation === 'next')?.url;

test('finds what each prefetch template of the service asks for', async (context) => {
    const { base } = await serve(context);
    const rows = [
        ['Condition?patient=p1&category=problem-list-item', ['problem']],
        ['Condition?patient=p1&category=encounter-diagnosis&encounter=e1', ['diagnosis']],
        ['Condition?patient=p1', ['diagnosis', 'problem']],
        ['MedicationRequest?patient=p1&intent=order,plan&status=active', ['active', 'plan']],
        ['MedicationRequest?patient=p1&intent=order&status=stopped,completed,on-hold', ['stopped']],
        ['Observation?patient=p1&code=2823-3,19123-9', ['k-new', 'k-old', 'mg']],
        ['Observation?patient=Patient/p1&code=http://loinc.org%7C2823-3', ['k-new', 'k-old']],
        ['Observation?patient=p1&category=laboratory&date=ge2026-01-10', ['k-new', 'mg']],
        ['Observation?patient=p1&code=8661-1,10154-3', []],
        ['MedicationStatement?patient=p1', []],
    ];
    for (const [query, expected] of rows) {
        const answer = await get(`${base}/${query}`);
        assert.equal(answer.status, 200, query);
        assert.deepEqual(ids(answer).sort(), expected, query);
        assert.equal(answer.json.total, expected.length, query);
    }
    assert.equal((await get(`${base}/Patient/p1`)).json.id, 'p1');
    assert.equal((await get(`${base}/Encounter/e1`)).json.id, 'e1');
});

test('sorts, counts, and answers a search by POST alike', async (context) => {
    const { base } = await serve(context);
    const sorted = await get(`${base}/Observation?patient=p1&code=2823-3,19123-9&_sort=-date&_count=100`);
    const posted = await get(`${base}/Observation/_search`, {
        method: 'POST', body: 'patient=p1&code=2823-3,19123-9&_sort=-date',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    });
    assert.deepEqual(ids(sorted), ['k-new', 'mg', 'k-old']);
    assert.deepEqual(ids(posted), ids(sorted));
});

test('what it does not have or cannot do is an OperationOutcome with its status', async (context) => {
    const { base } = await serve(context);
    const rows = [['Patient/nobody', 404], ['Nonsense?patient=p1', 404], ['?_getpages=made-up', 410]];
    for (const [path, status] of rows) {
        const answer = await get(path.startsWith('?') ? base + path : `${base}/${path}`);
        assert.equal(answer.status, status, path);
        assert.equal(answer.json.resourceType, 'OperationOutcome', path);
    }
    assert.equal((await get(`${base}/Patient/p1`, { method: 'DELETE' })).status, 405);
});

test('an unknown parameter selects nothing and is said in an outcome entry', async (context) => {
    const { base } = await serve(context);
    const answer = await get(`${base}/Condition?patient=p1&colour=blue`);
    assert.deepEqual(ids(answer).sort(), ['diagnosis', 'problem']);
    assert.match(answer.text, /not known here: colour/);
});

test('its CapabilityStatement is R4 and lists the searches', async (context) => {
    const { base } = await serve(context, { token });
    const { status, json } = await get(`${base}/metadata`);
    assert.equal(status, 200); // open although everything else is not
    assert.equal(json.fhirVersion, '4.0.1');
    const observation = json.rest[0].resource.find(({ type }) => type === 'Observation');
    assert.ok(observation.searchParam.some(({ name, type }) => name === 'code' && type === 'token'));
});

test('a bearer token is checked, and the journal holds which came but not the token', async (context) => {
    const server = await serve(context, { token });
    const path = `${server.base}/Patient/p1`;
    const statuses = [];
    for (const header of [undefined, 'Bearer wrong', `Basic ${token}`, `Bearer ${token}`]) {
        statuses.push((await get(path, { headers: header ? { Authorization: header } : {} })).status);
    }
    assert.deepEqual(statuses, [401, 401, 401, 200]);
    const log = await get(`${server.admin}/log`);
    assert.deepEqual(log.json.map(({ bearer }) => bearer), ['none', 'wrong', 'none', 'right']);
    assert.deepEqual(log.json.map(({ status }) => status), statuses);
    assert.ok(!log.text.includes(token));
});

test('pages have opaque links that lead through everything once', async (context) => {
    const { base } = await serve(context, { pageSize: 1 });
    let answer = await get(`${base}/Observation?patient=p1&_sort=-date&_count=100`);
    const found = ids(answer);
    while (nextOf(answer)) {
        assert.match(nextOf(answer), /\?_getpages=[0-9a-f]{24}$/);
        answer = await get(nextOf(answer));
        found.push(...ids(answer));
    }
    assert.deepEqual(found, ['k-new', 'mg', 'k-old']);
});

test('_count makes pages too, and a fault makes the server take no notice of it', async (context) => {
    const server = await serve(context);
    const query = `${server.base}/Observation?patient=p1&_count=2`;
    assert.equal(ids(await get(query)).length, 2);
    await get(`${server.admin}/faults`, { method: 'PUT', body: '["Observation=ignore:_count"]' });
    assert.equal(ids(await get(query)).length, 3);
});

test('a browser may call it from anywhere, but not its admin side', async (context) => {
    const server = await serve(context);
    const headers = { Origin: 'https://sandbox.cds-hooks.org', 'Access-Control-Request-Method': 'GET' };
    const preflight = await get(`${server.base}/Patient/p1`, { method: 'OPTIONS', headers });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers['access-control-allow-origin'], '*');
    assert.match(preflight.headers['access-control-allow-headers'], /Authorization/);
    assert.equal((await get(`${server.admin}/log`, { headers })).headers['access-control-allow-origin'], undefined);
});

const observations = 'Observation?patient=p1&code=2823-3,19123-9&_sort=-date';

for (const [fault, claim, check] of [
    ['Observation=status:500', 'fails with the status', ({ status, json }) => {
        assert.equal(status, 500);
        assert.equal(json.resourceType, 'OperationOutcome');
    }],
    ['Observation?or-list=status:400', 'refuses an OR list', ({ status }) => assert.equal(status, 400)],
    ['*?_sort=status:422', 'refuses _sort', ({ status }) => assert.equal(status, 422)],
    ['Condition=status:500', 'leaves other types alone', (answer) => assert.equal(ids(answer).length, 3)],
    ['*=type:application/json+fhir', 'sends another media type', ({ headers }) =>
        assert.equal(headers['content-type'], 'application/json+fhir')],
    ['*=outcome', 'adds an outcome entry', ({ json }) => {
        assert.equal(json.total, 3);
        assert.equal(json.entry.length, 4);
        assert.deepEqual(json.entry[3].search, { mode: 'outcome' });
        assert.equal(json.entry[3].resource.issue[0].severity, 'warning');
    }],
    ['*=outcome:alone', 'sends an outcome in place of the Bundle', ({ status, json }) => {
        assert.equal(status, 200);
        assert.equal(json.resourceType, 'OperationOutcome');
    }],
    ['*=empty', 'is empty with total 0 and an outcome entry', ({ json }) => {
        assert.equal(json.total, 0);
        assert.deepEqual(json.entry.map(({ resource }) => resource.resourceType), ['OperationOutcome']);
    }],
    ['*=html', 'sends HTML', ({ status, headers, text }) => {
        assert.equal(status, 200);
        assert.match(headers['content-type'], /^text\/html/);
        assert.match(text, /^<!DOCTYPE html>/);
    }],
    ['*=redirect', 'redirects to the metadata address', ({ status, headers }) => {
        assert.equal(status, 302);
        assert.equal(headers.location, 'http://169.254.169.254/latest/meta-data/');
    }],
    ['*=foreign', "mixes in another patient's results", (answer) => assert.ok(ids(answer).includes('other-k'))],
    ['*=cut', 'ends in the middle of the body', ({ error, text }) => {
        assert.equal(error, 'ECONNRESET');
        assert.match(text, /^{"resourceType":"Bundle"/);
    }],
    ['*=drop', 'closes without an answer', ({ error, text }) => {
        assert.equal(error, 'ECONNRESET');
        assert.equal(text, undefined);
    }],
    ['*=pad:100000', 'makes the body longer', ({ text, json }) => {
        assert.ok(text.length > 100_000);
        assert.equal(json.total, 3);
    }],
    ['*=next:loop', 'names itself as the next page', (answer) => assert.ok(nextOf(answer).endsWith(`/${observations}`))],
]) {
    test(`fault ${fault}: ${claim}`, async (context) => {
        const { base } = await serve(context, { faults: [fault] });
        check(await get(`${base}/${observations}`));
    });
}

test('fault slow: answers, but not before the time', async (context) => {
    const { base } = await serve(context, { faults: ['Observation=slow:150'] });
    const began = performance.now();
    assert.equal((await get(`${base}/${observations}`)).status, 200);
    assert.ok(performance.now() - began >= 145);
});

test('fault drip: is still not done when the client gives up', async (context) => {
    const { base } = await serve(context, { faults: ['Observation=drip'] });
    const answer = await new Promise((resolve) => {
        const request = http.get(`${base}/${observations}`, (response) => {
            let bytes = 0;
            response.on('data', (part) => {
                bytes += part.length;
                if (bytes > 43) {
                    request.destroy();
                    resolve({ status: response.statusCode, complete: response.complete });
                }
            });
            response.on('error', () => {});
        });
    });
    assert.deepEqual(answer, { status: 200, complete: false });
});

test('fault next:endless: there is always one more page, with new ids', async (context) => {
    const { base } = await serve(context, { faults: ['Observation=next:endless'] });
    let answer = await get(`${base}/${observations}`);
    const seen = new Set(ids(answer));
    for (let page = 0; page < 30; ++page) {
        answer = await get(nextOf(answer));
        for (const id of ids(answer)) {
            assert.ok(!seen.has(id));
            seen.add(id);
        }
    }
});

test('who follows a lie to the decoy is in the journal', async (context) => {
    const server = await serve(context, { faults: ['Observation=next:elsewhere', 'Condition=redirect:elsewhere'] });
    const next = nextOf(await get(`${server.base}/${observations}`));
    const { location } = (await get(`${server.base}/Condition?patient=p1`)).headers;
    assert.notEqual(new URL(next).origin, new URL(server.base).origin);
    for (const url of [next, location]) await get(url, { headers: { Authorization: 'Bearer anything' } });
    const decoys = (await get(`${server.admin}/log`)).json.filter(({ decoy }) => decoy);
    assert.equal(decoys.length, 2);
});

test('a fault of reads gives another patient', async (context) => {
    const { base } = await serve(context, { faults: ['Patient?read=foreign'] });
    assert.equal((await get(`${base}/Patient/p1`)).json.id, 'p2');
});

test('faults are switched while it runs, all or none', async (context) => {
    const server = await serve(context);
    const put = (body) => get(`${server.admin}/faults`, { method: 'PUT', body });
    assert.equal((await put('["*=status:503"]')).status, 200);
    assert.equal((await get(`${server.base}/Patient/p1`)).status, 503);
    const refused = await put('["*=html", "*=nonsense"]');
    assert.equal(refused.status, 400);
    assert.match(refused.json.error, /no fault "nonsense"\. Fix: one of status, slow/);
    assert.equal((await get(`${server.base}/Patient/p1`)).status, 503);
    await put('[]');
    assert.equal((await get(`${server.base}/Patient/p1`)).status, 200);
});

test('the journal is emptied on request', async (context) => {
    const server = await serve(context);
    await get(`${server.base}/Patient/p1`);
    await get(`${server.admin}/log`, { method: 'DELETE' });
    assert.deepEqual((await get(`${server.admin}/log`)).json, []);
});

test('a faulty fault is refused with the way to write it', () => {
    for (const text of ['', 'Observation', 'Observation=', '*=status:99', '*=status', '*=next:up', '*=slow:soon', '*=html:x']) {
        assert.throws(() => parseFault(text), /Fix: /, text);
    }
});

test('of two faults of one kind the later counts, and a page has the type of its search', () => {
    const faults = ['*=status:500', 'Observation?page=status:410'].map(parseFault);
    const parameters = new URLSearchParams();
    assert.equal(faultsOf(faults, { type: 'Observation', step: 'page', parameters }).status, '410');
    assert.equal(faultsOf(faults, { type: 'Observation', step: 'search', parameters }).status, '500');
});

test('a chart is read from a hook call, a Bundle and a resource', () => {
    const [patient, , , result] = chart;
    const bundle = { resourceType: 'Bundle', entry: [{ resource: patient }, { resource: result }, { fullUrl: 'urn:x' }] };
    assert.deepEqual(resourcesOf(bundle), [patient, result]);
    assert.deepEqual(resourcesOf(patient), [patient]);
    const call = { hook: 'patient-view', prefetch: { patient, labs: bundle, stopped: null, other: { resourceType: 'OperationOutcome' } } };
    assert.deepEqual(resourcesOf(call), [patient, result]);
});

test('for other servers a chart becomes one transaction that keeps the ids', () => {
    const { type, entry } = transaction([chart[0], chart[3]]);
    assert.equal(type, 'transaction');
    assert.deepEqual(entry.map(({ request }) => request), [
        { method: 'PUT', url: 'Patient/p1' }, { method: 'PUT', url: 'Observation/k-old' },
    ]);
});

test('load.js waits for the server, sends the charts, and says how many', async (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'fhir-server-'));
    context.after(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'chart.json'), JSON.stringify({ resourceType: 'Bundle', entry: [{ resource: chart[0] }] }));
    const bodies = [];
    const other = http.createServer((request, response) => {
        let text = '';
        request.on('data', (part) => (text += part));
        request.on('end', () => {
            if (request.method === 'POST') bodies.push(JSON.parse(text));
            response.end('{}');
        });
    });
    await new Promise((resolve) => other.listen(0, '127.0.0.1', resolve));
    context.after(() => other.close());
    const base = `http://127.0.0.1:${other.address().port}/fhir`;
    const { stdout } = await promisify(execFile)('node', [new URL('../load.js', import.meta.url).pathname, folder, base]);
    assert.equal(stdout, `1 resources are in ${base}\n`);
    assert.deepEqual(bodies.map((body) => body.entry[0].request.url), ['Patient/p1']);
});

test('it speaks TLS with the certificate given', async (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'fhir-server-'));
    context.after(() => rmSync(folder, { recursive: true }));
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    execFileSync('openssl', [
        'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1', '-subj', '/CN=127.0.0.1',
        '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert,
    ], { stdio: 'ignore' });
    const { base } = await serve(context, { tlsCert: cert, tlsKey: key });
    assert.match(base, /^https:/);
    assert.equal((await get(`${base}/Patient/p1`, { ca: readFileSync(cert) })).status, 200);
});
