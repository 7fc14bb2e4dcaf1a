# What every recipe does: trains, exports within a budget, verifies, and measures on all test images, attacked ones too.
# Sourced by the recipes. Their argument is the folder of the data set; without one it is $SUPNORM_DATA/DATASET.
#
#   measure NAME FLASH EPSILON,… train options …
set -euo pipefail
: "${dataset:?set by the recipe}"
data="${1:-${SUPNORM_DATA:+$SUPNORM_DATA/$dataset}}"
if [ -z "$data" ]; then
  echo "$(basename "$0"): where is the data? $0 FOLDER, or SUPNORM_DATA=FOLDER with $dataset in it" >&2
  exit 2
fi
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
swift build --package-path "$root" -c release --product supnorm >&2
supnorm="$(swift build --package-path "$root" -c release --product supnorm --show-bin-path)/supnorm"

measure() {
  local name="$1" flash="$2" epsilon="$3" start seconds header
  shift 3
  local folder="${RECIPES_OUT:-recipes}"
  mkdir -p "$folder"
  start=$(date +%s)
  "$supnorm" train --data "$data" --out "$folder/$name.safetensors" --seed 0 "$@"
  seconds=$(($(date +%s) - start))
  header="$folder/${name//-/_}.h"
  "$supnorm" export "$folder/$name.safetensors" --name "${name//-/_}" --out "$header" --flash "$flash" --data "$data"
  "$supnorm" verify "$header" > /dev/null
  "$supnorm" evaluate "$header" --data "$data" --epsilon "$epsilon" --attack pgd --restarts 1
  echo "$name: parameters within $flash, header $(wc -c < "$header") bytes, seed 0, trained in $seconds s on $(nproc) cores"
}
