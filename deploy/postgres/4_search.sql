-- Views for people who ask in SQL. They run with the rights of who asks.

CREATE OR REPLACE VIEW twitch_cds.rule_outcome WITH (security_invoker = true) AS
SELECT r.tenant, r.node, r.seq, r.ts, r.decision_id, r.client, r.hook, r.mode, r.patient_key,
       rule ->> 'id' AS rule, rule ->> 'version' AS version, rule ->> 'outcome' AS outcome,
       rule ->> 'level' AS level, rule ->> 'tier' AS tier, rule ->> 'why' AS why,
       rule ->> 'what' AS what
FROM twitch_cds.record AS r, twitch_cds.items(r.body -> 'rules') AS rule
WHERE r.type = 'decision';
COMMENT ON VIEW twitch_cds.rule_outcome IS 'Each candidate rule of each decision.';

CREATE OR REPLACE VIEW twitch_cds.card WITH (security_invoker = true) AS
SELECT r.tenant, r.node, r.seq, r.ts, r.decision_id, r.client, r.hook, r.mode, r.patient_key,
       card ->> 'uuid' AS uuid, card ->> 'rule' AS rule, card -> 'rules' AS rules,
       card ->> 'level' AS level, card ->> 'indicator' AS indicator, card ->> 'topic' AS topic
FROM twitch_cds.record AS r, twitch_cds.items(r.body -> 'cards') AS card
WHERE r.type = 'decision';
COMMENT ON VIEW twitch_cds.card IS
    'Each card of each decision; with mode silent it was recorded and not returned.';

CREATE OR REPLACE VIEW twitch_cds.feedback WITH (security_invoker = true) AS
SELECT r.tenant, r.node, r.seq, r.ts, r.client, r.user_ref, r.service,
       r.body ->> 'card' AS card, r.body ->> 'decisionId' AS decision_id, r.body ->> 'rule' AS rule,
       r.body ->> 'outcome' AS outcome, r.body -> 'reason' ->> 'system' AS reason_system,
       r.body -> 'reason' ->> 'code' AS reason, r.body ->> 'outcomeTimestamp' AS outcome_at
FROM twitch_cds.record AS r
WHERE r.type = 'feedback';
COMMENT ON VIEW twitch_cds.feedback IS 'What became of cards; a card may have several.';

CREATE OR REPLACE VIEW twitch_cds.node WITH (security_invoker = true) AS
SELECT c.tenant, c.node, c.seq AS newest_seq, c.ts AS newest_ts
FROM (SELECT DISTINCT tenant, node FROM twitch_cds.chain) AS n,
     LATERAL (SELECT * FROM twitch_cds.chain AS k WHERE k.tenant = n.tenant AND k.node = n.node
              ORDER BY k.seq DESC LIMIT 1) AS c;
COMMENT ON VIEW twitch_cds.node IS 'How far the log of each node has come.';
