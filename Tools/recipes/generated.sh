# What the recipes on generated data share. Sourced by them; their argument is the folder for data, models and headers, by
# default recipes/.
#
#   generate MODEL PART FIRST LAST       rows of the units FIRST … LAST, by Tools/data/generators/MODEL.awk
#   compare NAME train options …         trains with the seeds 0, 1 and 2 and prints each test error; keeps seed 0
#   falls NAME COLUMN STEP SIGN          for how many of 10,000 inputs, drawn from the ranges of the training data, the output
#                                        goes the wrong way when a column grows by a step
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
folder="${1:-recipes}"
mkdir -p "$folder"
if [ -z "${SUPNORM:-}" ]; then
  swift build --package-path "$root" -c release --product supnorm >&2
  SUPNORM="$(swift build --package-path "$root" -c release --product supnorm --show-bin-path)/supnorm"
fi
generators="$root/Tools/data/generators"

generate() {
  awk -f "$generators/random.awk" -f "$generators/$1.awk" -v "first=$3" -v "last=$4" > "$folder/$2.csv"
  echo "$2: $(($(wc -l < "$folder/$2.csv") - 1)) rows of the units $3 to $4"
}

compare() {
  local name="$1" seed
  shift
  for seed in 2 1 0; do
    "$SUPNORM" train --data "$folder/train.csv" --target "$target" --features "$features" --seed "$seed" \
      --out "$folder/$name.safetensors" "$@" 2> /dev/null
    "$SUPNORM" export "$folder/$name.safetensors" --name "$name" --out "$folder/$name.h" > /dev/null 2>&1
    "$SUPNORM" verify "$folder/$name.h" > /dev/null 2>&1
    echo "$name, seed $seed: $("$SUPNORM" evaluate "$folder/$name.h" --data "$folder/test.csv" --epsilon 0.01 2> /dev/null \
      | sed -n 's/.*mean absolute/mean absolute/p')"
  done
}

falls() {
  local name="$1" column="$2" step="$3" sign="$4" file
  for file in drawn raised; do
    awk -F, -v OFS=, -v name="$column" -v step="$([ "$file" = raised ] && echo "$step" || echo 0)" \
      -f "$generators/random.awk" -f <(cat << 'AWK'
      NR == 1 { print; for (i = 1; i <= NF; i++) if ($i == name) place = i; columns = NF; next }
      { for (i = 1; i <= columns; i++) { if (NR == 2 || $i + 0 < low[i]) low[i] = $i + 0; if (NR == 2 || $i + 0 > high[i]) high[i] = $i + 0 } }
      END {
        start(1)
        for (row = 0; row < 10000; row++) {
          line = ""
          for (i = 1; i <= columns; i++) line = line (i > 1 ? "," : "") sprintf("%.3f", between(low[i], high[i]) + (i == place ? step : 0))
          print line
        }
      }
AWK
      ) "$folder/train.csv" > "$folder/$file.csv"
    "$SUPNORM" predict "$folder/$name.h" --input "$folder/$file.csv" 2> /dev/null \
      | sed 's/.*output \(-*[0-9]*\).*/\1/' > "$folder/$file.out"
  done
  paste "$folder/drawn.out" "$folder/raised.out" | awk -v sign="$sign" -v name="$name" -v what="$column" -v step="$step" '
    ($2 - $1) * sign < 0 { count++ }
    END { printf "%s: of %d drawn inputs, the output of %d goes the wrong way when %s grows by %s\n", name, NR, count, what, step }'
  rm -f "$folder"/{drawn,raised}.{out,csv}
}
