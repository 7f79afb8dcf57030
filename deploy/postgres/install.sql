-- Makes or upgrades the database of decision records. In the database that is to hold them, as a
-- superuser or as a role that may make roles and schemas:
--
--   psql -X -d twitch_cds -f deploy/postgres/install.sql
--
-- It may be run again at any time. All of it is done, or nothing. PostgreSQL 15 or later.
\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = warning;
BEGIN;
\ir 1_roles.sql
\ir 2_tables.sql
\ir 3_append.sql
\ir 4_search.sql
\ir 5_grants.sql
COMMIT;
\echo twitch_cds: the schema is ready
