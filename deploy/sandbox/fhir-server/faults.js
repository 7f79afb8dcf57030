// Misbehaviour on request. A fault is written TYPE[?CONDITION]=FAULT[:VALUE], for instance
//   Observation=status:500          MedicationRequest?or-list=status:400     *=slow:800
//   Condition?category=status:403   Observation?_sort=status:400             *?page=status:410
// TYPE: a resource type, `metadata`, or `*`. CONDITION: `read`, `search`, `page` (what a next link
// leads to), `or-list` (a value with a comma), or the name of a parameter of the query.

const severities = ['information', 'warning', 'error', 'fatal'];
const anything = () => true;
const number = (least, most) => (value) => /^\d+$/.test(value) && value >= least && value <= most;
const oneOf = (...words) => (value) => words.includes(value);

/** What a fault does, its value where none is given, and what its value may be. */
export const kinds = {
    status: { does: 'answers with this status', accepts: number(400, 599) },
    slow: { does: 'waits so many milliseconds first', accepts: number(1, 60_000) },
    type: { does: 'sends this Content-Type', accepts: anything },
    outcome: {
        does: 'adds an OperationOutcome of this severity to the entries; "alone": sends nothing else',
        value: 'warning',
        accepts: oneOf(...severities, 'alone'),
    },
    empty: { does: 'finds nothing: total 0 and one OperationOutcome as entry', value: '', accepts: oneOf('') },
    html: { does: 'sends a login page with status 200', value: '', accepts: oneOf('') },
    redirect: {
        does: 'redirects to this URL; "elsewhere": to the decoy',
        value: 'http://169.254.169.254/latest/meta-data/',
        accepts: anything,
    },
    next: {
        does: 'lies about the next page: "elsewhere" (the decoy), "loop" (itself), "endless"',
        accepts: oneOf('elsewhere', 'loop', 'endless'),
    },
    foreign: { does: "mixes in other patients' resources; a read gives another patient", value: '', accepts: oneOf('') },
    cut: { does: 'ends in the middle of the body', value: '', accepts: oneOf('') },
    drip: { does: 'sends a byte now and then, without end', value: '', accepts: oneOf('') },
    pad: { does: 'makes the body so many bytes longer', accepts: number(1, 100_000_000) },
    drop: { does: 'closes the connection without an answer', value: '', accepts: oneOf('') },
    ignore: { does: 'takes no notice of this parameter', accepts: anything },
};

/**
 * @param text  a fault as written above
 * @return {type, condition, kind, value, text}
 * @throws Error with a sentence for the one who wrote it
 */
export function parseFault(text) {
    const parts = /^([A-Za-z*]+)(?:\?([A-Za-z_-]+))?=([a-z]+)(?::(.*))?$/.exec(text);
    if (!parts) throw new Error(`fault "${text}": not understood. Fix: write TYPE[?CONDITION]=FAULT[:VALUE]`);
    const [, type, condition, kind, given] = parts;
    if (!kinds[kind]) {
        throw new Error(`fault "${text}": no fault "${kind}". Fix: one of ${Object.keys(kinds).join(', ')}`);
    }
    const value = given ?? kinds[kind].value;
    if (value === undefined || !kinds[kind].accepts(value)) {
        throw new Error(`fault "${text}": the value does not fit. Fix: ${kind} ${kinds[kind].does}`);
    }
    return { type, condition, kind, value, text };
}

/**
 * @param faults   as parseFault gives them
 * @param request  {type, step: "read"|"search"|"page"|"metadata", parameters: URLSearchParams}
 * @return kind -> value of those that fit; of two of one kind the later counts
 */
export function faultsOf(faults, request) {
    return Object.fromEntries(faults.filter((fault) => fits(fault, request)).map(({ kind, value }) => [kind, value]));
}

function fits({ type, condition }, request) {
    if (type !== '*' && type !== request.type) return false;
    if (condition === undefined) return true;
    if (['read', 'search', 'page'].includes(condition)) return condition === request.step;
    if (condition === 'or-list') return [...request.parameters.values()].some((value) => value.includes(','));
    return [...request.parameters.keys()].some((name) => name.split(':')[0] === condition);
}
