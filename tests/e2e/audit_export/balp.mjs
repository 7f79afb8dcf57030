// What IHE Basic Audit Log Patterns 1.1.4 requires of an AuditEvent that claims PatientQuery or PatientRead: its
// StructureDefinitions IHE.BasicAudit.Query, .PatientQuery, .Read and .PatientRead, element by element.

const url = 'https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.';
const dicom = 'http://dicom.nema.org/resources/ontology/DCM';
const entityType = 'http://terminology.hl7.org/CodeSystem/audit-entity-type';
const objectRole = 'http://terminology.hl7.org/CodeSystem/object-role';
const interaction = 'http://hl7.org/fhir/restful-interaction';

const isCoding = (coding, system, code) => coding?.system === system && coding?.code === code;
const hasType = (agent, system, code) => (agent.type?.coding ?? []).some((coding) => isCoding(coding, system, code));

/// Source and destination are of what flows: a query flows to the server, what is read flows from it.
const profiles = {
  [`${url}PatientQuery`]: { subtypes: ['search', 'search-type', 'search-system'], action: 'E', client: '110153', server: '110152' },
  [`${url}PatientRead`]: { subtypes: ['read', 'vread'], action: 'R', client: '110152', server: '110153' },
};

function faultsOfAgents(event, profile) {
  const faults = [];
  const say = (good, text) => good || faults.push(text);
  say(event.agent.length >= 2, 'fewer than two agents');
  for (const [name, code] of [['client', profile.client], ['server', profile.server]]) {
    const agents = event.agent.filter((agent) => hasType(agent, dicom, code));
    say(agents.length === 1, `${agents.length} agents of ${name} (${code})`);
    say(agents.every(({ who }) => who !== undefined), `${name} without who`);
    say(agents.every(({ network }) => network?.address && network?.type), `${name} without network`);
    say(agents.every(({ media }) => media === undefined), `${name} with media`);
  }
  const users = event.agent.filter((agent) => hasType(agent, 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType', 'IRCP'));
  say(users.length <= 1, 'several users');
  say(users.every(({ who, requestor, media, network }) => who && requestor === true && !media && !network), 'user');
  return faults;
}

function faultsOfEntities(event, profile) {
  const faults = [];
  const say = (good, text) => good || faults.push(text);
  const ofType = (system, code) => event.entity.filter(({ type }) => isCoding(type, system, code));
  const [patient, ...morePatients] = ofType(entityType, '1');
  say(patient !== undefined && morePatients.length === 0, 'not one patient');
  say(isCoding(patient?.role, objectRole, '1'), 'role of the patient');
  say(patient?.what?.type === 'Patient' && patient.what.identifier?.value, 'patient.what');
  const [data, ...moreData] = ofType(entityType, '2');
  say(data !== undefined && moreData.length === 0, 'not one system object');
  if (profile.action === 'E') {
    say(isCoding(data?.role, objectRole, '24'), 'role of the query');
    say(data?.what === undefined && data?.lifecycle === undefined && data?.detail === undefined, 'members that a query has not');
    const query = Buffer.from(data?.query ?? '', 'base64');
    say(query.length > 0 && query.toString('base64') === data.query, 'query is no base64');
    say(query.toString() === data?.description, 'query and description differ');
  } else {
    say(['3', '4', '20'].some((code) => isCoding(data?.role, objectRole, code)), 'role of what was read');
    say(data?.what !== undefined, 'nothing was read');
  }
  const transactions = ofType('https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType', 'XrequestId');
  say(transactions.length <= 1 && transactions.every(({ what }) => what?.identifier?.value), 'X-Request-Id');
  return faults;
}

/** @return what a resource lacks of the profile that it claims; a profile that is not known is a fault */
export function faultsOfProfile(resource) {
  return (resource.meta?.profile ?? []).flatMap((claimed) => {
    const profile = profiles[claimed];
    if (!profile || resource.resourceType !== 'AuditEvent') return [`claims ${claimed}`];
    const faults = [];
    const say = (good, text) => good || faults.push(text);
    say(isCoding(resource.type, 'http://terminology.hl7.org/CodeSystem/audit-event-type', 'rest'), 'type');
    say((resource.subtype ?? []).some(({ system, code }) => system === interaction && profile.subtypes.includes(code)), 'subtype');
    say(resource.action === profile.action, 'action');
    say(resource.recorded !== undefined, 'recorded');
    say(resource.outcome === '0', 'outcome');
    say(resource.source?.observer !== undefined, 'source');
    return [...faults, ...faultsOfAgents(resource, profile), ...faultsOfEntities(resource, profile)];
  });
}
