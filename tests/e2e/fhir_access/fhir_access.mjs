// The service against a FHIR server that behaves, and against one that does not.
//
//   node fhir_access.mjs BINARY FHIR_SERVER CHARTS SCRATCH
//
// FHIR_SERVER: folder of its main.js; CHARTS: the filled samples; SCRATCH: everything that is written goes
// there, with `canary` (the access token) and ca.pem, cert.pem, key.pem, other-ca.pem made before.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Checks } from './checks.mjs';
import { Stage, exchange } from './stage.mjs';

const [binary, fhirServer, charts, scratch] = process.argv.slice(2);
const token = readFileSync(join(scratch, 'canary'), 'utf8').trim();
const deadline = 1500; // ms; default of the service (TOL-21)
const slack = 1500; // for a busy machine; far below the waits of the faults
const checks = new Checks();
const stage = new Stage({ binary, fhirServer, charts, scratch });

const sample = JSON.parse(readFileSync(join(charts, 'patient-view.json'), 'utf8'));
const orderSample = JSON.parse(readFileSync(join(charts, 'order-select.json'), 'utf8'));

/** A hook call for the chart of `from`, with the prefetch given. */
function call(from, server, { prefetch, bearer = token, patient, fhir = server.base } = {}) {
    const { hook, hookInstance, context } = from;
    return {
        hook, hookInstance, context,
        fhirServer: fhir,
        ...(bearer && {
            fhirAuthorization: {
                access_token: bearer, token_type: 'Bearer', expires_in: 300, scope: 'patient/*.read',
                subject: 'twitch-cds', patient: patient ?? context.patientId,
            },
        }),
        ...(prefetch && { prefetch }),
    };
}

async function send(service, request, ca) {
    const id = { 'patient-view': 'twitch-patient-view', 'order-select': 'twitch-order-select' }[request.hook];
    return exchange(`${service.url}/cds-services/${id}`, {
        method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(request), ca,
    });
}

const summaries = ({ json }) => (json?.cards ?? []).map((card) => card.summary);
const asked = (log) => log.filter(({ decoy }) => !decoy).map(({ path }) => decodeURIComponent(path));
const pick = (keys) => Object.fromEntries(keys.map((key) => [key, sample.prefetch[key]]));
const chartKeys = Object.keys(sample.prefetch);
const without = (...keys) => pick(chartKeys.filter((key) => !keys.includes(key)));

function input(record, key) {
    return record.inputs.find((entry) => entry.key === key) ?? {};
}

const plain = await stage.fhirServer('plain', ['--token-file', join(scratch, 'canary')]);
const paged = await stage.fhirServer('paged', ['--token-file', join(scratch, 'canary'), '--page-size', '1']);
const gone = 'http://127.0.0.1:9/fhir'; // discard: nobody listens there
const service = await stage.service('service', {
    fhir: { networks: ['127.0.0.0/8'] },
    clients: [{ name: 'hospital', auth: 'none', fhir_servers: [plain.base, paged.base, gone] }],
});

/**
 * One row of the matrix.
 *
 * @param name     with the requirement rows that it is about
 * @param faults   of the FHIR server
 * @param request  the call
 * @param expect   gets {answer, log, record}: `log()` gives what the FHIR server was asked, `record` is
 *                 that of the decision, undefined without one
 */
async function row(name, { faults = [], server = plain, request, expect }) {
    await server.faults(faults);
    await server.clear();
    const answer = await send(service, request);
    const decision = answer.headers?.['x-decision-id'];
    const record = answer.status === 200 && decision ? service.record(decision) : undefined;
    await checks.during(name, () => expect({ answer, log: () => server.log(), record }));
}

// What the chart says when everything of it is known: the bodies of other rows are measured by it.
const whole = await send(service, call(sample, plain, { prefetch: sample.prefetch }));
checks.same('the whole chart as prefetch: status', 200, whole.status);
checks.holds('the whole chart as prefetch: a card on potassium', summaries(whole).some((text) => text.includes('2.9 mmol/L')));

function sameCards(name, answer) {
    checks.same(`${name}: status`, 200, answer.status);
    checks.same(`${name}: the cards of the whole chart`, summaries(whole), summaries(answer));
}

function refusedForWant(name, answer) {
    checks.same(`${name}: status`, 412, answer.status);
    checks.same(`${name}: an OperationOutcome`, 'OperationOutcome', answer.json?.resourceType);
}

/** Decided on what is there, and said so (D26, D32; section 2, missing-data ladder). */
function degraded(name, { answer, record }, key, statuses) {
    checks.same(`${name}: status`, 200, answer.status);
    checks.holds(`${name}: some card`, summaries(answer).length > 0);
    checks.oneOf(`${name}: what the record says of ${key}`, statuses, input(record, key).status);
    checks.same(`${name}: the record is degraded`, true, record.response.degraded);
    checks.holds(`${name}: no result that was not read`, !answer.text.includes('2.9 mmol/L'));
    checks.holds(`${name}: in time (TOL-21)`, answer.took < deadline + slack);
}

const bare = call(sample, plain);

// FHIR-01, FHIR-05, FHIR-06, PFD-03: what was not sent is asked for, as bearer, in FHIR JSON, without "//".
await row('no prefetch', { request: bare, async expect({ answer, log, record }) {
    sameCards('no prefetch', answer);
    const requests = await log();
    checks.holds('no prefetch: it asked', requests.length >= 4);
    checks.same('no prefetch: bearers', ['right'], [...new Set(requests.map(({ bearer }) => bearer))]);
    checks.holds('no prefetch: it wants FHIR JSON', requests.every(({ accept }) => accept?.includes('application/fhir+json')));
    checks.holds('no prefetch: no doubled slash', asked(requests).every((path) => !path.includes('//')));
    checks.holds('no prefetch: the patient', asked(requests).includes('/fhir/Patient/sample-1'));
    for (const key of ['patient', 'conditions', 'medications', 'labs']) {
        checks.same(`no prefetch: ${key} comes via`, 'fhir', input(record, key).via);
        checks.same(`no prefetch: ${key} is`, 'ok', input(record, key).status);
    }
    checks.holds('no prefetch: the record has no patient id (LOG-5)', !JSON.stringify(record).includes('sample-1'));
} });

// An order that only refers to its medication: read once, and not again when it is not there.
const referring = structuredClone(sample.prefetch);
referring.medications.entry.push({ resource: {
    resourceType: 'MedicationRequest', id: 'referring', status: 'active', intent: 'order',
    subject: { reference: 'Patient/sample-1' }, medicationReference: { reference: 'Medication/nowhere' },
} });
await row('a medication that is nowhere', { request: call(sample, plain, { prefetch: referring }), async expect({ answer, log }) {
    sameCards('a medication that is nowhere', answer);
    checks.same('a medication that is nowhere: asked for once', ['/fhir/Medication/nowhere'], asked(await log()));
} });
await row('the whole prefetch', { request: call(sample, plain, { prefetch: sample.prefetch }), async expect({ answer, log }) {
    sameCards('the whole prefetch', answer);
    checks.same('the whole prefetch: nothing is asked (PFD-03)', [], asked(await log()));
} });

await row('half of the prefetch', {
    request: call(sample, plain, { prefetch: pick(['patient', 'conditions']) }),
    async expect({ answer, log, record }) {
        sameCards('half of the prefetch', answer);
        const paths = asked(await log());
        checks.holds('half of the prefetch: medications asked', paths.some((path) => path.includes('/MedicationRequest?')));
        checks.holds('half of the prefetch: results asked', paths.some((path) => path.includes('/Observation?')));
        checks.holds('half of the prefetch: not what came (PFD-03)', !paths.some((path) =>
            path.includes('/Patient/') || path.includes('category=problem-list-item')));
        checks.same('half of the prefetch: via', ['prefetch', 'fhir'], [input(record, 'conditions').via, input(record, 'labs').via]);
    },
});

// PFD-04: null says that the client has looked.
await row('nulls', {
    request: call(sample, plain, { prefetch: { ...sample.prefetch, labs: null, complaints: null } }),
    async expect({ answer, log }) {
        checks.same('nulls: status', 200, answer.status);
        checks.same('nulls: not asked again (PFD-04)', [], asked(await log()));
    },
});

// PFD-05: an OperationOutcome says that the query failed: it is not repeated, and never "none".
await row('an OperationOutcome as prefetch', {
    request: call(sample, plain, { prefetch: { ...sample.prefetch,
        labs: { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'timeout' }] } } }),
    async expect(result) {
        degraded('an OperationOutcome as prefetch', result, 'labs', ['error']);
        checks.same('an OperationOutcome as prefetch: not asked again', [], asked(await result.log()));
    },
});

// PFD-07, TOL-14: pages are followed, with the token, to the end.
await row('pages', { server: paged, request: call(sample, paged), async expect({ answer, log, record }) {
    sameCards('pages', answer);
    const requests = await log();
    checks.holds('pages: followed', asked(requests).some((path) => path.includes('_getpages=')));
    checks.same('pages: bearers', ['right'], [...new Set(requests.map(({ bearer }) => bearer))]);
    checks.same('pages: results are whole', ['ok', 2], [input(record, 'labs').status, input(record, 'labs').count]);
} });

const oldestFirst = await exchange(`${paged.base}/Observation?patient=sample-1&code=2823-3&_sort=date`, {
    headers: { Authorization: `Bearer ${token}` },
});
await row('prefetch that goes on at the FHIR server', {
    server: paged,
    request: call(sample, paged, { prefetch: { ...sample.prefetch, labs: oldestFirst.json } }),
    async expect({ answer, log }) {
        sameCards('prefetch that goes on at the FHIR server', answer);
        checks.holds('prefetch that goes on: followed (PFD-07)', asked(await log()).some((path) => path.includes('_getpages=')));
    },
});

await row('prefetch that goes on elsewhere', {
    request: call(sample, plain, { prefetch: { ...sample.prefetch,
        labs: { ...sample.prefetch.labs, link: [{ relation: 'next', url: `${plain.admin}/decoy?page=2` }] } } }),
    async expect({ answer, log, record }) {
        sameCards('prefetch that goes on elsewhere', answer);
        checks.same('prefetch that goes on elsewhere: not followed (CTL-01)', 0, (await log()).length);
        checks.same('prefetch that goes on elsewhere: labs', 'partial', input(record, 'labs').status);
    },
});

// The fallback ladder of section 2, and servers with habits of their own: same cards.
for (const [name, ...faults] of [
    ['no OR list for results', 'Observation?or-list=status:400'],
    ['no OR list for orders', 'MedicationRequest?or-list=status:422'],
    ['no search by category', 'Condition?category=status:403'],
    ['no _sort', '*?_sort=status:400'],
    ['no OR list and no category', 'Observation?or-list=status:400', 'Observation?category=status:400'],
    ['_sort is ignored', '*=ignore:_sort'],
    ['_count is ignored', '*=ignore:_count'],
    ['application/json+fhir (TOL-17)', '*=type:application/json+fhir'],
    ['outcome entries beside the results', '*?search=outcome:warning'],
    ['everybody 300 ms late: asked in parallel (FHIR-06)', '*=slow:300'],
]) {
    await row(name, { faults, request: bare, expect: ({ answer }) => sameCards(name, answer) });
}

// TOL-07: nothing found, said with an outcome entry.
await row('no result, with an outcome entry', { faults: ['Observation?search=empty'], request: bare, expect({ answer, record }) {
    checks.same('no result, with an outcome entry: status', 200, answer.status);
    checks.same('no result, with an outcome entry: labs', 'empty', input(record, 'labs').status);
} });

// D26, CTL-11, CTL-12: results cannot be read; the rest decides, in time, and says what is missing.
for (const [name, fault, ...statuses] of [
    ['results fail', 'status:500', 'error'],
    ['results are forbidden', 'status:403', 'denied'],
    ['results are slow', 'slow:8000', 'timeout'],
    ['results are an OperationOutcome', 'outcome:alone', 'error'],
    ['results come with an error outcome (TOL-07)', 'outcome:error', 'error', 'partial'],
    ['results are HTML', 'html', 'invalid'],
    ['results end in the middle', 'cut', 'error', 'invalid'],
    ['results drip', 'drip', 'timeout'],
    ['results: the connection is closed', 'drop', 'error'],
    ['results above 16 MiB (CTL-11)', `pad:${17 * 1024 * 1024}`, 'invalid', 'error', 'partial'],
    ['results redirect (CTL-01)', 'redirect:elsewhere', 'error', 'denied', 'invalid'],
]) {
    await row(name, { faults: [`Observation=${fault}`], request: bare, async expect(result) {
        if (fault !== 'outcome:error') {
            degraded(name, result, 'labs', statuses);
        } else {
            checks.oneOf(`${name}: what the record says`, statuses, input(result.record, 'labs').status);
        }
        checks.holds(`${name}: nobody followed a lie`, (await result.log()).every(({ decoy }) => !decoy));
    } });
}

// Pages that lie: bounded, same origin, within the deadline; what was read counts.
for (const lie of ['elsewhere', 'loop', 'endless']) {
    const name = `next: ${lie}`;
    await row(name, { faults: [`Observation=next:${lie}`], request: bare, async expect({ answer, log, record }) {
        checks.same(`${name}: status`, 200, answer.status);
        checks.holds(`${name}: what was read counts`, summaries(answer).some((text) => text.includes('2.9 mmol/L')));
        checks.same(`${name}: labs`, 'partial', input(record, 'labs').status);
        checks.holds(`${name}: in time`, answer.took < deadline + slack);
        const requests = await log();
        checks.holds(`${name}: nobody followed a lie`, requests.every(({ decoy }) => !decoy));
        checks.holds(`${name}: an end is made`, requests.length < 200);
    } });
}

// CTL-07, PFD-12: another patient's data is worth nothing.
await row("other patients' resources among the results", { faults: ['*?search=foreign'], request: bare, expect({ answer }) {
    sameCards("other patients' resources among the results", answer);
} });
await row('another patient', { faults: ['Patient=foreign'], request: bare, expect({ answer }) {
    checks.oneOf('another patient: status', [400, 412], answer.status);
    checks.same('another patient: no cards', undefined, answer.json?.cards);
} });
// REQ-09, CTL-07: a token for somebody else is not used.
await row('a token for another patient', { request: call(sample, plain, { patient: 'sample-2' }), async expect({ answer, log }) {
    refusedForWant('a token for another patient', answer);
    checks.same('a token for another patient: no call', [], await log());
} });

// D26: what nobody can do without.
for (const [name, ...faults] of [
    ['everything fails', '*=status:503'],
    ['the patient cannot be read', 'Patient=status:500'],
    ['no source of a complaint', 'Condition=status:500', 'Observation=status:500'],
    ['neither orders nor results', 'MedicationRequest=status:500', 'Observation=status:500'],
    ['everything is HTML', '*=html'],
    ['everything redirects (CTL-01)', '*=redirect:elsewhere'],
]) {
    await row(name, { faults, request: bare, async expect({ answer, log }) {
        refusedForWant(name, answer);
        checks.holds(`${name}: nobody followed a lie`, (await log()).every(({ decoy }) => !decoy));
    } });
}
await row('everything is slow', { faults: ['*=slow:8000'], request: bare, expect({ answer }) {
    refusedForWant('everything is slow', answer);
    checks.holds('everything is slow: in time (TOL-21, PERF-02)', answer.took < deadline + slack);
} });
await row('the wrong token', { request: call(sample, plain, { bearer: `${token}-wrong` }), expect({ answer }) {
    refusedForWant('the wrong token', answer);
} });
// FHIR-07: without a token a server is only tried where that is configured.
await row('no token', { request: call(sample, plain, { bearer: null }), async expect({ answer, log }) {
    refusedForWant('no token', answer);
    checks.same('no token: no call', [], await log());
} });
// CTL-01, FHIR-03: only servers of the client entry, spelt as there.
for (const [name, fhir] of [
    ['a server that is not listed', `${plain.admin}/fhir`],
    ['a listed server with a user before it', plain.base.replace('//', '//user@')],
    ['a listed server with a step up', `${plain.base}/../fhir`],
]) {
    await row(name, { request: call(sample, plain, { fhir }), async expect({ answer, log }) {
        checks.oneOf(`${name}: status`, [400, 403, 412], answer.status);
        checks.same(`${name}: no call (CTL-01)`, [], await log());
    } });
}
await row('nobody listens', { request: call(sample, plain, { fhir: gone }), expect({ answer }) {
    refusedForWant('nobody listens', answer);
    checks.holds('nobody listens: said soon (FHIR-03)', answer.took < deadline + slack);
} });

// Orders bring their own context; the rest is asked for.
const orderWhole = await send(service, orderSample);
await row('order-select without prefetch', { request: call(orderSample, plain), expect({ answer }) {
    checks.holds('order-select: the sample has a card', summaries(orderWhole).length > 0);
    checks.same('order-select without prefetch: cards', summaries(orderWhole), summaries(answer));
} });

// Whatever happened before, the next call is answered.
await row('the same call once more', { request: bare, expect({ answer }) {
    sameCards('the same call once more', answer);
} });

// CTL-13, SEC-01: TLS on both sides; certificates are verified, and so is the name in them.
const [ca, cert, key, otherCa] = ['ca.pem', 'cert.pem', 'key.pem', 'other-ca.pem'].map((name) => join(scratch, name));
const secure = await stage.fhirServer('secure', [
    '--token-file', join(scratch, 'canary'), '--page-size', '1', '--tls-cert', cert, '--tls-key', key,
]);
const byName = secure.base.replace('127.0.0.1', 'localhost'); // a name that the certificate does not have
const clients = [{ name: 'hospital', auth: 'none', fhir_servers: [secure.base, byName] }];
const tls = { certificate_file: cert, key_file: key };
const trusting = await stage.service('tls', { tls, clients, fhir: { ca_file: ca, networks: ['127.0.0.0/8', '::1/128'] } });
const distrusting = await stage.service('tls-other', { tls, clients, fhir: { ca_file: otherCa, networks: ['127.0.0.0/8', '::1/128'] } });
const trusted = readFileSync(ca);

sameCards('TLS on both sides', await send(trusting, call(sample, secure), trusted));
await secure.clear();
refusedForWant('TLS: a certificate for another name', await send(trusting, call(sample, secure, { fhir: byName }), trusted));
refusedForWant('TLS: a certificate of an unknown authority', await send(distrusting, call(sample, secure), trusted));
checks.same('TLS: no request, so no token, went out', [], await secure.log());

// What came of the reads is counted, by words that nobody outside chooses (CTL-06).
const counted = await service.metrics();
for (const outcome of ['ok', 'partial', 'denied', 'timeout', 'invalid', 'error'])
    checks.holds(`reads are counted as ${outcome}`,
        new RegExp(`^twitch_cds_fhir_fetch_duration_seconds_count\\{[^}]*outcome="${outcome}"[^}]*\\} [1-9]`, 'm').test(counted));
checks.holds('metrics name no patient', !counted.includes('sample-'));

// CTL-06: a crash leaves no core file with a token in it.
const words = await stage.crash(service);
checks.holds('a crash writes no core file (CTL-06)', !words.includes('core dumped'));
await stage.end();
checks.finish();
