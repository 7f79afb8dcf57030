#!/bin/sh
# Compares every #include of the sources with the tables "include edges" and "heavy headers" of
# docs/architecture.md: which folder may include which, and where a heavy header may stand.
#
#   include_edges.sh ROOT
set -eu
root=$1
page=$root/docs/architecture.md

table() { sed -n "/<!-- $1 begin -->/,/<!-- $1 end -->/p" "$page" | sed -n 's/^| *`\([^`]*\)` *| *\(.*[^ ]\) *|$/\1 \2/p' | tr -d '`,'; }

edges=$(table include-edges)
heavy=$(table heavy-headers)
if [ -z "$edges" ] || [ -z "$heavy" ]; then
    echo "$page: a table is missing. Fix: keep the comments include-edges and heavy-headers around them." >&2
    exit 1
fi

cd "$root"
find fhir rules server -name '*.hpp' -o -name '*.cpp' | sort |
    xargs grep -n '^ *# *include ' /dev/null |
    EDGES=$edges HEAVY=$heavy awk '
        # The listed folder that a path lies in: the longest that fits.
        function folder(path,    name, best) {
            best = ""
            for (name in allowed)
                if (index(path, name "/") == 1 && length(name) > length(best)) best = name
            return best
        }
        # `server/http/*.cpp` and the like: a folder and an ending, or one file.
        function stands_in(path, place,    star) {
            star = index(place, "*")
            if (star == 0) return path == place || index(path, place "/") == 1
            return index(path, substr(place, 1, star - 1)) == 1 &&
                   substr(path, length(path) - length(place) + star + 1) == substr(place, star + 1)
        }
        function fault(text) {
            printf "%s:%s: %s\n", file, line, text
            faults++
        }
        BEGIN {
            rows = split(ENVIRON["EDGES"], row, "\n")
            for (i = 1; i <= rows; ++i) {
                n = split(row[i], word, " ")
                allowed[word[1]] = " " word[1] " "
                for (j = 2; j <= n; ++j) allowed[word[1]] = allowed[word[1]] word[j] " "
            }
            headers = split(ENVIRON["HEAVY"], heavyRow, "\n")
        }
        {
            split($0, part, ":")
            file = part[1]
            line = part[2]
            count++
            if (match($0, /"[^"]*"/)) {
                target = substr($0, RSTART + 1, RLENGTH - 2)
                from = folder(file)
                to = folder(target)
                if (from == "" && file !~ /^server\/main.cpp$/)
                    fault("its folder is not in the table. Fix: add it to docs/architecture.md.")
                else if (to == "")
                    fault("\"" target "\" is no path from the root of the repository. Fix: write it so.")
                else if (from != "" && index(allowed[from], " " to " ") == 0)
                    fault(from " must not include " to " (\"" target "\"). Fix: move what is needed to a folder that both may see; the table is in docs/architecture.md.")
            } else if (match($0, /<[^>]*>/)) {
                target = substr($0, RSTART + 1, RLENGTH - 2)
                for (i = 1; i <= headers; ++i) {
                    n = split(heavyRow[i], word, " ")
                    if (index(target, word[1]) != 1) continue
                    fits = 0
                    for (j = 2; j <= n; ++j) if (stands_in(file, word[j])) fits = 1
                    if (!fits) fault("<" target "> must not stand here. Fix: keep it in the places that docs/architecture.md lists.")
                }
            }
        }
        END {
            if (count < 100) {
                print "only " count " includes were found. Fix: run from a whole checkout."
                faults++
            }
            printf "%d includes, %d forbidden\n", count, faults
            exit faults > 0
        }'
