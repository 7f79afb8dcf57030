#!/usr/bin/env node
// Puts the sample charts into any FHIR R4 server, in one transaction. Needs nothing but Node.
//
//   node load.js CHARTS BASE      CHARTS: folder as for main.js; waits up to five minutes for BASE

import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { readCharts } from './charts.js';

const patience = 300; // tries, a second apart: a server in a container takes its time to start

/** @return a Bundle that creates or replaces each resource under its own id */
export function transaction(resources) {
    return {
        resourceType: 'Bundle',
        type: 'transaction',
        entry: resources.map((resource) => ({
            fullUrl: `${resource.resourceType}/${resource.id}`,
            resource,
            request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
        })),
    };
}

async function waitFor(base) {
    for (let tries = 0; tries < patience; ++tries) {
        const answer = await fetch(`${base}/metadata`).catch(() => undefined);
        if (answer?.ok) return true;
        await wait(1000);
    }
    return false;
}

async function main([charts, base]) {
    if (!charts || !base) {
        console.error('load.js: name a folder and a server. Fix: node load.js CHARTS http://127.0.0.1:8090/fhir');
        return 64;
    }
    if (!(await waitFor(base))) {
        console.error(`${base}: no CapabilityStatement within ${patience} s. Fix: look at the log of that server`);
        return 1;
    }
    const resources = await readCharts(charts);
    const answer = await fetch(base, {
        method: 'POST',
        headers: { 'Content-Type': 'application/fhir+json' },
        body: JSON.stringify(transaction(resources)),
    });
    if (!answer.ok) {
        console.error(`${base}: answered ${answer.status}: ${(await answer.text()).slice(0, 1000)}`);
        return 1;
    }
    console.log(`${resources.length} resources are in ${base}`);
    return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.slice(2));
