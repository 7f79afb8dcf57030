-- The tables. What a record says stands in columns beside it so that it can be searched. All of
-- them are read from the line by twitch_cds.append(): the line is the record.

CREATE TABLE IF NOT EXISTS twitch_cds.schema_version (
    version      integer     PRIMARY KEY,
    installed_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE twitch_cds.schema_version IS
    'Each version of this schema, and when it came; nodes ask for the newest.';
INSERT INTO twitch_cds.schema_version (version) VALUES (1) ON CONFLICT DO NOTHING;

-- A row for each sequence number that was ever used, whatever becomes of its record: a second,
-- different record of the same number finds its place taken, in whichever month it says to be.
CREATE TABLE IF NOT EXISTS twitch_cds.chain (
    tenant text        NOT NULL,
    node   text        NOT NULL,
    seq    bigint      NOT NULL,
    ts     timestamptz NOT NULL,
    hash   bytea       NOT NULL,
    PRIMARY KEY (tenant, node, seq)
);
COMMENT ON TABLE twitch_cds.chain IS
    'Hash of every record by tenant, node and seq; stays when old months are removed.';

-- A table for each month of ts, made by twitch_cds.append() with the first record of the month.
-- No default partition: with one, no month could be added without a lock that waits for every
-- reader, and a row in it would forbid the month that it belongs to for ever.
CREATE TABLE IF NOT EXISTS twitch_cds.record (
    tenant        text        NOT NULL,
    node          text        NOT NULL,
    seq           bigint      NOT NULL,
    ts            timestamptz NOT NULL,
    type          text        NOT NULL,
    decision_id   text,
    hook          text,
    service       text,
    client        text,
    user_ref      text,
    mode          text,
    patient_key   text,
    encounter_key text,
    fhir_server   text,
    complaint     boolean, -- of a decision: it saw one
    outcomes      text[],  -- of a decision: 'EL-MG-LOW fired', one for each candidate
    fired         text[],  -- of a decision: the rules that fired
    held_back     text[],  -- and those whose card was a repeat or was answered before
    cards         text[],  -- uuids: of the cards of a decision, of the card of a feedback
    card_rules    text[],  -- of a decision: for each card its rules, the leading one first
    answer        text,    -- of a feedback: accepted, overridden
    answered_at   timestamptz,
    body          jsonb       NOT NULL,
    line          text        NOT NULL,
    received_at   timestamptz NOT NULL DEFAULT now(),
    received_from text        NOT NULL DEFAULT session_user,
    PRIMARY KEY (tenant, node, seq, ts)
) PARTITION BY RANGE (ts);
COMMENT ON TABLE twitch_cds.record IS 'Decision records by month of ts (UTC).';
COMMENT ON COLUMN twitch_cds.record.line IS
    'The record byte for byte as in the file of the log: its hash is over this.';
COMMENT ON COLUMN twitch_cds.record.body IS
    'The line as jsonb, for questions. A NUL character in a string reads U+FFFD here.';

CREATE INDEX IF NOT EXISTS record_time ON twitch_cds.record (ts, tenant, node, seq);
CREATE INDEX IF NOT EXISTS record_patient ON twitch_cds.record (patient_key, ts)
    WHERE patient_key IS NOT NULL;
CREATE INDEX IF NOT EXISTS record_encounter ON twitch_cds.record (encounter_key, ts)
    WHERE encounter_key IS NOT NULL;
CREATE INDEX IF NOT EXISTS record_client ON twitch_cds.record (client, ts)
    WHERE client IS NOT NULL;
CREATE INDEX IF NOT EXISTS record_decision ON twitch_cds.record (decision_id)
    WHERE decision_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS record_cards ON twitch_cds.record USING gin (cards);
CREATE INDEX IF NOT EXISTS record_outcomes ON twitch_cds.record USING gin (outcomes);

-- Lines that are no record of this database, kept as evidence.
CREATE TABLE IF NOT EXISTS twitch_cds.refused (
    digest        bytea       PRIMARY KEY, -- SHA-256 of the whole line
    reason        text        NOT NULL CHECK (reason IN ('conflict', 'hash', 'form')),
    tenant        text,                    -- these three as far as the line can be read
    node          text,
    seq           bigint,
    line          bytea       NOT NULL,
    received_at   timestamptz NOT NULL DEFAULT now(),
    received_from text        NOT NULL DEFAULT session_user
);
COMMENT ON TABLE twitch_cds.refused IS
    'conflict: another record has this tenant, node and seq (a forged or a reset log); hash: the '
    'bytes do not give the hash that the line states (it was altered); form: no record at all.';

-- Nothing is ever changed here, not even by a slip of the owner. Old months are removed whole:
-- twitch_cds.remove_month().
CREATE OR REPLACE FUNCTION twitch_cds.forbid_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION '% on %.% is refused: decision records are never changed',
        TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege',
              HINT = 'Old months are removed whole, see twitch_cds.remove_month().';
END
$$;

CREATE OR REPLACE TRIGGER forbid_change BEFORE UPDATE OR DELETE ON twitch_cds.record
    FOR EACH ROW EXECUTE FUNCTION twitch_cds.forbid_change();
CREATE OR REPLACE TRIGGER forbid_truncate BEFORE TRUNCATE ON twitch_cds.record
    FOR EACH STATEMENT EXECUTE FUNCTION twitch_cds.forbid_change();
CREATE OR REPLACE TRIGGER forbid_change BEFORE UPDATE OR DELETE ON twitch_cds.chain
    FOR EACH ROW EXECUTE FUNCTION twitch_cds.forbid_change();
CREATE OR REPLACE TRIGGER forbid_truncate BEFORE TRUNCATE ON twitch_cds.chain
    FOR EACH STATEMENT EXECUTE FUNCTION twitch_cds.forbid_change();
CREATE OR REPLACE TRIGGER forbid_change BEFORE UPDATE OR DELETE ON twitch_cds.refused
    FOR EACH ROW EXECUTE FUNCTION twitch_cds.forbid_change();
CREATE OR REPLACE TRIGGER forbid_truncate BEFORE TRUNCATE ON twitch_cds.refused
    FOR EACH STATEMENT EXECUTE FUNCTION twitch_cds.forbid_change();
