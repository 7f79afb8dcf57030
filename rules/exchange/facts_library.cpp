#include "rules/exchange/facts_library.hpp"

namespace tcds::rules::exchange {

// Written against the system types and the FHIR model alone: no further library is needed, since no
// implicit conversion is used (each element is asked for its `.value`).
std::string_view factsLibrary()
{
    return R"CQL(
// --- Three-valued logic -------------------------------------------------------------------------
// true, false and null (unknown), as CQL has them. Lists of answers go through numbers, because
// `exists` and the aggregates pass over null.

define function "Verdict"(answer Boolean):
  if answer is null then 1 else if answer then 2 else 0

define function "Answer"(verdict Integer):
  case verdict when 2 then true when 0 then false else null as Boolean end

// At least n of k: `met` are true, `open` unknown.
define function "At Least"(n Integer, met Integer, open Integer):
  if met >= n then true else if met + open < n then false else null as Boolean

// What an absence says: false when the source answered, unknown when it did not.
define function "Absence"(source String):
  if source in Coalesce("Not Answered", List<String>{}) then null as Boolean else false

// The best of the answers; false of a list that holds none counts as the absence does.
define function "Any Or Absent"(verdicts List<Integer>, absence Boolean):
  case Coalesce(Max(verdicts), 0) when 2 then true when 1 then null as Boolean else absence end

// --- Dates --------------------------------------------------------------------------------------
// A date less precise than an instant: its first instant as a start or result time, its last one
// as an end. Without a time a date is read in UTC.

define function "First Instant"(t DateTime):
  if t is null then null as DateTime
  else if (hour from t) is null then
    DateTime(year from t, Coalesce(month from t, 1), Coalesce(day from t, 1), 0, 0, 0, 0, 0.0)
  else
    DateTime(year from t, month from t, day from t, hour from t, Coalesce(minute from t, 0),
      Coalesce(second from t, 0), Coalesce(millisecond from t, 0), timezoneoffset from t)

define function "Last Instant"(t DateTime):
  if t is null then null as DateTime
  else if (month from t) is null then "First Instant"(t) + 1 year - 1 millisecond
  else if (day from t) is null then "First Instant"(t) + 1 month - 1 millisecond
  else if (hour from t) is null then "First Instant"(t) + 1 day - 1 millisecond
  else if (second from t) is null then "First Instant"(t) + 1 minute - 1 millisecond
  else if (millisecond from t) is null then "First Instant"(t) + 1 second - 1 millisecond
  else t

// A time as two numbers, minutes since 1900 and milliseconds of the minute: a sort by these and
// further keys is the same in every engine.
define function "Minute"(at DateTime):
  Coalesce(minutes between DateTime(1900, 1, 1, 0, 0, 0, 0, 0.0) and at, -1)

define function "Millisecond"(at DateTime):
  Coalesce((second from at) * 1000 + Coalesce(millisecond from at, 0), -1)

// Windows are [t - d, t], both ends included; `since` is t - d. Unknown without a date.
define function "Recorded Within"(date DateTime, since DateTime):
  "First Instant"(date) <= "Now" and "Last Instant"(date) >= since

define function "Instant Within"(at DateTime, since DateTime):
  at >= since and at <= "Now"

// --- Elements -----------------------------------------------------------------------------------

define function "Codes"(concept FHIR.CodeableConcept):
  (concept.coding) C return Code { system: C.system.value, code: C.code.value }

define function "Marks"(concepts List<FHIR.CodeableConcept>, system String):
  flatten ((concepts) X return ((X.coding) C where C.system.value = system return C.code.value))

define function "Moment"(extensions List<FHIR.Extension>, name String):
  First((extensions) E where E.url.value = 'urn:twitch-cds:extension:' + name
    return (E.value as FHIR.dateTime).value)

define function "Mark"(extensions List<FHIR.Extension>, name String):
  exists ((extensions) E where E.url.value = 'urn:twitch-cds:extension:' + name
    and (E.value as FHIR.boolean).value)

define function "Later"(a DateTime, b DateTime):
  if a is null then b else if b is null then a else if b > a then b else a

// --- Patient ------------------------------------------------------------------------------------

define "Birth":
  if Patient.birthDate.value is null then null as DateTime
  else DateTime(year from Patient.birthDate.value, Coalesce(month from Patient.birthDate.value, 1),
    Coalesce(day from Patient.birthDate.value, 1), 0, 0, 0, 0, 0.0)

define "Sex": Coalesce(Patient.gender.value, 'unknown')

// Alive, human, 28 days or older; without a birth date in scope.
define "In Scope":
  not Coalesce((Patient.deceased as FHIR.boolean).value, false)
    and not exists ((Patient.extension) E
      where E.url.value = 'http://hl7.org/fhir/StructureDefinition/patient-animal')
    and ("Birth" is null or "Birth" <= "Now" - 28 days)

define "Inpatient":
  exists ([Encounter] E where E.status.value = 'in-progress' and E.class.code.value = 'IMP')

define function "Born"(atLeast DateTime, below DateTime):
  if "Birth" is null then null as Boolean
  else (atLeast is null or "Birth" <= atLeast) and (below is null or "Birth" > below)

define function "Is Sex"(sex String):
  if "Sex" = 'unknown' and sex != 'unknown' then null as Boolean else "Sex" = sex

// --- Results ------------------------------------------------------------------------------------

// Completed days: at least, or at most, so many.
define function "Aged"(at DateTime, age Decimal, least Boolean):
  if age is null then true
  else if least then (days between "Birth" and at) >= age
  else (days between "Birth" and at) <= age

define "Results":
  [Observation] O
    let at: "First Instant"((O.effective as FHIR.dateTime).value),
      quantity: O.value as FHIR.Quantity
    where O.status.value in { 'final', 'amended', 'corrected', 'preliminary', 'unknown' }
      and at <= "Now"
    return Tuple {
      codes: "Codes"(O.code),
      at: at,
      atMinute: "Minute"(at),
      atMilli: "Millisecond"(at),
      issuedMinute: "Minute"(O.issued.value),
      issuedMilli: "Millisecond"(O.issued.value),
      value: quantity.value.value,
      unit: quantity.code.value,
      comparator: Coalesce(quantity.comparator.value, ''),
      notes: "Marks"(O.interpretation, 'urn:twitch-cds:note')
        union (if O.status.value = 'preliminary' then { 'preliminary' } else List<String>{}),
      rank: case O.status.value when 'corrected' then 4 when 'amended' then 3 when 'final' then 2
        when 'preliminary' then 1 else 0 end,
      source: Coalesce(First((O.identifier) I return I.value.value), ''),
      ranges: (O.referenceRange) R
        let sex: First("Marks"(R.appliesTo, 'http://hl7.org/fhir/administrative-gender')),
          pregnancy: '77386006' in "Marks"(R.appliesTo, 'http://snomed.info/sct')
        where (R.type is null or exists ((R.type.coding) C where C.code.value = 'normal'))
          and (sex is null or sex = "Sex")
          and (R.age is null or ("Birth" is not null
            and "Aged"("Now", R.age.low.value.value, true)
            and "Aged"("Now", R.age.high.value.value, false)))
        return Tuple {
          special: sex is not null or R.age is not null or pregnancy,
          pregnancy: pregnancy,
          low: R.low.value.value,
          lowUnit: R.low.code.value,
          high: R.high.value.value,
          highUnit: R.high.code.value
        }
    }

// Comparisons of a value of which perhaps only a bound is known: <2.5 is below 3.5, <5 against 3.5
// is unknown.
define function "Less"(value Decimal, comparator String, bound Decimal, orEqual Boolean):
  if value is null or bound is null then null as Boolean
  else case comparator
    when '' then value < bound or (orEqual and value = bound)
    when '<' then if value <= bound then true else null as Boolean
    when '<=' then if value < bound or (orEqual and value = bound) then true else null as Boolean
    when '>' then if value >= bound then false else null as Boolean
    when '>=' then if value > bound or (not orEqual and value = bound) then false else null as Boolean
    else null as Boolean
  end

define function "Below"(value Decimal, comparator String, bound Decimal):
  "Less"(value, comparator, bound, false)
define function "At Most"(value Decimal, comparator String, bound Decimal):
  "Less"(value, comparator, bound, true)
define function "Above"(value Decimal, comparator String, bound Decimal):
  not "Less"(value, comparator, bound, true)
define function "At Least Value"(value Decimal, comparator String, bound Decimal):
  not "Less"(value, comparator, bound, false)

// --- Medications --------------------------------------------------------------------------------
// One entry for each ingredient of each use; times are those of the course that the use belongs to.

define "Uses":
  ([MedicationRequest] M
    return Tuple {
      codes: "Codes"(M.medication as FHIR.CodeableConcept),
      kind: if M.status.value = 'draft' then 'draft' else 'order',
      status: case
        when Coalesce(M.doNotPerform.value, false) then 'not-taken'
        when M.intent.value in { 'proposal', 'plan', 'option' } then 'planned'
        when M.status.value = 'completed' then 'stopped'
        when M.status.value = 'active' and "First Instant"(M.authoredOn.value) > "Now" then 'future'
        else M.status.value end,
      route: Coalesce(First("Marks"((M.dosageInstruction) D return D.route, 'urn:twitch-cds:route')), 'unknown'),
      prn: exists ((M.dosageInstruction) D where (D.asNeeded as FHIR.boolean).value),
      selected: not "Mark"(M.extension, 'unselected'),
      start: "Moment"(M.extension, 'course-start'),
      known: not "Mark"(M.extension, 'course-start-uncertain'),
      rise: "Moment"(M.extension, 'course-rise'),
      change: "Moment"(M.extension, 'course-change'),
      stop: "Moment"(M.extension, 'course-stop'),
      ended: "Moment"(M.extension, 'ended'),
      given: "Moment"(M.extension, 'given'),
      supplied: "Moment"(M.extension, 'supplied'),
      id: M.id.value })
  union
  ([MedicationStatement] M
    return Tuple {
      codes: "Codes"(M.medication as FHIR.CodeableConcept),
      kind: 'statement',
      status: case M.status.value when 'completed' then 'stopped' when 'intended' then 'planned'
        when 'active' then
          (if "First Instant"((M.effective as FHIR.Period).start.value) > "Now" then 'future' else 'active')
        else M.status.value end,
      route: Coalesce(First("Marks"((M.dosage) D return D.route, 'urn:twitch-cds:route')), 'unknown'),
      prn: exists ((M.dosage) D where (D.asNeeded as FHIR.boolean).value),
      selected: true,
      start: "Moment"(M.extension, 'course-start'),
      known: not "Mark"(M.extension, 'course-start-uncertain'),
      rise: "Moment"(M.extension, 'course-rise'),
      change: "Moment"(M.extension, 'course-change'),
      stop: "Moment"(M.extension, 'course-stop'),
      ended: "Moment"(M.extension, 'ended'),
      given: "Moment"(M.extension, 'given'),
      supplied: "Moment"(M.extension, 'supplied'),
      id: M.id.value })
  union
  ([MedicationDispense] M
    return Tuple {
      codes: "Codes"(M.medication as FHIR.CodeableConcept),
      kind: 'dispense',
      status: case M.status.value when 'completed' then 'active' when 'in-progress' then 'active'
        when 'stopped' then 'stopped' else M.status.value end,
      route: Coalesce(First("Marks"((M.dosageInstruction) D return D.route, 'urn:twitch-cds:route')), 'unknown'),
      prn: exists ((M.dosageInstruction) D where (D.asNeeded as FHIR.boolean).value),
      selected: true,
      start: "Moment"(M.extension, 'course-start'),
      known: not "Mark"(M.extension, 'course-start-uncertain'),
      rise: "Moment"(M.extension, 'course-rise'),
      change: "Moment"(M.extension, 'course-change'),
      stop: "Moment"(M.extension, 'course-stop'),
      ended: "Moment"(M.extension, 'ended'),
      given: "Moment"(M.extension, 'given'),
      supplied: "Moment"(M.extension, 'supplied'),
      id: M.id.value })
  union
  ([MedicationAdministration] M
    return Tuple {
      codes: "Codes"(M.medication as FHIR.CodeableConcept),
      kind: 'administration',
      status: case M.status.value when 'completed' then 'given' when 'in-progress' then 'active'
        else M.status.value end,
      route: Coalesce(First("Marks"({ M.dosage.route }, 'urn:twitch-cds:route')), 'unknown'),
      prn: false,
      selected: true,
      start: "Moment"(M.extension, 'course-start'),
      known: not "Mark"(M.extension, 'course-start-uncertain'),
      rise: "Moment"(M.extension, 'course-rise'),
      change: "Moment"(M.extension, 'course-change'),
      stop: "Moment"(M.extension, 'course-stop'),
      ended: "Moment"(M.extension, 'ended'),
      given: "Moment"(M.extension, 'given'),
      supplied: "Moment"(M.extension, 'supplied'),
      id: M.id.value })

// What counts as one drug: an ingredient, else the use itself (a medicine known by its class only).
define function "Drug"(codes List<Code>, id String):
  Coalesce(First((codes) C
    where C.system in { 'http://www.nlm.nih.gov/research/umls/rxnorm', 'urn:twitch-cds:ingredient' }
    return C.code), 'use ' + id)

define function "Is Systemic"(route String):
  route in { 'unknown', 'oral', 'injected', 'transdermal', 'intrathecal', 'intravenous' }

define function "Given Within"(given DateTime, since DateTime):
  if given is null then null as Boolean else "Instant Within"(given, since)

// An order, statement or supply in force, or a single dose not before `since`.
define function "Is Active"(kind String, status String, given DateTime, since DateTime):
  if kind = 'draft' then false
  else case status when 'active' then true when 'given' then "Given Within"(given, since)
    else false end

// The course has ended: an order replaced by a running one is none.
define function "Is Stopped"(kind String, status String, stop DateTime, ended DateTime):
  kind != 'draft' and status = 'stopped' and not (stop is null and ended is not null)

define function "Is Given"(kind String, status String, given DateTime, since DateTime):
  if kind != 'administration' or not (status in { 'given', 'active' }) then false
  else "Given Within"(given, since)

define function "Started Within"(start DateTime, known Boolean, since DateTime):
  if start is null then null as Boolean
  else if start < since then false
  else if not known then null as Boolean
  else start <= "Now"

define function "Raised Within"(rise DateTime, since DateTime):
  rise is not null and "Instant Within"(rise, since)

define function "Changed Within"(start DateTime, known Boolean, rise DateTime, since DateTime):
  "Raised Within"(rise, since) or "Started Within"(start, known, since)

define function "Taken Since"(start DateTime, known Boolean, since DateTime):
  if start is not null and start <= since then true
  else if start is not null and known then false
  else null as Boolean

define function "Stopped Within"(stop DateTime, since DateTime):
  if stop is null then null as Boolean else "Instant Within"(stop, since)

define function "Started After"(start DateTime, known Boolean, rise DateTime, at DateTime):
  if rise is not null and rise >= at then true
  else if start is null then null as Boolean
  else if start < at then false
  else if not known then null as Boolean
  else true

// --- Levels and tiers ---------------------------------------------------------------------------
// 0 info, 1 warning, 2 critical; 0 none, 1 possible, 2 probable, 3 definite, 4 safety.

define function "Raised"(level Integer, holds Boolean):
  if holds and level < 2 then level + 1 else level

define function "Capped"(level Integer, cap Integer, holds Boolean):
  if holds and level > cap then cap else level

define function "Lowered"(level Integer, holds Boolean):
  if holds and level = 1 then 0 else level

define function "Tier Down"(tier Integer, holds Boolean):
  if holds and (tier = 2 or tier = 3) then tier - 1 else tier

// --- Complaints, problems, signs ----------------------------------------------------------------

define "Records":
  [Condition] C
    return Tuple {
      facts: "Marks"(C.category, 'urn:twitch-cds:fact'),
      codes: "Codes"(C.code),
      sites: flatten ((C.bodySite) B return "Codes"(B)),
      active: C.clinicalStatus is null or exists ((C.clinicalStatus.coding) S
        where S.code.value in { 'active', 'recurrence', 'relapse' }),
      at: C.recordedDate.value,
      onset: (C.onset as FHIR.dateTime).value,
      gestation: First((C.extension) E
        where E.url.value = 'urn:twitch-cds:extension:weeks-of-pregnancy'
        return (E.value as FHIR.integer).value),
      current: C.encounter is not null,
      id: C.id.value }

define "Complaints": "Records" R where 'complaint' in R.facts
define "Problems": "Records" R where 'problem' in R.facts
define "Signs": "Records" R where 'sign' in R.facts

define "Procedures":
  [Procedure] P
    where P.status.value != 'entered-in-error' and P.status.value != 'not-done'
    return Tuple { codes: "Codes"(P.code), at: (P.performed as FHIR.dateTime).value }

define "Orders":
  [ServiceRequest] S
    return Tuple { codes: "Codes"(S.code), status: S.status.value, at: S.authoredOn.value }

define "Visits":
  [Encounter] E
    return Tuple {
      codes: flatten ((E.type) T return "Codes"(T)),
      current: E.status.value = 'in-progress',
      class: E.class.code.value,
      icu: "Mark"(E.extension, 'intensive-care'),
      at: E.period.start.value }

// The earliest onset; a complaint without a date leaves it as it is.
define function "Earliest"(dates List<DateTime>):
  Min((dates) D return "First Instant"(D))
)CQL";
}

} // namespace tcds::rules::exchange
