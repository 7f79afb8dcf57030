// Runs the exported CQL on the exported cases and compares each rule's answer with our evaluator's.
//
//   node run_cases.mjs EXPORT CASES [RULE]     EXPORT: folder of `rules export`; CASES: its --cases file
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { translateAll } from './translate.mjs';
import { CodeService } from './code_service.mjs';

const require = createRequire(import.meta.url);
const cql = require('cql-execution');
const cqlfhir = require('cql-exec-fhir');

const othersEvery = 16;
const levels = ['info', 'warning', 'critical'];
const tiers = ['', 'possible', 'probable', 'definite', 'safety'];

/// What the CQL has to say of a rule when our evaluator says this.
function expectationOf(outcome) {
  if (outcome === undefined) return { fires: false };
  if (outcome.outcome === 'unknown') return { fires: null };
  if (outcome.outcome !== 'fired') return { fires: false };
  return { fires: true, level: outcome.level, tier: outcome.tier };
}

async function answerOf(library, context, rule) {
  const ask = async (part) => library.expressions[`${rule} ${part}`].execute(context);
  const fires = (await ask('fires')) ?? null;
  if (fires !== true) return { fires };
  return { fires, level: levels[await ask('level')], tier: tiers[await ask('tier')] };
}

// Every rule on every case would take most of an hour: the rule that the case was written for, those that fire, and
// a changing part of the others.
const isAsked = (test, rule, turn) =>
  rule === test.rule || test.outcomes[rule]?.level !== undefined || turn % othersEvery === 0;

const same = (a, b) => a.fires === b.fires && a.level === b.level && a.tier === b.tier;

export async function runCases(folder, casesFile, { only = '', progress = () => {} } = {}) {
  const started = Date.now();
  const { elm, faults } = translateAll(path.join(folder, 'cql'), ['TwitchCdsFacts', 'TwitchCdsRules']);
  const translated = Date.now();
  if (faults.length > 0) return { faults, disagreements: [], compared: 0, cases: 0, fired: 0, unknown: 0 };
  const library = new cql.Library(elm.TwitchCdsRules, new cql.Repository(elm));
  const codes = new CodeService(folder);
  const { rules, cases } = JSON.parse(fs.readFileSync(casesFile, 'utf8'));

  const source = cqlfhir.PatientSource.FHIRv401(); // reads the model: once
  const report = { faults, disagreements: [], compared: 0, cases: 0, fired: 0, unknown: 0, rules: Object.keys(rules).length };
  for (const test of cases) {
    if (only !== '' && test.rule !== only) continue;
    report.cases += 1;
    source.reset();
    source.loadBundles([test.bundle]);
    const now = cql.DateTime.parse(test.now);
    const parameters = { Now: now, Hook: test.hook, 'Not Answered': test.notAnswered };
    const context = new cql.PatientContext(library, source.currentPatient(), codes, parameters, now);
    for (const [place, rule] of Object.keys(rules).entries()) {
      if (!isAsked(test, rule, place + report.cases)) continue;
      const expected = expectationOf(test.outcomes[rule]);
      let got;
      try {
        got = await answerOf(library, context, rule);
      } catch (error) {
        got = { fires: `error: ${error.message}` };
      }
      report.compared += 1;
      if (expected.fires === true) report.fired += 1;
      if (expected.fires === null) report.unknown += 1;
      if (!same(expected, got)) report.disagreements.push({ case: `${test.rule}: ${test.name}`, rule, expected, got });
    }
    progress(report);
  }
  report.seconds = { translate: (translated - started) / 1000, run: (Date.now() - translated) / 1000 };
  return report;
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const [folder, casesFile, only] = process.argv.slice(2);
  const report = await runCases(folder, casesFile, { only: only ?? '' });
  for (const fault of report.faults) console.log(fault);
  report.faults = report.faults.length;
  for (const found of report.disagreements.slice(0, 400))
    console.log(`${found.case} | ${found.rule} | expected ${JSON.stringify(found.expected)} got ${JSON.stringify(found.got)}`);
  console.log(JSON.stringify({ ...report, disagreements: report.disagreements.length }));
}
