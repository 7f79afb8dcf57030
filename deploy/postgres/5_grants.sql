-- Who may do what. Rights of before are taken back first, so that a second run mends what somebody
-- granted by hand to these roles or to everybody.
REVOKE ALL ON SCHEMA twitch_cds FROM PUBLIC, twitch_cds_writer, twitch_cds_reader;
REVOKE ALL ON ALL TABLES IN SCHEMA twitch_cds FROM PUBLIC, twitch_cds_writer, twitch_cds_reader;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA twitch_cds FROM PUBLIC, twitch_cds_writer, twitch_cds_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE twitch_cds_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

GRANT USAGE ON SCHEMA twitch_cds TO twitch_cds_writer, twitch_cds_reader;

-- A node adds lines and asks how far it has come. It can neither read records nor change one.
GRANT EXECUTE ON FUNCTION twitch_cds.append(bytea[]), twitch_cds.newest(text, text),
    twitch_cds.holds(text, text, bigint, text), twitch_cds.version() TO twitch_cds_writer;

GRANT SELECT ON twitch_cds.record, twitch_cds.chain, twitch_cds.refused, twitch_cds.schema_version,
    twitch_cds.rule_outcome, twitch_cds.card, twitch_cds.feedback, twitch_cds.node
    TO twitch_cds_reader;
GRANT EXECUTE ON FUNCTION twitch_cds.items(jsonb), twitch_cds.version() TO twitch_cds_reader;
