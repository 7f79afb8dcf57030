-- How records come in. A node has no right on any table: append() is its only way, and that reads
-- every column from the line itself, so no row can say something else than its line.

-- The month of `at` (UTC) gets its table. Nobody waits for it: attaching locks the parent against
-- other changes of its shape alone.
CREATE OR REPLACE FUNCTION twitch_cds.make_month(at timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    first_day date := date_trunc('month', at AT TIME ZONE 'UTC')::date;
    next_first date := (first_day + interval '1 month')::date;
    name text := 'record_' || to_char(first_day, 'YYYY_MM');
BEGIN
    IF to_regclass('twitch_cds.' || name) IS NOT NULL THEN RETURN; END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('twitch_cds.record', 0)); -- one at a time
    IF to_regclass('twitch_cds.' || name) IS NOT NULL THEN RETURN; END IF;
    EXECUTE format('CREATE TABLE twitch_cds.%I (LIKE twitch_cds.record INCLUDING ALL)', name);
    EXECUTE format('CREATE TRIGGER forbid_truncate BEFORE TRUNCATE ON twitch_cds.%I'
                   ' FOR EACH STATEMENT EXECUTE FUNCTION twitch_cds.forbid_change()', name);
    EXECUTE format('ALTER TABLE twitch_cds.record ATTACH PARTITION twitch_cds.%I'
                   ' FOR VALUES FROM (%L) TO (%L)',
                   name, first_day || ' 00:00:00+00', next_first || ' 00:00:00+00');
END
$$;

-- The texts between the quotes of a text, with quotes that a backslash escapes left where they are.
CREATE OR REPLACE FUNCTION twitch_cds.quoted(value text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
    SELECT array_agg(part[1]) FROM regexp_matches(value, '((?:[^"\\]|\\.)*)(?:"|$)', 'g') AS part
$$;

-- Lines taken apart by the head and the tail that their writer puts around every record; `type` is
-- null when they differ. `hash` is what the line states, `digest` what its bytes give: the SHA-256
-- of all before `,"hash":".."` and a closing brace. Places and quotes are looked at, not patterns:
-- a regular expression costs ten times as much as all the rest of a record.
CREATE OR REPLACE FUNCTION twitch_cds.take_apart(lines bytea[])
RETURNS TABLE (line text, raw bytea, type text, seq bigint, ts timestamptz, node text, tenant text,
               hash bytea, digest bytea)
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT line, raw, CASE WHEN good THEN head[6] END,
           CASE WHEN good THEN trim(':,' FROM head[9])::bigint END,
           CASE WHEN good THEN head[12]::timestamptz END,
           CASE WHEN good THEN ('"' || head[16] || '"')::jsonb #>> '{}' END,
           CASE WHEN good THEN ('"' || head[20] || '"')::jsonb #>> '{}' END,
           CASE WHEN good THEN decode(stated, 'hex') END, digest
    FROM (
        SELECT line, raw, head, stated, digest,
               ends AND translate(stated, '0123456789abcdef', '') = ''
               AND head[1:5] = ARRAY['{', 'v', ':1,', 'type', ':'] AND head[7:8] = ARRAY[',', 'seq']
               AND head[10:11] = ARRAY['ts', ':'] AND head[13:15] = ARRAY[',', 'node', ':']
               AND head[17:19] = ARRAY[',', 'tenant', ':'] AND left(head[21], 1) = ','
               AND translate(head[6], 'abcdefghijklmnopqrstuvwxyz', '') = ''
               AND head[9] LIKE ':_%,' AND length(head[9]) <= 20
               AND translate(head[9], '0123456789', '') = ':,'
               AND head[12] LIKE '20__-__-__T__:__:__.___Z' AS good
        FROM (
            SELECT convert_from(raw, 'UTF8') AS line, raw,
                   CASE WHEN position('\' IN start) = 0 THEN string_to_array(start, '"')
                        ELSE twitch_cds.quoted(start) END AS head,
                   length(raw) > 149
                   AND substr(raw, length(raw) - 148, 9) = convert_to(',"prev":"', 'UTF8')
                   AND substr(raw, length(raw) - 75, 10) = convert_to('",' || '"hash":"', 'UTF8')
                   AND substr(raw, length(raw) - 1, 2) = convert_to('"}', 'UTF8') AS ends,
                   encode(substr(raw, greatest(length(raw) - 65, 1), 64), 'escape') AS stated,
                   sha256(substr(raw, 1, greatest(length(raw) - 75, 0)) || '\x7d'::bytea) AS digest
            FROM (
                SELECT raw, left(convert_from(raw, 'UTF8'), 1000) AS start
                FROM unnest(lines) AS sent(raw) OFFSET 0 -- each is computed once
            ) AS starts OFFSET 0
        ) AS parts OFFSET 0
    ) AS judged
$$;

-- A line as jsonb, which knows no NUL character.
CREATE OR REPLACE FUNCTION twitch_cds.body_of(line text) RETURNS jsonb
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN position('\u0000' IN line) = 0 THEN line::jsonb
                ELSE regexp_replace(line, '(?<!\\)((?:\\\\)*)\\u0000', '\1\\ufffd', 'g')::jsonb
           END
$$;

-- The first instant of a FHIR date, dateTime or instant to the millisecond; without a zone UTC.
-- Nothing for any other text.
CREATE OR REPLACE FUNCTION twitch_cds.instant(value text) RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    part text[] := regexp_match(value, '^(\d{4})(?:-(\d\d)(?:-(\d\d)'
        '(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(?:Z|([+-])(\d\d):(\d\d))?)?)?)?$');
    zone interval := interval '0';
BEGIN
    IF part IS NULL OR part[1]::int NOT BETWEEN 1800 AND 2199 THEN RETURN NULL; END IF;
    IF part[8] IS NOT NULL THEN
        zone := make_interval(hours => part[9]::int, mins => part[10]::int);
        IF part[8] = '-' THEN zone := -zone; END IF;
    END IF;
    RETURN make_timestamptz(part[1]::int, coalesce(part[2], '01')::int, coalesce(part[3], '01')::int,
        coalesce(part[4], '00')::int, coalesce(part[5], '00')::int,
        least(coalesce(part[6], '00')::int, 59)
            + left(coalesce(part[7], '') || '000', 3)::int / 1000.0::double precision, 'UTC') - zone;
EXCEPTION WHEN data_exception THEN
    RETURN NULL; -- 2026-02-30
END
$$;

-- An element of `list` each; nothing when it is no list.
CREATE OR REPLACE FUNCTION twitch_cds.items(list jsonb) RETURNS SETOF jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
AS $$
    SELECT jsonb_array_elements(CASE WHEN jsonb_typeof(list) = 'array' THEN list ELSE '[]' END)
$$;

CREATE OR REPLACE FUNCTION twitch_cds.append_whole(lines bytea[], OUT added bigint, OUT refused bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    month text;
BEGIN
    FOR month IN
        SELECT DISTINCT substring(encode(substr(raw, 1, 200), 'escape') FROM '"ts":"(20\d\d-\d\d)-')
        FROM unnest(lines) AS sent(raw)
    LOOP
        IF month IS NOT NULL THEN
            PERFORM twitch_cds.make_month((month || '-01T00:00:00Z')::timestamptz);
        END IF;
    END LOOP;

    -- In the order of seq, so that two who send the same records wait for each other in one
    -- direction. Whoever comes second finds the place taken.
    WITH sent AS MATERIALIZED (
        SELECT * FROM twitch_cds.take_apart(lines)
    ), good AS MATERIALIZED (
        SELECT DISTINCT ON (tenant, node, seq, hash) *, twitch_cds.body_of(line) AS body
        FROM sent WHERE type IS NOT NULL AND hash = digest
        ORDER BY tenant, node, seq, hash
    ), placed AS (
        INSERT INTO twitch_cds.chain AS c (tenant, node, seq, ts, hash)
        SELECT tenant, node, seq, ts, hash FROM good
        ON CONFLICT DO NOTHING
        RETURNING c.tenant, c.node, c.seq, c.hash
    ), kept AS (
        INSERT INTO twitch_cds.record (tenant, node, seq, ts, type, decision_id, hook, service,
                                       client, user_ref, mode, patient_key, encounter_key,
                                       fhir_server, complaint, outcomes, fired, held_back, cards,
                                       card_rules, answer, answered_at, body, line)
        SELECT tenant, node, seq, ts, type, body ->> 'decisionId', body ->> 'hook',
               body ->> 'service',
               CASE jsonb_typeof(body -> 'client') WHEN 'object' THEN body -> 'client' ->> 'name'
                                                   ELSE body ->> 'client' END,
               body ->> 'user', body ->> 'mode', body -> 'subject' ->> 'patientKey',
               body -> 'subject' ->> 'encounterKey', body ->> 'fhirServer',
               -- A record of level `digest` has no facts: there rules that passed their gate tell.
               CASE WHEN type <> 'decision' THEN NULL
                    WHEN jsonb_typeof(body -> 'facts') = 'array'
                    THEN body -> 'facts' @> '[{"kind": "complaint"}]'
                    ELSE coalesce(judged.passed, false) END,
               judged.outcomes, judged.fired, judged.held_back,
               CASE type WHEN 'decision' THEN shown.cards
                         WHEN 'feedback' THEN ARRAY[body ->> 'card'] END,
               shown.card_rules,
               CASE type WHEN 'feedback' THEN body ->> 'outcome' END,
               CASE type WHEN 'feedback' THEN
                   coalesce(twitch_cds.instant(body ->> 'outcomeTimestamp'),
                            twitch_cds.instant(body ->> 'receivedAt'), 'epoch') END,
               body, line
        FROM good JOIN placed USING (tenant, node, seq, hash)
        LEFT JOIN LATERAL (
            SELECT coalesce(array_agg((rule ->> 'id') || ' ' || (rule ->> 'outcome')), '{}') AS outcomes,
                   coalesce(array_agg(rule ->> 'id')
                            FILTER (WHERE rule ->> 'outcome' = 'fired'), '{}') AS fired,
                   coalesce(array_agg(rule ->> 'id')
                            FILTER (WHERE rule ->> 'outcome' = 'suppressed'
                                    AND rule ->> 'why' IN ('repeat', 'feedback')), '{}') AS held_back,
                   bool_or(rule ->> 'outcome' IN ('fired', 'suppressed', 'silenced')) AS passed
            FROM twitch_cds.items(body -> 'rules') AS rule
        ) AS judged ON type = 'decision'
        LEFT JOIN LATERAL (
            SELECT coalesce(array_agg(card ->> 'uuid' ORDER BY place), '{}') AS cards,
                   coalesce(array_agg((SELECT coalesce(string_agg(rule, ' '), '')
                                       FROM jsonb_array_elements_text(card -> 'rules') AS rule)
                                      ORDER BY place), '{}') AS card_rules
            FROM twitch_cds.items(body -> 'cards') WITH ORDINALITY AS of_decision(card, place)
        ) AS shown ON type = 'decision'
        RETURNING 1
    ), unlike AS (
        INSERT INTO twitch_cds.refused (digest, reason, tenant, node, seq, line)
        SELECT sha256(raw), CASE WHEN type IS NULL THEN 'form' ELSE 'hash' END, tenant, node, seq, raw
        FROM sent WHERE type IS NULL OR hash <> digest
        ON CONFLICT DO NOTHING
    )
    SELECT (SELECT count(*) FROM kept), count(*) FILTER (WHERE type IS NULL OR hash <> digest)
    INTO added, refused FROM sent;

    IF added + refused < cardinality(lines) THEN -- some are here already: the same, or others?
        WITH taken AS MATERIALIZED (
            SELECT s.* FROM twitch_cds.take_apart(lines) AS s
            JOIN twitch_cds.chain AS c USING (tenant, node, seq)
            WHERE s.hash = s.digest AND c.hash <> s.hash
        ), unlike AS (
            INSERT INTO twitch_cds.refused (digest, reason, tenant, node, seq, line)
            SELECT sha256(raw), 'conflict', tenant, node, seq, raw FROM taken
            ON CONFLICT DO NOTHING
        )
        SELECT refused + count(*) INTO refused FROM taken;
    END IF;
END
$$;

-- Adds records by their lines, each byte for byte as in the file and without its line feed.
-- A line that is here already is not added again (`present`); one that is no record, was altered,
-- or has the place of another record goes to twitch_cds.refused (`refused`).
CREATE OR REPLACE FUNCTION twitch_cds.append(lines bytea[], OUT added bigint, OUT present bigint,
                                             OUT refused bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    each  bytea;
    found record;
BEGIN
    added := 0;
    refused := 0;
    BEGIN
        SELECT * INTO added, refused FROM twitch_cds.append_whole(lines);
    EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
        -- One of them is no JSON, no UTF-8 or no time: which one?
        added := 0;
        refused := 0;
        FOREACH each IN ARRAY lines LOOP
            BEGIN
                SELECT * INTO found FROM twitch_cds.append_whole(ARRAY[each]);
                added := added + found.added;
                refused := refused + found.refused;
            EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
                INSERT INTO twitch_cds.refused (digest, reason, line) VALUES (sha256(each), 'form', each)
                ON CONFLICT DO NOTHING;
                refused := refused + 1;
            END;
        END LOOP;
    END;
    present := cardinality(lines) - added - refused;
END
$$;

-- What a node asks before it goes on: the newest record that is here of its log ...
CREATE OR REPLACE FUNCTION twitch_cds.newest(of_tenant text, of_node text, OUT seq bigint, OUT hash text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.seq, encode(c.hash, 'hex') FROM twitch_cds.chain AS c
    WHERE c.tenant = of_tenant AND c.node = of_node ORDER BY c.seq DESC LIMIT 1
$$;

-- ... whether a record is here ...
CREATE OR REPLACE FUNCTION twitch_cds.holds(of_tenant text, of_node text, of_seq bigint, of_hash text)
RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT EXISTS (SELECT FROM twitch_cds.chain AS c WHERE c.tenant = of_tenant AND c.node = of_node
                   AND c.seq = of_seq AND c.hash = decode(of_hash, 'hex'))
$$;

-- ... and whether this is a schema that it knows.
CREATE OR REPLACE FUNCTION twitch_cds.version() RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT max(version) FROM twitch_cds.schema_version
$$;

-- Removes the records of a month (UTC) once all of them are older than `keep_days`; their hashes
-- stay in twitch_cds.chain. For the owner alone.
CREATE OR REPLACE FUNCTION twitch_cds.remove_month(month date, keep_days integer DEFAULT 2192)
RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    first_day date := date_trunc('month', month)::date;
    ends timestamptz := (first_day + interval '1 month') AT TIME ZONE 'UTC';
    name text := 'record_' || to_char(first_day, 'YYYY_MM');
    removed bigint;
BEGIN
    IF ends > now() - make_interval(days => keep_days) THEN
        RAISE EXCEPTION 'records of % are to be kept until %', to_char(first_day, 'YYYY-MM'),
            to_char(ends + make_interval(days => keep_days), 'YYYY-MM-DD')
            USING HINT = 'Another retention is the second argument, in days.';
    END IF;
    IF to_regclass('twitch_cds.' || name) IS NULL THEN RETURN 0; END IF;
    EXECUTE format('SELECT count(*) FROM twitch_cds.%I', name) INTO removed;
    EXECUTE format('ALTER TABLE twitch_cds.record DETACH PARTITION twitch_cds.%I', name);
    EXECUTE format('DROP TABLE twitch_cds.%I', name);
    RETURN removed;
END
$$;
