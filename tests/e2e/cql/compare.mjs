// What our evaluator said of a case beside what the CQL says.

/// What the CQL has to say of a rule when our evaluator says this.
export function expectationOf(outcome) {
  if (outcome === undefined) return { fires: false };
  if (outcome.outcome === 'unknown') return { fires: null };
  if (outcome.outcome !== 'fired') return { fires: false };
  return { fires: true, level: outcome.level, tier: outcome.tier };
}

const same = (a, b) => a.fires === b.fires && a.level === b.level && a.tier === b.tier;

/// "true warning probable", "false", "null": as in the table of docs/exchange.md.
export const inWords = ({ fires, level, tier }) => [String(fires), level, tier].filter(Boolean).join(' ');

/// Which rules are asked of a case: the one that it was written for, those that fire or are suppressed, and of the
/// others every nth, another nth in each case. The rules of tests/e2e/cql/constructs share one file of cases.
const constructs = /-TEST-/;
function askedOf(test, rules, turn, every) {
  return rules.filter((rule, place) => rule === test.rule || (constructs.test(rule) && constructs.test(test.rule))
    || test.outcomes[rule]?.level !== undefined || (place + turn) % every === 0);
}

/// @param every  of the rules that a case is not about every nth is asked; 1 = all
/// @returns {{cases, compared, fired, unknown, disagreements: {case, rule, ours, cql}[]}}
export async function compareAll(engine, rules, cases, every = 16) {
  const report = { cases: 0, compared: 0, fired: 0, unknown: 0, disagreements: [] };
  for (const test of cases) {
    report.cases += 1;
    const answers = await engine.ask(test, askedOf(test, rules, report.cases, every));
    for (const [rule, got] of answers) {
      const expected = expectationOf(test.outcomes[rule]);
      report.compared += 1;
      if (expected.fires === true) report.fired += 1;
      if (expected.fires === null) report.unknown += 1;
      if (!same(expected, got))
        report.disagreements.push({ case: `${test.rule}: ${test.name}`, rule, ours: inWords(expected), cql: inWords(got) });
    }
  }
  return report;
}
