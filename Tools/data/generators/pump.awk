# Power of a pump for a cubic metre: awk -f random.awk -f pump.awk -v first=1 -v last=2000
#
# A row for each of the numbers first ... last: speed n = 0.3 ... 1 of the greatest, height h = 5 ... 30 m, and
#   energy = 0.012 h + 0.02 + 0.05 h^0.5 (n - n0)^2 + 0.015 / n,  n0 = 0.45 + 0.012 h    kWh per cubic metre,
# with noise of 0.5 %: convex in the speed for every height, least near n0, where the pump is at its best.
BEGIN {
  print "speed,height,energy"
  for (row = first; row <= last; row++) {
    start(row)
    speed = between(0.3, 1); height = between(5, 30)
    best = 0.45 + 0.012 * height
    energy = 0.012 * height + 0.02 + 0.05 * sqrt(height) * (speed - best) ^ 2 + 0.015 / speed
    printf "%.3f,%.2f,%.5f\n", speed, height, energy * (1 + 0.005 * normal())
  }
}
