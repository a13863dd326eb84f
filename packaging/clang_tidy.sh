#!/usr/bin/env bash
# usage: packaging/clang_tidy.sh changed|all
#
# Runs clang-tidy-19 with the compile commands of build/dev, which must have been built. `changed`
# is what differs from the upstream branch (or from ORRERY_BASE): sources, and for a header the
# source of the same name or else one that includes it. Where there is nothing to compare with, it
# is everything. A file that passed is not read again, in any checkout, until it, a header of ours,
# the configuration or the build's description changes. A plug-in (own_code_scope.cpp) keeps the
# checks out of system headers: a file takes a quarter of the time.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root"

scope=$1
build=build/dev
stamps=${XDG_CACHE_HOME:-$HOME/.cache}/orrery/clang-tidy
[ -f "$build/compile_commands.json" ] || fail "$build is not configured; build the preset dev first"
mkdir -p "$stamps"
find "$stamps" -type f -mtime +30 -delete
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A line per source that was compiled: it, then the headers of ours that it includes, all relative
# to the root. Ninja has them from the compiler, with paths as ccache gave them: relative to the
# build folder where a base folder is set.
dependencies() {
    ninja -C "$build" -t deps | awk -v root="$root/" '
        function flush() { if (line != "") print line; line = "" }
        /^[^ ]/ { flush(); first = 1; next }
        NF == 1 {
            path = $1
            sub(/^\.\.\/\.\.\//, root, path)
            own = index(path, root) == 1
            if (own) path = substr(path, length(root) + 1)
            if (path ~ /^build\// || path ~ /_autogen\//) own = 0
            if (first) { skip = !own; line = own ? path : ""; first = 0; next }
            if (!skip && own) line = line " " path
        }
        END { flush() }' | sort -u
}

base_commit() {
    if [ -n "${ORRERY_BASE:-}" ]; then
        git rev-parse --verify "$ORRERY_BASE"
    else
        git merge-base HEAD '@{upstream}' 2>/dev/null ||
            git merge-base HEAD origin/HEAD 2>/dev/null ||
            git merge-base HEAD origin/main 2>/dev/null
    fi
}

# The lines of `dependencies` that the change is about.
changed_lines() {
    local base
    if ! base=$(base_commit) || [ "$base" = "$(git rev-parse HEAD)" ]; then
        cat "$work/dependencies"
        return
    fi
    {
        git diff --name-only "$base"
        git ls-files --others --exclude-standard
    } | grep -E '\.(h|cpp)$' >"$work/changed" || true
    awk '
        FNR == NR { changed[$1] = 1; next }
        { lines[++count] = $0 }
        END {
            for (i = 1; i <= count; ++i) {
                split(lines[i], files, " ")
                stem = files[1]; sub(/\.cpp$/, ".h", stem)
                if (files[1] in changed || stem in changed) { take[i] = 1; served[stem] = 1 }
            }
            for (i = 1; i <= count; ++i) {
                n = split(lines[i], files, " ")
                for (j = 2; j <= n; ++j)
                    if (files[j] in changed && !(files[j] in served)) {
                        take[i] = 1; served[files[j]] = 1
                    }
            }
            for (i = 1; i <= count; ++i) if (i in take) print lines[i]
        }' "$work/changed" "$work/dependencies"
}

# stamp_of FILE…: a name that changes with the contents of these files and with the rules.
stamp_of() {
    {
        clang-tidy-19 --version
        cat packaging/own_code_scope.cpp .clang-tidy tests/.clang-tidy
        cat CMakeLists.txt CMakePresets.json "$@"
    } | sha256sum | cut -d' ' -f1
}

# check_one LINE: one source; leaves a stamp if it passes.
check_one() {
    local files stamp
    read -ra files <<<"$1"
    stamp=$stamps/$(stamp_of "${files[@]}")
    if [ -e "$stamp" ]; then
        touch "$stamp"
        return 0
    fi
    # The warnings of the compiler are g++'s business.
    if clang-tidy-19 --load "$work/scope.so" --checks=orrery-own-code-scope --quiet \
        -p "$work/commands" --extra-arg=-w "${files[0]}" >"$work/$$" 2>&1; then
        touch "$stamp"
        return 0
    fi
    grep -vE '^[0-9]+ warnings? (generated|and)|^Suppressed|^Use -header-filter' "$work/$$"
    return 1
}
export -f check_one stamp_of
export build stamps work

# build_scope: the plug-in.
build_scope() {
    local include
    include=$(llvm-config-19 --includedir)
    clang++-19 -std=c++17 -O1 -shared -fPIC -fno-rtti -isystem "$include" \
        packaging/own_code_scope.cpp -o "$work/scope.so"
}

# findings OPTION…: what clang-tidy finds in a file that breaks each rule that one file can break.
findings() {
    clang-tidy-19 --config-file=.clang-tidy "$@" --quiet tests/tidy/findings.txt \
        -- -x c++ -std=c++23 -w 2>/dev/null |
        grep error: | sort -u || true
}

build_scope
findings >"$work/all"
findings --load "$work/scope.so" --checks=orrery-own-code-scope >"$work/scoped"
[ -s "$work/all" ] || fail "clang-tidy finds nothing in tests/tidy/findings.txt"
diff "$work/all" "$work/scoped" || fail "the plug-in changes what clang-tidy finds (see above)"

# Each file must stand without what g++ has precompiled for it.
mkdir -p "$work/commands"
sed -E 's/ -Winvalid-pch -include [^ "]+//; s/ -fpch-preprocess//' "$build/compile_commands.json" \
    >"$work/commands/compile_commands.json"

dependencies >"$work/dependencies"
[ -s "$work/dependencies" ] || fail "$build has no compiled file; build the preset dev first"
if [ "$scope" = all ]; then
    cp "$work/dependencies" "$work/lines"
else
    changed_lines >"$work/lines"
fi
echo "clang-tidy on $(wc -l <"$work/lines") of $(wc -l <"$work/dependencies") sources"
tr '\n' '\0' <"$work/lines" | xargs -0 -r -n 1 -P "$jobs" bash -c 'check_one "$1"' _
