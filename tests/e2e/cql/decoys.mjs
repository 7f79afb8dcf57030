// Resources that must change nothing: what was cancelled, refused, only planned, or lies in the future. They are put
// beside the facts of a case, newer and worse than these.

const day = 24 * 3600 * 1000;

function results(bundle, now) {
  const seen = bundle.entry.map(({ resource }) => resource).filter(({ resourceType }) => resourceType === 'Observation');
  return seen.flatMap((resource) => ['cancelled', 'entered-in-error', 'registered', 'final'].map((status) => ({
    ...resource,
    status,
    // A final one of tomorrow: what lies in the future counts no more than what was cancelled.
    effectiveDateTime: new Date(Date.parse(now) + (status === 'final' ? day : 0)).toISOString(),
    valueQuantity: resource.valueQuantity && { ...resource.valueQuantity, value: resource.valueQuantity.value * 1.4 },
  })));
}

function orders(bundle, now, products) {
  const subject = { reference: 'Patient/patient' };
  return products.flatMap((medicationCodeableConcept) => [
    { status: 'cancelled' }, { status: 'entered-in-error' }, { status: 'unknown' }, { status: 'active', intent: 'plan' },
    { status: 'active', doNotPerform: true },
    { status: 'active', authoredOn: new Date(Date.parse(now) + day).toISOString() },
  ].map((differs) => ({ resourceType: 'MedicationRequest', intent: 'order', subject, medicationCodeableConcept,
    authoredOn: new Date(Date.parse(now) - day).toISOString(), ...differs })));
}

/// The bundle of a case with decoys: results of the same kind, and orders of these products.
export function withDecoys(test, products) {
  const more = [...results(test.bundle, test.now), ...orders(test.bundle, test.now, products)];
  const entry = more.map((resource, place) => ({ resource: { ...resource, id: `decoy${place}` } }));
  return { ...test, bundle: { ...test.bundle, entry: [...test.bundle.entry, ...entry] } };
}
