/// Cross-entropy of the softmax with a temperature: `log Σ_j exp(z_j / T) - z_y / T`.
///
/// A small temperature matters for constrained networks: their logits differ by at most a few units, and at
/// `T = 1` the softmax would see hardly any difference.
struct CrossEntropyLoss: LogitLoss {
  /// T, positive.
  let temperature: Float

  /// The class of each sample.
  let labels: [Int]

  /// The gradient is `(softmax(z / T) - onehot(y)) / T`.
  func replaceByGradient(
    _ logits: inout MutableSpan<Float>, ofSample sample: Int, scaleGradient: inout Float
  ) -> Double {
    let label = labels[sample]
    let temperature = Double(temperature)
    var largest = Double(logits[label])
    for index in logits.indices { largest = max(largest, Double(logits[index])) }
    let labelTerm = (Double(logits[label]) - largest) / temperature
    var sum = 0.0
    for index in logits.indices {
      let term = exponential((Double(logits[index]) - largest) / temperature)
      // Under 2^-40 a class moves no other term's last bit; a zero gradient spares the passes their work on it.
      logits[index] = term < 0x1p-40 ? 0 : Float(term)
      sum += term
    }
    let scale = 1 / (sum * temperature)
    for index in logits.indices {
      let target = index == label ? 1 / temperature : 0
      logits[index] = Float(Double(logits[index]) * scale - target)
    }
    return logarithm(sum) - labelTerm
  }
}
