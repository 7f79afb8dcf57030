// Calls with tokens of a client whose key set lies on a TLS server: the first key, a new one, a foreign
// URL, a key server that answers HTML.
//
//   key_sets.mjs BINARY SCRATCH    SCRATCH holds ca.pem, cert.pem, key.pem, audit.key, call.json, pack-version

import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { Checks } from '../fhir_access/checks.mjs';
import { exchange, Stage } from '../fhir_access/stage.mjs';

const [binary, scratch] = process.argv.slice(2);
const issuer = 'https://ehr.example.org';
const publicUrl = 'https://cds.example.org';
const path = '/cds-services/twitch-patient-view';
const body = readFileSync(join(scratch, 'call.json'));
const checks = new Checks();

/** A key pair of P-384. @return {kid, jwk, key} */
function pairOf(kid) {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    return { kid, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES384', use: 'sig' }, key: privateKey };
}

/** A fresh token of the client; `header` and `claims` change it. */
function tokenOf({ kid, key }, header = {}, claims = {}) {
    const now = Math.floor(Date.now() / 1000);
    const part = (members) => Buffer.from(JSON.stringify(members)).toString('base64url');
    const signed = [
        part({ alg: 'ES384', typ: 'JWT', kid, ...header }),
        part({ iss: issuer, aud: publicUrl + path, iat: now, exp: now + 300, jti: randomUUID(), ...claims }),
    ].join('.');
    return `${signed}.${sign('sha384', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

/** A TLS server that answers `text` and counts. @return {url, connections, requests, text, close()} */
async function keyServer() {
    const state = { connections: 0, requests: 0, text: '' };
    const server = https.createServer(
        { cert: readFileSync(join(scratch, 'cert.pem')), key: readFileSync(join(scratch, 'key.pem')) },
        (_request, response) => {
            state.requests += 1;
            response.setHeader('Content-Type', 'application/json').end(state.text);
        },
    );
    server.on('connection', () => (state.connections += 1));
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    return Object.assign(state, {
        url: `https://127.0.0.1:${server.address().port}/jwks.json`,
        close: () => {
            server.close();
            server.closeAllConnections();
        },
        publish: (...pairs) => (state.text = JSON.stringify({ keys: pairs.map(({ jwk }) => jwk) })),
    });
}

const stage = new Stage({ binary, scratch });
const [own, foreign, broken] = [await keyServer(), await keyServer(), await keyServer()];
const [first, second, stranger] = [pairOf('k1'), pairOf('k2'), pairOf('x1')];
own.publish(first);
foreign.publish(stranger);
broken.text = '<!DOCTYPE html><title>Sign in</title>';

const configuration = {
    mode: 'production',
    public_url: publicUrl,
    audit: { directory: join(scratch, 'fetching', 'audit'), key_file: join(scratch, 'audit.key') },
    fhir: { ca_file: join(scratch, 'ca.pem'), networks: ['127.0.0.0/8'] },
    content: {
        acknowledged: {
            pack: 'twitch-core', version: readFileSync(join(scratch, 'pack-version'), 'utf8').trim(),
            by: 'board', on: '2026-01-31',
        },
    },
    clients: [
        { name: 'north', issuers: issuer, tenant_claim: 'h-1', jku: own.url },
        { name: 'south', issuers: issuer, tenant_claim: 'h-2', jku: own.url },
        { name: 'html', issuers: 'https://html.example.org', jku: broken.url },
    ],
};
const service = await stage.service('fetching', configuration);

/** @return {status, decision} of a call with that token */
async function call(token) {
    const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` };
    const answer = await exchange(service.url + path, { method: 'POST', headers, body });
    return { status: answer.status ?? answer.error, decision: answer.headers?.['x-decision-id'] };
}
const ofNorth = (pair, header) => tokenOf(pair, { jku: own.url, ...header }, { tenant: 'h-1' });

await checks.during('the sets are fetched before the first call', async () => {
    for (const until = performance.now() + 20_000; performance.now() < until; await wait(50))
        if ((await exchange(`${service.url}/healthz/ready`)).status === 200) break;
    checks.same('ready', 200, (await exchange(`${service.url}/healthz/ready`)).status);
    checks.same('one fetch for each client', 2, own.requests);
});

// JWT-08, JWT-10: with its URL, and without one
await checks.during('a token of the published key', async () => {
    const { status, decision } = await call(ofNorth(first));
    checks.same('with jku', 200, status);
    checks.same('the record: kid', 'k1', service.record(decision).client.kid);
    checks.same('without jku', 200, (await call(tokenOf(first, {}, { tenant: 'h-1' }))).status);
    checks.same('no further fetch', 2, own.requests);
});

// TOL-04
await checks.during('hospitals of one issuer', async () => {
    const { status, decision } = await call(tokenOf(first, { jku: own.url }, { tenant: 'h-2' }));
    checks.same('of the other hospital', 200, status);
    checks.same('the record: client', 'south', service.record(decision).client.name);
    checks.same('of a foreign hospital', 401, (await call(tokenOf(first, { jku: own.url }, { tenant: 'h-3' }))).status);
});

// JWT-08, CTL-02: a URL that is not listed is not even connected to
await checks.during('a token with a key set of its own', async () => {
    checks.same('foreign jku', 401, (await call(ofNorth(stranger, { jku: foreign.url }))).status);
    checks.same('its own host, another path', 401, (await call(ofNorth(first, { jku: `${own.url}?x` }))).status);
    checks.same('connections to the foreign listener', 0, foreign.connections);
    checks.same('no further fetch', 2, own.requests);
});

// JWT-09, CTL-02
await checks.during('a rotation', async () => {
    own.publish(second);
    checks.same('new key', 200, (await call(ofNorth(second))).status);
    checks.same('after one refresh', 3, own.requests);
    checks.same('old key', 401, (await call(ofNorth(first))).status);
    const flood = await Promise.all(Array.from({ length: 40 }, (_, i) => call(ofNorth(pairOf(`flood-${i}`)))));
    checks.same('a flood of kids', [401], [...new Set(flood.map(({ status }) => status))]);
    checks.same('no further fetch within the minute', 3, own.requests);
    checks.same('new key still', 200, (await call(ofNorth(second))).status);
});

await checks.during('a key server that answers HTML', async () => {
    const token = () => tokenOf(first, {}, { iss: 'https://html.example.org' });
    checks.same('its client', 503, (await call(token())).status);
    checks.same('the others', 200, (await call(ofNorth(second))).status);
    const lines = readFileSync(service.log, 'utf8').split('\n').filter((line) => line.includes('"key set not had"'));
    checks.holds('a line of the operations log names the client', lines.some((line) => line.includes('"html"')));
});

// JWT-07, CTL-04: a token comes once
await checks.during('a replay', async () => {
    const token = ofNorth(second);
    checks.same('first', 200, (await call(token)).status);
    checks.same('again', 401, (await call(token)).status);
});

for (const server of [own, foreign, broken]) server.close();
await checks.during('dead key servers', async () => {
    checks.same('keys at hand go on', 200, (await call(ofNorth(second))).status);
});
await stage.end();
checks.finish();
