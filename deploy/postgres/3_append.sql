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

-- Lines taken apart by the head and the tail that their writer puts around every record; `type` is
-- null when they differ. `hash` is what the line states, `digest` what its bytes give: the SHA-256
-- of all before `,"hash":".."` and a closing brace.
CREATE OR REPLACE FUNCTION twitch_cds.take_apart(lines bytea[])
RETURNS TABLE (line text, raw bytea, type text, seq bigint, ts timestamptz, node text, tenant text,
               hash bytea, digest bytea)
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT line, raw, head[1], head[2]::bigint, head[3]::timestamptz,
           ('"' || head[4] || '"')::jsonb #>> '{}', ('"' || head[5] || '"')::jsonb #>> '{}',
           decode(tail[1], 'hex'), sha256(substr(raw, 1, length(raw) - 75) || '\x7d'::bytea)
    FROM (
        SELECT line, raw,
               CASE WHEN tail IS NOT NULL THEN
               regexp_match(left(line, 4000),
                   '^\{"v":1,"type":"([a-z]+)","seq":([0-9]{1,18}),'
                   '"ts":"(20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z)",'
                   '"node":"((?:[^"\\]|\\.)*)","tenant":"((?:[^"\\]|\\.)*)",') END AS head,
               tail
        FROM (
            SELECT convert_from(raw, 'UTF8') AS line, raw,
                   regexp_match(right(convert_from(raw, 'UTF8'), 149),
                       '^,"prev":"[0-9a-f]{64}","hash":"([0-9a-f]{64})"\}$') AS tail
            FROM unnest(lines) AS sent(raw)
        ) AS ends
    ) AS heads
$$;

-- A line as jsonb, which knows no NUL character.
CREATE OR REPLACE FUNCTION twitch_cds.body_of(line text) RETURNS jsonb
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN position('\u0000' IN line) = 0 THEN line::jsonb
                ELSE regexp_replace(line, '(?<!\\)((?:\\\\)*)\\u0000', '\1\\ufffd', 'g')::jsonb
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
                                       outcomes, cards, body, line)
        SELECT tenant, node, seq, ts, type, body ->> 'decisionId', body ->> 'hook',
               body ->> 'service',
               CASE jsonb_typeof(body -> 'client') WHEN 'object' THEN body -> 'client' ->> 'name'
                                                   ELSE body ->> 'client' END,
               body ->> 'user', body ->> 'mode', body -> 'subject' ->> 'patientKey',
               body -> 'subject' ->> 'encounterKey',
               CASE type WHEN 'decision' THEN
                   ARRAY(SELECT (rule ->> 'id') || ' ' || (rule ->> 'outcome')
                         FROM twitch_cds.items(body -> 'rules') AS rule) END,
               CASE type WHEN 'decision' THEN
                   ARRAY(SELECT card ->> 'uuid' FROM twitch_cds.items(body -> 'cards') AS card)
                         WHEN 'feedback' THEN ARRAY[body ->> 'card'] END,
               body, line
        FROM good JOIN placed USING (tenant, node, seq, hash)
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
