# Shared by the scripts of this folder: source it, do not run it. `root` is the project's root.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
jobs=$(nproc 2>/dev/null || echo 2)

# A cold cache fills to about 1 GB with all presets; the limit leaves room for a few branches.
export CCACHE_MAXSIZE=${CCACHE_MAXSIZE:-5G}
# Presets that compile alike, as dev and headless do, share what is cached.
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1

say() {
    printf '== %s\n' "$*"
}

fail() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# wanted_packages PURPOSE…: the packages of those purposes, but for those whose command is there.
wanted_packages() {
    local purpose package program wanted
    while read -r purpose package program; do
        for wanted in "$@"; do
            [ "$purpose" = "$wanted" ] || continue
            if [ -n "$program" ] && command -v "$program" >/dev/null; then continue; fi
            printf '%s\n' "$package"
        done
    done < <(sed 's/#.*//' "$root/packaging/packages.txt")
}

# missing_packages PURPOSE…: the ones among them that are not installed.
missing_packages() {
    comm -23 <(wanted_packages "$@" | sort -u) \
        <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p' | sort -u)
}

# install_packages PURPOSE…: installs what is missing and nothing else. With ORRERY_NO_INSTALL set
# it trusts that everything is there.
install_packages() {
    if [ -n "${ORRERY_NO_INSTALL:-}" ]; then return; fi
    command -v apt-get >/dev/null && command -v dpkg-query >/dev/null ||
        fail "this system has no apt; install what packaging/packages.txt lists by other means" \
            "and run again with ORRERY_NO_INSTALL=1"
    local missing as_root=()
    mapfile -t missing < <(missing_packages "$@")
    if [ "${#missing[@]}" -eq 0 ]; then return; fi
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null ||
            fail "these packages are missing, and neither root nor sudo is at hand: ${missing[*]}"
        as_root=(sudo)
    fi
    say "installing ${missing[*]}"
    # A full list may be stale without harm; only what cannot be fetched stops us.
    "${as_root[@]}" apt-get update -qq || say "apt-get update failed; trying with the lists at hand"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" ||
        fail "apt-get could not install: ${missing[*]}"
}

# build_preset PRESET [TARGET…]: configures and builds; goes on past errors so that all are seen.
build_preset() {
    local preset=$1
    shift
    local targets=()
    if [ "$#" -gt 0 ]; then targets=(--target "$@"); fi
    (cd "$root" && cmake --preset "$preset" &&
        cmake --build --preset "$preset" --parallel "$jobs" "${targets[@]}" -- -k 0)
}
