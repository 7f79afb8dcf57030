# A PostgreSQL of a test's own, newest of the installed versions. To be sourced after check.sh.
#
# start_postgres    makes a cluster once and starts it on a free port of 127.0.0.1 (TLS, passwords as
#                   scram-sha-256) and on a Unix socket; sets $pg_port, $pg_socket (folder),
#                   $pg_root_certificate. A second call after stop_postgres starts the same cluster.
# stop_postgres [immediate]
# pg FILE_OR_ARGUMENTS...   psql as superuser in database twitch_cds
#
# PostgreSQL refuses to run as root, so a root runs it as the user that its package made. No cluster
# of the system is touched.

pg_bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t / -k 5 -n | tail -n 1)
if [ -z "$pg_bin" ]; then
    printf 'No PostgreSQL is installed. Fix: apt-get install postgresql, or ./tests/run.sh.\n' >&2
    exit 1
fi
pg_folder=$(mktemp -d)
pg_socket=$pg_folder/socket
pg_root_certificate=$pg_folder/root.pem
pg_user=$(id -un)
if [ "$(id -u)" = 0 ]; then pg_user=postgres; fi
chmod 755 "$pg_folder"
pg_running=
pg_port=

as_pg() {
    if [ "$(id -u)" = 0 ]; then
        (cd / && runuser -u "$pg_user" -- "$@")
    else
        "$@"
    fi
}

# A certificate authority, and a certificate of it for the name localhost alone.
make_pg_certificates() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=test-root \
        -keyout "$pg_folder/root.key" -out "$pg_root_certificate" 2>/dev/null
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost \
        -keyout "$pg_folder/server.key" -out "$pg_folder/server.csr" 2>/dev/null
    printf 'subjectAltName=DNS:localhost\n' >"$pg_folder/server.ext"
    openssl x509 -req -in "$pg_folder/server.csr" -CA "$pg_root_certificate" -CAkey "$pg_folder/root.key" \
        -CAcreateserial -days 30 -extfile "$pg_folder/server.ext" -out "$pg_folder/server.pem" 2>/dev/null
    chmod 600 "$pg_folder/server.key"
}

make_cluster() {
    mkdir -p "$pg_socket"
    make_pg_certificates
    if [ "$(id -u)" = 0 ]; then chown -R "$pg_user" "$pg_folder"; fi
    as_pg "$pg_bin/initdb" -D "$pg_folder/cluster" -U postgres -E UTF8 --locale=C --no-sync \
        --auth-local=trust --auth-host=scram-sha-256 >"$scratch/initdb.log" 2>&1 || {
        cat "$scratch/initdb.log" >&2
        exit 1
    }
    cat >>"$pg_folder/cluster/postgresql.conf" <<SETTINGS
listen_addresses = '127.0.0.1'
unix_socket_directories = '$pg_socket'
ssl = on
ssl_cert_file = '$pg_folder/server.pem'
ssl_key_file = '$pg_folder/server.key'
password_encryption = 'scram-sha-256'
shared_buffers = 64MB
max_connections = 40
SETTINGS
    printf 'local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n' >"$pg_folder/cluster/pg_hba.conf"
}

# PostgreSQL takes no port of the kernel's choice: one is drawn, and another one if it is taken.
start_postgres() {
    [ -d "$pg_folder/cluster" ] || make_cluster
    tries=0
    while :; do
        [ -n "$pg_port" ] || pg_port=$((10000 + ($$ * 13 + tries * 379) % 20000))
        as_pg "$pg_bin/pg_ctl" -D "$pg_folder/cluster" -o "-p $pg_port" -l "$pg_folder/server.log" -w -t 120 start \
            >"$scratch/pg_ctl.log" 2>&1 && break
        tries=$((tries + 1))
        if [ "$tries" -ge 20 ]; then
            cat "$scratch/pg_ctl.log" "$pg_folder/server.log" >&2
            exit 1
        fi
        grep -q 'Address already in use' "$pg_folder/server.log" && pg_port=
        rm -f "$pg_folder/server.log"
    done
    pg_running=yes
    "$pg_bin/psql" -XAtq -h "$pg_socket" -p "$pg_port" -U postgres -d postgres \
        -c "SELECT 1 FROM pg_database WHERE datname = 'twitch_cds'" | grep -q 1 ||
        "$pg_bin/createdb" -h "$pg_socket" -p "$pg_port" -U postgres -E UTF8 -T template0 twitch_cds
}

stop_postgres() {
    [ -n "$pg_running" ] || return 0
    as_pg "$pg_bin/pg_ctl" -D "$pg_folder/cluster" -m "${1:-fast}" -w -t 60 stop >/dev/null 2>&1 || true
    pg_running=
}

# What a `kill -9` of its main process and of all others leaves behind.
kill_postgres() {
    main=$(head -n 1 "$pg_folder/cluster/postmaster.pid")
    others=$(ps -o pid= --ppid "$main")
    kill -9 "$main"
    # shellcheck disable=SC2086  # a list
    kill -9 $others 2>/dev/null || true
    while kill -0 "$main" 2>/dev/null; do sleep 0.05; done
    pg_running=
}

pg() {
    "$pg_bin/psql" -XAtq -v ON_ERROR_STOP=1 -h "$pg_socket" -p "$pg_port" -U postgres -d twitch_cds "$@"
}

trap 'stop_service; stop_postgres immediate; rm -rf "$scratch" "$pg_folder"' EXIT
