# Reads the output of `ctest --verbose` and prints three numbers: passed, failed, skipped. Qt Test
# programs are counted by their "Totals:" lines, others as one each.

/^[0-9]+: Totals: [0-9]+ passed, [0-9]+ failed, [0-9]+ skipped/ {
    id = $1 + 0
    seen[id] = 1
    passed += $3
    failed += $5
    skipped += $7
    failed_in[id] += $5
}

# " 3/12 Test  #3: name ....   Passed    0.50 sec" or "…***Failed", "…***Timeout", "…***Exception".
/^ *[0-9]+\/[0-9]+ Test +#[0-9]+:/ {
    id = $0
    sub(/^ *[0-9]+\/[0-9]+ Test +#/, "", id)
    id += 0
    if ($0 ~ / Passed +[0-9.]+ sec/) {
        if (!seen[id]) passed += 1
    } else if ($0 ~ /Not Run \(Disabled\)/) {
        next
    } else if (failed_in[id] == 0) {
        failed += 1
    }
}

END {
    printf "%d %d %d\n", passed, failed, skipped
}
