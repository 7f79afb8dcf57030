// The value sets of the export as a terminology service: codes as listed, prefixes by their regular expression.
// Value sets are asked for codes, never expanded, since prefixes stand for codes that nobody has listed here.
import fs from 'node:fs';
import path from 'node:path';

class ValueSet {
  constructor(resource) {
    this.oid = resource.url;
    this.version = resource.version;
    this.codes = new Set();
    this.patterns = [];
    for (const include of resource.compose.include) {
      for (const member of include.concept ?? []) this.codes.add(`${include.system}|${member.code}`);
      for (const filter of include.filter ?? []) {
        if (filter.property !== 'code' || filter.op !== 'regex') throw new Error(`${resource.url}: filter ${filter.op}`);
        this.patterns.push({ system: include.system, pattern: new RegExp(`^(?:${filter.value})$`) });
      }
    }
  }

  hasMatch(asked) {
    const codes = Array.isArray(asked) ? asked : [asked];
    return codes.some((code) => code !== null
      && (this.codes.has(`${code.system}|${code.code}`)
        || this.patterns.some(({ system, pattern }) => code.system === system && pattern.test(code.code))));
  }

  expand() {
    return this;
  }
}

export class CodeService {
  constructor(folder) {
    this.sets = new Map();
    for (const file of fs.readdirSync(folder)) {
      if (!file.startsWith('ValueSet-')) continue;
      const resource = JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8'));
      if (resource.status !== 'draft') this.sets.set(resource.url, new ValueSet(resource));
    }
  }

  findValueSet(url) {
    return this.sets.get(url) ?? null;
  }

  findValueSetsByOid(url) {
    const found = this.findValueSet(url);
    return found === null ? [] : [found];
  }
}
