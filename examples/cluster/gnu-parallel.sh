#!/usr/bin/env bash
# The experiments on your clips and your network in several processes, with GNU parallel: on this machine, or on the
# machines of a file for --sshloginfile that share a file system.
#
#   examples/cluster/gnu-parallel.sh                  # the experiments below
#   examples/cluster/gnu-parallel.sh --draw 600       # further options go to `ciasa eval`
#   HOSTS=hosts.txt examples/cluster/gnu-parallel.sh  # one machine a line
#
# A share that was killed goes on where it stopped when the script is started again, and shares that are done take no
# time. At the end the rows are merged.
set -euo pipefail

CIASA=${CIASA:-ciasa}
CLIPS=${CLIPS:-$HOME/ntu/nturgb+d_skeletons}
NETWORK=${NETWORK:-$HOME/weights/ntu_ShiftGCN_joint_xview.pt}
OUT=${OUT:-$HOME/ciasa-rows}
EXPERIMENTS=${EXPERIMENTS:-figure2 table1 table2}
# Each share attacks one clip at a time on one core, so take as many shares as there are cores in all.
SHARES=${SHARES:-$(nproc)}
JOBS=${JOBS:-$(nproc)}

mkdir -p "$OUT"
machines=()
if [ -n "${HOSTS:-}" ]; then
  machines=(--sshloginfile "$HOSTS" --workdir .)
fi
# Words and paths are quoted for the shell of each share. A share that fails is tried twice more.
# shellcheck disable=SC2086
seq "$SHARES" | parallel --will-cite --quote --jobs "$JOBS" --retries 3 "${machines[@]}" \
  "$CIASA" eval $EXPERIMENTS --clips "$CLIPS" --network "$NETWORK" \
  --shard "{}/$SHARES" --threads 1 --out "$OUT/shard-{}.csv" "$@"
"$CIASA" eval merge "$OUT"/shard-*.csv --out "$OUT/rows.csv"
