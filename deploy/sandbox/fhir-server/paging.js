// Cuts results into pages whose links tell a client nothing: it has to follow them as they are.

import { randomBytes } from 'node:crypto';

const keptPages = 1000;

export class Pages {
    #size;
    #waiting = new Map();

    /** @param size  entries of a page at most; 0: no limit of the server's own */
    constructor(size) {
        this.#size = size;
    }

    /**
     * @param rest    {type, resources}: what a search found, or what is left of it
     * @param wanted  entries that the client asked for with `_count`, or undefined
     * @return {entries, next}: the page, and an opaque word for the rest, undefined on the last page
     */
    cut({ type, resources }, wanted) {
        const size = Math.min(this.#size || Infinity, wanted || Infinity);
        if (resources.length <= size) return { entries: resources, next: undefined };
        return { entries: resources.slice(0, size), next: this.keep({ type, resources: resources.slice(size), wanted }) };
    }

    /** @return a word by which follow() finds `rest` */
    keep(rest) {
        const word = randomBytes(12).toString('hex');
        this.#waiting.set(word, rest);
        // The oldest links go first: a server that runs for weeks must not grow.
        if (this.#waiting.size > keptPages) this.#waiting.delete(this.#waiting.keys().next().value);
        return word;
    }

    /** @return the {type, resources, wanted} kept under `word`, or undefined */
    follow(word) {
        return this.#waiting.get(word);
    }
}
