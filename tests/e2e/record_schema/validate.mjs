// Holds the records of log folders against the published schema, with a validator that is not ours.
//
//   validate.mjs SCHEMA MODULES FOLDER...     MODULES: a folder whose node_modules has ajv
//
// Prints how many records of each type there were. Exit code 1: some do not fit, or an altered one does.
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';

const [schemaFile, modules, ...folders] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(modules), 'package.json'));
const Ajv = require('ajv');
const ajv = new Ajv({ schemaId: 'auto', meta: false, allErrors: false });
ajv.addMetaSchema(require('ajv/lib/refs/json-schema-draft-04.json'));
const schema = JSON.parse(fs.readFileSync(schemaFile, 'utf8'));
const valid = ajv.compile(schema);
// The faults of one type alone: those of all alternatives of oneOf together say nothing.
const typeOf = (record) => record.type !== 'config' ? record.type
  : { content: 'config', key: 'configKeys', settings: 'configSettings', retention: 'retention', 'legal-hold': 'legalHold' }[record.change];
const byType = new Map();
const faultsOf = (record) => {
  const type = typeOf(record);
  if (!byType.has(type)) byType.set(type, ajv.compile({ ...schema, oneOf: [{ $ref: `#/definitions/${type}` }] }));
  byType.get(type)(record);
  return JSON.stringify(byType.get(type).errors?.slice(0, 3));
};

let faults = 0;
const fail = (text) => {
  faults += 1;
  if (faults <= 20) console.error(text);
};
const counts = new Map();

/** What must not fit: a member more, one of the required ones less, a number that became a text. */
function* altered(record) {
  yield ['a member more', { ...record, unheardOf: 'x' }];
  for (const name of ['seq', 'ts', 'node', 'tenant', 'prev', 'hash']) {
    const { [name]: _, ...rest } = record;
    yield [`without ${name}`, rest];
  }
  yield ['seq as a text', { ...record, seq: String(record.seq) }];
  yield ['another type', { ...record, type: 'note' }];
  if (record.type !== 'decision') return;
  yield ['a client with a name of the patient', { ...record, client: { ...record.client, patient: 'Jane Roe' } }];
  yield ['a patient in the clear', { ...record, subject: { patientKey: 'Patient/p1' } }];
  yield ['an input with its content', { ...record, inputs: [...record.inputs, { key: 'labs', status: 'ok', count: 1, value: {} }] }];
  if (record.facts?.length) yield ['a fact with a text', { ...record, facts: [{ ...record.facts[0], text: 'x' }] }];
}

for (const folder of folders)
  for (const file of fs.readdirSync(folder).filter((name) => name.endsWith('.jsonl')))
    for (const line of fs.readFileSync(path.join(folder, file), 'utf8').split('\n').filter(Boolean)) {
      const record = JSON.parse(line);
      const type = record.type === 'config' ? `config/${record.change}` : record.type;
      counts.set(type, (counts.get(type) ?? 0) + 1);
      if (!valid(record)) fail(`${folder}/${file}, seq ${record.seq}, ${type}: ${faultsOf(record)}`);
      for (const [what, other] of altered(record))
        if (valid(other)) fail(`${folder}/${file}, seq ${record.seq}, ${type}: fits ${what}`);
    }
for (const [type, count] of [...counts].sort()) console.log(`${type} ${count}`);
process.exit(faults === 0 && counts.size > 0 ? 0 : 1);
