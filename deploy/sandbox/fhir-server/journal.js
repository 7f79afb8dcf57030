// Who asked for what: read by tests, and by people who wonder what the service wanted.

import { appendFileSync } from 'node:fs';

const keptLines = 10_000;

export class Journal {
    #lines = [];
    #file;
    #number = 0;

    /** @param file  also gets each line when its request is over; undefined: none */
    constructor(file) {
        this.#file = file;
    }

    /**
     * Notes a request when it arrives, so that one without an answer shows too.
     * @param fields  method, path, bearer ("none", "right" or "wrong", never the token), accept, decoy
     * @return the line; its `status` and `faults` are filled in later
     */
    begin(fields) {
        const line = { number: ++this.#number, ...fields };
        this.#lines.push(line);
        if (this.#lines.length > keptLines) this.#lines.shift();
        return line;
    }

    end(line, status, faults = []) {
        if (line.status !== undefined) return;
        Object.assign(line, { status, ...(faults.length > 0 && { faults }) });
        if (this.#file) appendFileSync(this.#file, `${JSON.stringify(line)}\n`);
    }

    lines() {
        return this.#lines;
    }

    clear() {
        this.#lines = [];
    }
}
