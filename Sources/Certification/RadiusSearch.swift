internal import CSupNorm

/// The largest radius found that is proved, from one that is: doubles the step until a radius is refused, then bisects
/// between the two.
///
/// - Parameters:
///   - start: a radius that was proved.
///   - step: the first step, at least 1.
/// - Returns: a radius that was proved itself, whether or not the proofs are monotone; the largest of all if they are.
/// - Complexity: at most 34 proofs.
func largestRadius(
  provedFrom start: Int, step: Int, _ isProved: (Int) throws -> Bool
) rethrows -> Int {
  var proved = start
  var refused = Int(SUPNORM_RADIUS_MAX) + 1
  var step = step
  while proved + step < refused {
    guard try isProved(proved + step) else {
      refused = proved + step
      break
    }
    proved += step
    step *= 2
  }
  while refused - proved > 1 {
    let middle = (proved + refused) / 2
    if try isProved(middle) { proved = middle } else { refused = middle }
  }
  return proved
}
