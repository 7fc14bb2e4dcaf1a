package import CSupNorm

/// The index of the largest logit, the lowest index on a tie.
///
/// - Precondition: `logits` is not empty.
package func largestIndex(_ logits: Span<Int32>) -> Int {
  var best = 0
  var greatest = Int32.min
  for index in logits.indices where logits[index] > greatest { (best, greatest) = (index, logits[index]) }
  return best
}

/// Where the pair (first, second), in either order, stands in the table of a network.
///
/// The table holds the pairs j < k in the order (0,1) (0,2) … (0,n-1) (1,2) …, so (j,k) comes after
/// `j·n - j(j+1)/2` pairs of smaller j and `k - j - 1` of the same j.
@inline(__always)
package func pairIndex(_ first: Int, _ second: Int, outputs: Int) -> Int {
  let low = min(first, second)
  let high = max(first, second)
  // With at most 32767 outputs, which `Network` checks, everything here stays below 2^30.
  return low &* outputs &- (low &* (low &+ 1)) &>> 1 &+ high &- low &- 1
}

/// The certified global radius of an answer:
/// `min over j ≠ c of floor((logit_c - logit_j - 1 - offset) / slope)`, at least 0 and at most 65535 LSB.
///
/// A change of at most d LSB in every input moves `logit_c - logit_j` by at most `slope·d + offset`, so that for
/// d up to the radius the difference stays positive and `c` stays the only largest logit.
///
/// - Parameters:
///   - logits: raw accumulators of the last layer.
///   - classIndex: the index of the largest logit.
///   - pairs: the network's table, `n(n-1)/2` entries; empty where no layer enlarges a change, so that both logits
///     of a pair move by at most d, so that slope 2 and offset 0 hold for all.
/// - Returns: the radius in LSB; 0 certifies this very input only.
/// - Complexity: `n - 1` divisions; without a divider one for each pair that has a smaller radius than those before it.
package func globalRadius(logits: Span<Int32>, classIndex: Int, pairs: Span<supnorm_bound>) -> UInt32 {
  var radius = UInt32(SUPNORM_RADIUS_MAX)
  let greatest = logits[classIndex]
  // The place of the pair (other, classIndex) in the table, as `pairIndex` has it.
  var index = classIndex &- 1
  for other in logits.indices {
    if other != classIndex {
      let pair = pairs.isEmpty ? supnorm_bound(slope: 2, offset: 0) : pairs[index]
      // logits[classIndex] ≥ logits[other], so the difference is 0 … 2^32 - 1 and exact in UInt32.
      let margin = UInt32(bitPattern: greatest &- logits[other])
      guard margin > pair.offset else { return 0 }
      let room = margin &- 1 &- pair.offset
      if pair.slope > 0 { radius = supnorm_lesser_radius(radius, room, pair.slope) }
    }
    index &+= other < classIndex ? logits.count &- other &- 2 : 1
  }
  return radius
}
