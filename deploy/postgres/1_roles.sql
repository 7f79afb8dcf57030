-- Roles of the whole cluster. None may log in: each node and each reader gets a role of its own
-- that is a member of one of these.
DO $$
BEGIN
    IF current_setting('server_version_num')::int < 150000 THEN
        RAISE EXCEPTION 'this is PostgreSQL %', current_setting('server_version')
            USING HINT = 'PostgreSQL 15 or later is needed.';
    END IF;
    IF current_setting('server_encoding') <> 'UTF8' THEN
        RAISE EXCEPTION 'this database is written in %', current_setting('server_encoding')
            USING HINT = 'Records are kept byte for byte: '
                         'CREATE DATABASE twitch_cds ENCODING ''UTF8'' TEMPLATE template0';
    END IF;
    -- owns everything: for upgrades, and for removing old months
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'twitch_cds_owner') THEN
        CREATE ROLE twitch_cds_owner NOLOGIN;
    END IF;
    -- nodes: may add records, and nothing else
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'twitch_cds_writer') THEN
        CREATE ROLE twitch_cds_writer NOLOGIN;
    END IF;
    -- auditors: may read, and nothing else
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'twitch_cds_reader') THEN
        CREATE ROLE twitch_cds_reader NOLOGIN;
    END IF;
    -- Who installs makes everything in the owner's name; a superuser may do so anyway. (Who made a role
    -- in PostgreSQL 16 is its member, and may not yet act as it.)
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        EXECUTE format('GRANT twitch_cds_owner TO %I', current_user);
    END IF;
END
$$;

CREATE SCHEMA IF NOT EXISTS twitch_cds AUTHORIZATION twitch_cds_owner;
SET LOCAL ROLE twitch_cds_owner; -- until COMMIT
