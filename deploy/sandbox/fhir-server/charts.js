// Reads sample charts: hook calls (their prefetch is the chart), Bundles, or single resources.

import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * @param folder  files *.json, with their days filled in (deploy/samples/fill.sh)
 * @return the resources of all files, in the order of the file names; ids as in the files, so two
 *         charts that use one id for different resources get it prefixed by the patient's id
 */
export async function readCharts(folder) {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
    const charts = [];
    for (const name of names) {
        const text = await readFile(join(folder, name), 'utf8');
        charts.push(...ownIds(resourcesOf(JSON.parse(text))));
    }
    return charts;
}

/** @return the resources in a hook call, a Bundle or a resource, each once */
export function resourcesOf(document) {
    if (document.hook !== undefined) {
        const values = Object.values(document.prefetch ?? {}).filter((value) => value?.resourceType);
        return unique(values.flatMap(resourcesOf));
    }
    if (document.resourceType === 'Bundle') {
        return unique((document.entry ?? []).flatMap((entry) => (entry.resource ? [entry.resource] : [])));
    }
    if (document.resourceType === 'OperationOutcome') return [];
    return document.resourceType ? [document] : [];
}

function unique(resources) {
    const seen = new Map(resources.map((resource) => [`${resource.resourceType}/${resource.id}`, resource]));
    return [...seen.values()];
}

/** Every chart of the samples calls its potassium result "potassium": on one server ids must differ. */
function ownIds(resources) {
    const patient = resources.find((resource) => resource.resourceType === 'Patient');
    if (!patient) return resources;
    const renamed = new Map();
    for (const { resourceType, id } of resources) {
        if (resourceType !== 'Patient') renamed.set(`${resourceType}/${id}`, `${resourceType}/${patient.id}-${id}`);
    }
    return resources.map((resource) => {
        const copy = JSON.parse(JSON.stringify(resource), (key, value) =>
            key === 'reference' && renamed.has(value) ? renamed.get(value) : value);
        if (copy.resourceType !== 'Patient') copy.id = `${patient.id}-${copy.id}`;
        return copy;
    });
}
