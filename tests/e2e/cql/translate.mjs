// CQL to ELM. The translator brings no models and no units along: the FHIR model is that of cql-exec-fhir, which
// also runs it, the types of CQL itself are in system_model.mjs.
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import {
  CqlTranslator, LibraryManager, ModelManager, createLibrarySourceProvider, createModelInfoProvider,
  createUcumService, stringAsSource,
} from '@cqframework/cql/cql-to-elm';
import { systemModel } from './system_model.mjs';

const require = createRequire(import.meta.url);
const ucum = require('@lhncbc/ucum-lhc').UcumLhcUtils.getInstance();
const fhirModel = path.join(path.dirname(require.resolve('cql-exec-fhir')), 'modelInfos', 'fhir-modelinfo-4.0.1.xml');

function notNeeded() {
  throw new Error('the export multiplies no quantities');
}

function libraryManager(sourceOf) {
  const models = new ModelManager();
  models.modelInfoLoader.registerModelInfoProvider(createModelInfoProvider((id) => {
    if (id === 'System') return stringAsSource(systemModel);
    if (id === 'FHIR') return stringAsSource(fs.readFileSync(fhirModel, 'utf8'));
    return null;
  }));
  const units = createUcumService(
    (value, from, to) => String(ucum.convertUnitTo(from, Number(value), to).toVal),
    (unit) => (ucum.validateUnitString(unit).status === 'valid' ? null : `${unit} is no unit of UCUM`),
    notNeeded, notNeeded,
  );
  const manager = new LibraryManager(models, undefined, undefined, units);
  manager.librarySourceLoader.registerProvider(createLibrarySourceProvider((id) => {
    const text = sourceOf(id);
    return text === null ? null : stringAsSource(text);
  }));
  return manager;
}

/// Translates the libraries of a folder.
/// @returns {{elm: object, faults: string[]}} ELM by library name; faults are errors, never warnings
export function translateAll(folder, names) {
  const sourceOf = (id) => {
    const file = path.join(folder, `${id}.cql`);
    return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : null;
  };
  const elm = {};
  const faults = [];
  for (const name of names) {
    const library = JSON.parse(CqlTranslator.fromText(sourceOf(name), libraryManager(sourceOf)).toJson());
    for (const note of library.library.annotation ?? [])
      if (note.errorSeverity === 'error' && !note.message.startsWith('Could not validate reference'))
        faults.push(`${note.libraryId ?? name}.cql:${note.startLine}:${note.startChar}: ${note.message}`);
    elm[name] = library;
  }
  return { elm, faults };
}
