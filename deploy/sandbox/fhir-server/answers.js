// The FHIR answers: Bundles, outcomes, the CapabilityStatement.

/** What a chart for this service is made of; the store knows every other type as well. */
const chartTypes = [
    'Appointment', 'Condition', 'Encounter', 'Medication', 'MedicationAdministration', 'MedicationDispense',
    'MedicationRequest', 'MedicationStatement', 'Observation', 'Patient', 'Procedure', 'QuestionnaireResponse',
    'ServiceRequest',
];

export function outcome(severity, code, diagnostics) {
    return { resourceType: 'OperationOutcome', issue: [{ severity, code, diagnostics }] };
}

/**
 * @param base       base URL of the server
 * @param resources  of this page
 * @param total      of the whole search, or undefined on later pages
 * @param self, next absolute URLs; next may be undefined
 * @param outcomes   OperationOutcomes to put behind the resources
 */
export function searchset({ base, resources, total, self, next, outcomes = [] }) {
    const entry = [
        ...resources.map((resource) => ({
            fullUrl: `${base}/${resource.resourceType}/${resource.id}`,
            resource,
            search: { mode: 'match' },
        })),
        ...outcomes.map((resource) => ({ resource, search: { mode: 'outcome' } })),
    ];
    return {
        resourceType: 'Bundle',
        type: 'searchset',
        ...(total !== undefined && { total }),
        link: [{ relation: 'self', url: self }, ...(next ? [{ relation: 'next', url: next }] : [])],
        ...(entry.length > 0 && { entry }),
    };
}

export function capabilityStatement(store, base, secured) {
    return {
        resourceType: 'CapabilityStatement',
        status: 'active',
        date: '2026-01-01',
        kind: 'instance',
        fhirVersion: '4.0.1',
        format: ['json'],
        software: { name: 'twitch-cds sandbox FHIR server' },
        implementation: { description: 'Synthetic charts in memory', url: base },
        rest: [{
            mode: 'server',
            security: { cors: true, description: secured ? 'A bearer token is needed.' : 'Open to anybody.' },
            resource: chartTypes.map((type) => ({
                type,
                interaction: [{ code: 'read' }, { code: 'search-type' }],
                searchParam: store.searchParameters(type).map(([name, kind]) => ({ name, type: kind })),
            })),
        }],
    };
}
