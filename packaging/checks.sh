# Shared by packaging/test: runs checks, keeps their output in build/test/, and counts. Source it
# after lib.sh.

passed=0
failed=0
failures=()
logs=$root/build/test

begin_checks() {
    mkdir -p "$logs"
    started=$SECONDS
}

# log_name NAME: a file name for a check's output.
log_name() {
    printf '%s/%s.log' "$logs" "$(tr -cs 'A-Za-z0-9\n' '-' <<<"$1" | sed 's/-$//')"
}

# cpu_seconds: what all processes that have ended so far have used; wall time says little on a
# machine that others use too.
cpu_seconds() {
    local fields
    fields=$(<"/proc/$$/stat")
    read -ra fields <<<"${fields##*) }"
    echo $(((fields[13] + fields[14]) / $(getconf CLK_TCK)))
}

# begin: a check begins. report NAME OK [DETAIL]: it has ended; one line with its times.
begin() {
    begun_wall=$SECONDS
    begun_cpu=$(cpu_seconds)
}
report() {
    printf '%-6s %-30s %5d s %5d s cpu  %s\n' "$2" "$1" $((SECONDS - begun_wall)) \
        $(($(cpu_seconds) - begun_cpu)) "${3:-}"
}

# check NAME COMMAND…: one check; its output is shown only if it fails.
check() {
    local name=$1 log
    shift
    begin
    log=$(log_name "$name")
    if "$@" >"$log" 2>&1 </dev/null; then
        passed=$((passed + 1))
        report "$name" ok
    else
        failed=$((failed + 1))
        failures+=("$name (${log#"$root/"})")
        report "$name" FAILED
        show_failure "$log"
    fi
}

# show_failure LOG: the lines that say what went wrong, or else the last ones.
show_failure() {
    local pattern='(error|Error|FAILED|FAIL!|warning):|FAILED:|undefined reference|CMake Error'
    if grep -qE "$pattern" "$1"; then
        grep -E -A4 "$pattern" "$1" | head -60 | sed 's/^/    | /'
    else
        tail -40 "$1" | sed 's/^/    | /'
    fi
}

# run_ctest PRESET [ARGUMENT…]: runs a test preset and counts what its programs report: the sums of
# Qt Test's "Totals:" lines, and one for each test that prints none. A program that fails without
# a failed function (a crash, a leak, a time-out) counts as one failure more.
run_ctest() {
    local preset=$1 log counts status=0
    shift
    begin
    log=$(log_name "$preset: tests")
    local timeout=1500
    if [ -n "${ORRERY_LONG:-}" ]; then timeout=40000; fi
    (cd "$root" &&
        ctest --preset "$preset" --verbose --parallel "$jobs" --timeout "$timeout" "$@") \
        >"$log" 2>&1 </dev/null || status=$?
    counts=$(awk -f "$root/packaging/count_tests.awk" "$log")
    local p f s
    read -r p f s <<<"$counts"
    if [ "$status" -ne 0 ] && [ "$f" -eq 0 ]; then f=1; fi
    passed=$((passed + p))
    failed=$((failed + f))
    if [ "$f" -eq 0 ]; then
        report "$preset: tests" ok "$p passed, $s skipped"
        return
    fi
    failures+=("$preset: tests (${log#"$root/"})")
    report "$preset: tests" FAILED "$p passed, $f failed, $s skipped"
    show_failed_tests "$log"
}

# show_failed_tests LOG: for each failed test its name and its telling lines.
show_failed_tests() {
    local number name
    sed -nE 's/^ *[0-9]+\/[0-9]+ Test +#([0-9]+): ([^ ]+) .*\*\*\*.*/\1 \2/p' "$1" |
        while read -r number name; do
            printf '    %s\n' "$name"
            grep -E "^$number: " "$1" | sed "s/^$number: //" >"$logs/failed-test.txt" || true
            if grep -qE '^(FAIL!|QFATAL|XPASS|QCRITICAL)' "$logs/failed-test.txt"; then
                grep -E -A6 '^(FAIL!|QFATAL|XPASS|QCRITICAL)' "$logs/failed-test.txt" |
                    grep -vE '^(PASS|--)' | head -60 | sed 's/^/    | /'
            else
                tail -40 "$logs/failed-test.txt" | sed 's/^/    | /'
            fi
        done
    if ! grep -qE 'Test +#[0-9]+:' "$1"; then
        tail -5 "$1" | sed 's/^/    | /'
    fi
}

# end_checks: what failed, the time, and the sum on the last line.
end_checks() {
    local name
    for name in "${failures[@]}"; do
        printf 'failed: %s\n' "$name"
    done
    printf 'took %d min %02d s\n' $(((SECONDS - started) / 60)) $(((SECONDS - started) % 60))
    printf '%d passed, %d failed\n' "$passed" "$failed"
    [ "$failed" -eq 0 ]
}

# --- the checks themselves

# Every script of ours parses, and says that it stops at the first error.
check_scripts() {
    local script bad=0
    while IFS= read -r script; do
        bash -n "$script" || bad=1
    done < <(cd "$root" && grep -rlE '^#!.*bash' packaging tests .ci --include='*' \
        --exclude-dir=node_modules | sed "s|^|$root/|")
    return "$bad"
}

# sources: every C++ file, whether committed or not.
sources() {
    (cd "$root" && find core app widgets tests \( -name node_modules -prune \) -o \
        \( -name '*.h' -o -name '*.cpp' \) -print | sort)
}

# Names the files that clang-format would change; nothing else is worth reading.
check_format() {
    local wrong
    clang-format-19 --version || return 1
    wrong=$(cd "$root" && sources | xargs clang-format-19 --dry-run 2>&1 |
        sed -nE 's/^([^:]+):[0-9]+:[0-9]+: .*/\1/p' | sort -u)
    if [ -z "$wrong" ]; then return; fi
    printf 'not as clang-format-19 -i would have them:\n%s\n' "$wrong"
    return 1
}

# A daemon that was built without Qt must not have found it after all.
check_links_no_qt() {
    [ -x "$1" ] || {
        echo "$1 is not built"
        return 1
    }
    if ldd "$1" | grep -i 'libQt'; then return 1; fi
}

# check_fuzz NAME: a minute of libFuzzer, from the corpus and what it makes of it. An input that it
# finds is left in build/test/fuzz-NAME.
check_fuzz() {
    local found=$logs/fuzz-$1
    rm -rf "$found"
    mkdir -p "$found/corpus"
    "$root/build/fuzz/tests/fuzz/orrery_fuzz_$1" -max_total_time="${ORRERY_FUZZ_SECONDS:-60}" \
        -print_final_stats=1 -artifact_prefix="$found/" "$found/corpus" \
        "$root/tests/fuzz/corpus/$1"
}
