#!/usr/bin/env bash
# The experiments on your clips and your network, as a Slurm array: each task does one share of the work.
#
#   sbatch examples/cluster/slurm-array.sh
#
# Then, once all tasks are done:
#
#   ciasa eval merge "$OUT"/shard-*.csv --out "$OUT/rows.csv"
#   ciasa eval report --rows "$OUT/rows.csv" --out "$OUT/report"
#
# A task that was cut off goes on where it stopped: submit it again (sbatch --array=7 ... for the seventh share).
#SBATCH --job-name=ciasa-eval
#SBATCH --array=1-64
#SBATCH --cpus-per-task=8
#SBATCH --mem=8G
#SBATCH --time=24:00:00
#SBATCH --output=ciasa-%A-%a.log
set -euo pipefail

CIASA=${CIASA:-ciasa}
CLIPS=${CLIPS:-$HOME/ntu/nturgb+d_skeletons}
NETWORK=${NETWORK:-$HOME/weights/ntu_ShiftGCN_joint_xview.pt}
OUT=${OUT:-$HOME/ciasa-rows}
# The number of shares is that of the whole array, also if only some of its tasks are submitted again.
SHARES=${SHARES:-64}

mkdir -p "$OUT"
"$CIASA" eval figure2 table1 table2 \
  --clips "$CLIPS" --network "$NETWORK" \
  --shard "$SLURM_ARRAY_TASK_ID/$SHARES" --threads "${SLURM_CPUS_PER_TASK:-1}" \
  --out "$OUT/shard-$SLURM_ARRAY_TASK_ID.csv"
