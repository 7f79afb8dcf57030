// Proof of an export: its resources are valid R4, its CQL translates and says what our evaluator says.
//
//   node main.mjs EXPORT CASES PAGE [--all]     EXPORT: folder of `rules export`; CASES: its --cases file;
//       PAGE: docs/exchange.md; --all: every rule on every case, which takes many times as long
//
// Prints what was found. Exit codes: 0 all holds, 1 something does not.
import fs from 'node:fs';
import path from 'node:path';
import { Engine } from './engine.mjs';
import { compareAll } from './compare.mjs';
import { withDecoys } from './decoys.mjs';
import { validateFolder, validator } from './validate.mjs';

const [folder, casesFile, page, all] = process.argv.slice(2);
const every = all === '--all' ? 1 : 16;
let failed = false;

function fail(text) {
  failed = true;
  console.log(`FAILED: ${text}`);
}

/// Rows of the table "Disagreements": case, rule, ours, CQL, why.
function explained() {
  const section = fs.readFileSync(page, 'utf8').split(/^## Disagreements$/m)[1]?.split(/^## /m)[0];
  if (section === undefined) throw new Error(`${page}: no section "Disagreements"`);
  return section.split('\n').filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim().replaceAll('`', '')))
    .map(([name, rule, ours, cql, why]) => ({ case: name, rule, ours, cql, why }));
}

const same = (a, b) => a.case === b.case && a.rule === b.rule && a.ours === b.ours && a.cql === b.cql;

function validate() {
  const { files, faults } = validateFolder(folder);
  for (const fault of faults) fail(fault);
  if (files < 100) fail(`only ${files} resources were found`);
  console.log(`${files} resources hold against the R4 schema`);
  const broken = JSON.parse(fs.readFileSync(path.join(folder, 'PlanDefinition-EL-K-LOW.json'), 'utf8'));
  broken.status = 'good';
  fs.mkdirSync(path.join(folder, 'broken'));
  fs.writeFileSync(path.join(folder, 'broken', 'PlanDefinition-broken.json'), JSON.stringify(broken));
  if (validateFolder(path.join(folder, 'broken')).faults.length === 0) fail('a status that R4 does not know was let through');
}

/// The facts are FHIR R4, too: each distinct resource of the cases, its id and place in the Bundle aside.
function validateFacts(cases) {
  const valid = validator();
  const seen = new Set();
  for (const test of cases)
    for (const { resource } of test.bundle.entry) {
      const text = JSON.stringify({ ...resource, id: 'x' });
      if (seen.has(text)) continue;
      seen.add(text);
      for (const fault of valid(JSON.parse(text))) fail(`${test.rule}: ${test.name}: ${resource.resourceType}${fault}`);
    }
  console.log(`${seen.size} different facts hold against the R4 schema`);
}

async function compare(engine, rules, cases) {
  const report = await compareAll(engine, rules, cases, every);
  const known = explained();
  for (const found of report.disagreements)
    if (!known.some((row) => same(row, found)))
      fail(`${found.case} | ${found.rule} | ours ${found.ours} | CQL ${found.cql}`);
  const compared = new Set(cases.map((test) => `${test.rule}: ${test.name}`));
  for (const row of known) {
    if (!row.why) fail(`docs/exchange.md: no reason for ${row.case}`);
    if (!compared.has(row.case) || !report.disagreements.some((found) => same(row, found)))
      fail(`docs/exchange.md lists a disagreement that is none: ${row.case} | ${row.rule}`);
  }
  console.log(`${report.compared} answers compared in ${report.cases} cases: ${report.fired} fire, ${report.unknown} unknown, `
    + `${report.disagreements.length} disagree`);
  if (report.fired < report.cases / 4) fail('hardly any rule fires: the comparison proves little');
}

/// Cancelled, planned and future data beside the facts change nothing; codes that are taken away do.
async function challenge(engine, rules, cases) {
  const some = cases.filter((test) => ['EL-K-LOW', 'MED-STEROID', 'CMB-LITHIUM-INTERACT'].includes(test.rule))
    .filter((test, place) => place % 5 === 0);
  const rxnorm = (code) => ({ coding: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code }] });
  const decoyed = some.map((test) => withDecoys(test, [rxnorm('4603'), rxnorm('8640'), rxnorm('6448')]));
  const report = await compareAll(engine, ['EL-K-LOW', 'MED-STEROID', 'CMB-LITHIUM-INTERACT', 'MED-LOOP'], decoyed);
  for (const found of report.disagreements) fail(`with decoys: ${found.case} | ${found.rule} | ours ${found.ours} | CQL ${found.cql}`);
  console.log(`${report.compared} answers stay the same beside decoys`);

  const set = [...engine.codes.sets.values()].find(({ oid }) => oid.endsWith('/ValueSet/CORTICOSTEROID'));
  const codes = set.codes;
  set.codes = new Set();
  const blind = await compareAll(engine, ['MED-STEROID'], cases.filter((test) => test.rule === 'MED-STEROID').slice(0, 10));
  set.codes = codes;
  if (blind.disagreements.length === 0) fail('an empty value set was not noticed');
}

validate();
const engine = new Engine(folder);
for (const fault of engine.faults) fail(fault);
if (engine.faults.length === 0) {
  console.log(`the CQL translates (${engine.seconds.toFixed(0)} s)`);
  const { rules, cases } = JSON.parse(fs.readFileSync(casesFile, 'utf8'));
  validateFacts(cases);
  const started = Date.now();
  await compare(engine, Object.keys(rules), cases);
  console.log(`compared in ${((Date.now() - started) / 1000).toFixed(0)} s`);
  await challenge(engine, Object.keys(rules), cases);
}
process.exit(failed ? 1 : 0);
