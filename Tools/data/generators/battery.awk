# State of charge of lithium-ion cells: awk -f random.awk -f battery.awk -v first=1 -v last=40
#
# Cells of the numbers first ... last, each from full to 5 % under a load that changes every minute. The model of a cell:
#   open circuit   E(s) = 3.35 + 0.55 s + 0.25 s^3 - 0.35 exp(-20 s)      volts, s = 0 ... 1, nowhere falling
#   resistance     R(s, T) = R0 exp(0.025 (25 - T)) (1 + 0.4 exp(-10 s))  ohms, T in degrees C
#   polarization   u' = (R1 i - u) / 60 s,  R1 = R / 2
#   terminals      v = E(s) - R i - u + noise of 2 mV                     i > 0 discharges
#   coulombs       s' = -i / (3600 Q)
# Of a cell: Q = 2.5 Ah a (1 + 0.03 g), R0 = 0.045 ohm (1 + 0.1 g') / a, with g and g' normal and health a = 0.85 ... 1.
# A row each half minute: voltage, current, temperature and the means of the first two over five minutes; the charge in %.
BEGIN {
  print "voltage,current,temperature,mean_voltage,mean_current,charge"
  for (cell = first; cell <= last; cell++) discharge(cell)
}

function discharge(cell,    health, capacity, r0, temperature, charge, drop, current, second, r, voltage, v, c) {
  start(cell)
  health = between(0.85, 1)
  capacity = 2.5 * health * (1 + 0.03 * normal())
  r0 = 0.045 * (1 + 0.1 * normal()) / health
  temperature = between(-5, 45)
  charge = 1; drop = 0; v = 0; c = 0
  for (second = 0; charge > 0.05; second++) {
    if (second % 60 == 0) {
      current = between(-0.5, 2) * 2.5
      if (charge > 0.98 && current < 0) current = 0
      temperature += between(-0.3, 0.3)
    }
    r = r0 * exp(0.025 * (25 - temperature)) * (1 + 0.4 * exp(-10 * charge))
    drop += (r / 2 * current - drop) / 60
    charge -= current / (3600 * capacity)
    voltage = 3.35 + 0.55 * charge + 0.25 * charge ^ 3 - 0.35 * exp(-20 * charge) - r * current - drop
    if (second == 0) { v = voltage; c = current }
    v += (voltage - v) / 300; c += (current - c) / 300
    if (second % 30 == 29)
      printf "%.3f,%.2f,%.1f,%.3f,%.2f,%.2f\n",
        voltage + 0.002 * normal(), current, temperature, v, c, 100 * charge
  }
}
