# Remaining life of bearings: awk -f random.awk -f wear.awk -v first=1 -v last=60
#
# Units of the numbers first ... last, each until it fails. The model of a unit:
#   wear         w' = k (0.25 + w) (load / 0.6)^2,  w(0) = 0, failed at w = 1     w in parts, time in hours
#   vibration    0.6 + 3.5 w^1.5 + 0.3 load + noise of 0.08                       mm/s
#   warmth       8 + 22 w + 12 load + noise of 0.8                                degrees above the room
#   debris       40 w^2 + 6 w + noise of 0.8, at least 0                          particles a minute
# Of a unit: k = 0.0016 (1 + 0.25 g) an hour, g normal, cut to 0.4 ... 2 times; the load is 0.3 ... 0.9, anew every 40 hours.
# A row every 10 hours: hours run, load, its mean so far, vibration, warmth, debris; the hours left, at most 800.
BEGIN {
  print "hours,load,mean_load,vibration,warmth,debris,left"
  for (unit = first; unit <= last; unit++) run(unit)
}

function run(unit,    k, factor, wear, hour, load, sum, count, row, i, left) {
  start(unit)
  factor = 1 + 0.25 * normal()
  if (factor < 0.4) factor = 0.4
  if (factor > 2) factor = 2
  k = 0.0016 * factor
  wear = 0; sum = 0; count = 0
  for (hour = 0; wear < 1; hour++) {
    if (hour % 40 == 0) load = between(0.3, 0.9)
    sum += load
    if (hour % 10 == 0) {
      at[count] = hour
      row[count++] = sprintf("%d,%.2f,%.3f,%.2f,%.1f,%.1f", hour, load, sum / (hour + 1),
        positive(0.6 + 3.5 * wear ^ 1.5 + 0.3 * load + 0.08 * normal()),
        positive(8 + 22 * wear + 12 * load + 0.8 * normal()), positive(40 * wear ^ 2 + 6 * wear + 0.8 * normal()))
    }
    wear += k * (0.25 + wear) * (load / 0.6) ^ 2
  }
  for (i = 0; i < count; i++) {
    left = hour - at[i]
    if (left > 800) left = 800
    printf "%s,%d\n", row[i], left
  }
}

function positive(value) { return value > 0 ? value : 0 }
