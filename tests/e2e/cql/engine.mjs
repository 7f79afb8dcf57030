// The exported CQL, ready to be asked: translated once, then run case by case.
import path from 'node:path';
import { createRequire } from 'node:module';
import { translateAll } from './translate.mjs';
import { CodeService } from './code_service.mjs';

const require = createRequire(import.meta.url);
const cql = require('cql-execution');
const cqlfhir = require('cql-exec-fhir');

const levels = ['info', 'warning', 'critical'];
const tiers = ['', 'possible', 'probable', 'definite', 'safety'];

export class Engine {
  /// @param folder  of `rules export`
  constructor(folder) {
    const started = Date.now();
    const { elm, faults } = translateAll(path.join(folder, 'cql'), ['TwitchCdsFacts', 'TwitchCdsRules']);
    this.faults = faults;
    this.seconds = (Date.now() - started) / 1000;
    this.codes = new CodeService(folder);
    this.source = cqlfhir.PatientSource.FHIRv401(); // reads the model: once
    if (faults.length === 0) this.library = new cql.Library(elm.TwitchCdsRules, new cql.Repository(elm));
  }

  /// Answers of the rules for one case: {fires: true|false|null, level, tier} or {fires: "error: .."}.
  async ask(test, rules) {
    this.source.reset();
    this.source.loadBundles([test.bundle]);
    const now = cql.DateTime.parse(test.now);
    const parameters = { Now: now, Hook: test.hook, 'Not Answered': test.notAnswered };
    const context = new cql.PatientContext(this.library, this.source.currentPatient(), this.codes, parameters, now);
    const answers = new Map();
    for (const rule of rules) {
      try {
        answers.set(rule, await this.#answer(context, rule));
      } catch (error) {
        answers.set(rule, { fires: `error: ${error.message}` });
      }
    }
    return answers;
  }

  async #answer(context, rule) {
    const ask = (part) => this.library.expressions[`${rule} ${part}`].execute(context);
    const fires = (await ask('fires')) ?? null;
    if (fires !== true) return { fires };
    return { fires, level: levels[await ask('level')], tier: tiers[await ask('tier')] };
  }
}
