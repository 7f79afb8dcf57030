// Claims of a fault test, counted; the first words of what failed go to stderr.
import { readLog, verify } from './records.mjs';

let made = 0;
let failed = 0;
const mostTold = 20;

export function holds(claim, condition, found = '') {
    ++made;
    if (condition) return;
    if (++failed > mostTold) return;
    console.error(`FAILED: ${claim}${found === '' ? '' : `\n  found: ${found}`}`);
}

export const same = (claim, expected, found) => holds(claim, expected === found, `${found} instead of ${expected}`);

/**
 * Each answered call has one record, each line is whole, and the chain is unbroken, by our own
 * reading of the files and by that of the service.
 *
 * @param answered  the ids that clients were answered with
 * @return what was read
 */
export function holdsEveryAnswer(when, binary, directory, answered) {
    const log = readLog(directory);
    const lost = answered.filter((id) => !log.decisions.has(id));
    const twice = answered.filter((id) => log.decisions.get(id) > 1);
    same(`${when}: answered calls without a record`, '', lost.slice(0, 5).join(' '));
    same(`${when}: answered calls with several records`, '', twice.slice(0, 5).join(' '));
    same(`${when}: every line is whole and chained`, '', log.faults.slice(0, 5).join('; '));
    const verified = verify(binary, directory);
    holds(`${when}: audit verify finds the log intact`, verified.status === 0, verified.text);
    return { ...log, lost: lost.length };
}

/** Ends the process with the result of all claims. */
export function finish(note) {
    if (note) console.log(note);
    console.log(`${made} checks, ${failed} failed`);
    process.exitCode = made > 0 && failed === 0 ? 0 : 1;
}
