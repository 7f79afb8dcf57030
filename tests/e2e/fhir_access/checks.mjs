// Counted checks: every one is made, each failure is printed, the end tells how many there were.

import { isDeepStrictEqual } from 'node:util';

export class Checks {
    #made = 0;
    #failed = 0;

    same(what, expected, got) {
        this.#count(isDeepStrictEqual(expected, got), what, `expected: ${show(expected)}\n  got:      ${show(got)}`);
    }

    oneOf(what, expected, got) {
        this.#count(expected.includes(got), what, `expected one of: ${show(expected)}\n  got:      ${show(got)}`);
    }

    holds(what, truth) {
        this.#count(truth, what, 'it does not hold');
    }

    /** Runs the checks of one row; an exception in them is a failure of the row, not of the run. */
    async during(row, run) {
        try {
            await run();
        } catch (error) {
            this.#count(false, row, error.stack);
        }
    }

    finish() {
        console.log(`${this.#made} checks, ${this.#failed} failed`);
        process.exitCode = this.#made > 0 && this.#failed === 0 ? 0 : 1;
    }

    #count(passed, what, why) {
        this.#made += 1;
        if (passed) return;
        this.#failed += 1;
        console.error(`FAILED: ${what}\n  ${why}`);
    }
}

function show(value) {
    const text = JSON.stringify(value) ?? String(value);
    return text.length > 600 ? `${text.slice(0, 600)}...` : text;
}
