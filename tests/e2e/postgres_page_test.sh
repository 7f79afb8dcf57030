#!/bin/sh
# The commands of a page that needs a PostgreSQL: as docs_commands.sh, with one that the reader reaches by
# its Unix socket as its administrator.
#
#   postgres_page_test.sh ROOT BINARY PAGE.md
set -eu
root=$1
binary=$2
# shellcheck source=tests/e2e/check.sh
. "$root/tests/e2e/check.sh"
# shellcheck source=tests/e2e/postgres.sh
. "$root/tests/e2e/postgres.sh"

start_postgres
export PGHOST="$pg_socket" PGPORT="$pg_port" PGUSER=postgres
"$pg_bin/dropdb" twitch_cds   # the page makes it
PATH="$pg_bin:$PATH"
sh "$root/tests/e2e/docs_commands.sh" "$root" "$binary" "$3"
