/// Pairs (u, v) of inputs that look for the largest difference quotient `q = ‖f(u) - f(v)‖ / ‖u - v‖` of a network, in
/// Euclidean norms, and the penalty q², of the worst pair or the mean of all.
///
/// In every step each pair tries one step of gradient ascent of q² in u and v, with a step size of its own: it is kept
/// where q grew, and the next one is then 1.3 times as long, otherwise 1.3 times shorter. Old and tried pairs go through
/// the network side by side, and what is kept goes back: one pass gives q, its gradient in the parameters, and the
/// gradient in u and v that the next step tries. Pairs stay within the range of the inputs.
///
/// What is found is a lower estimate of the network's Lipschitz constant: it regularizes and shows how tight a bound is,
/// and proves nothing.
///
/// Source: Bungert, Raab, Roith, Schwinn, Tenbrinck, "CLIP: cheap Lipschitz training of neural networks", SSVM 2021.
/// Sendable unchecked, since each shard changes only the pairs of its own.
final class PairSet: Penalty, @unchecked Sendable {
  private let data: TrainingData
  private let samples: [Int]
  private let options: ClipOptions
  private let seed: UInt64

  /// u of pair i in row 2i, v in row 2i + 1.
  private let points: Matrix
  /// The gradients of q² with respect to them.
  private let directions: Matrix
  /// The length of each pair's next step of ascent, in units of its gradient, and its q².
  private let steps: Matrix
  private let squares: Matrix
  private let shards: [PairShard]
  /// The pair of the largest q², the first of equal ones.
  private var worst = 0
  private var weight: Float = 0

  /// Makes room for the pairs of a run.
  init(
    _ stack: LayerStack, _ data: TrainingData, among samples: [Int], _ options: ClipOptions, shardCount: Int,
    seed: UInt64
  ) {
    self.data = data
    self.samples = samples
    self.options = options
    self.seed = seed
    let count = options.pairs
    points = Matrix(rows: 2 * count, columns: stack.layers[0].columns)
    directions = points.zeros()
    steps = Matrix(rows: 1, columns: count)
    squares = Matrix(rows: 1, columns: count)
    let ends = (0...shardCount).map { (count * $0 + shardCount - 1) / shardCount }
    shards = zip(ends, ends.dropFirst()).map { PairShard(stack, pairs: $0..<$1) }
  }

  var quotient: Double? { unsafe Double(squares.row(0)[worst]).squareRoot() }

  func visitState(_ body: (inout [Float]) -> Void) {
    for matrix in [points, directions, steps, squares] { matrix.visitElements(body) }
  }

  // MARK: A step

  func begin(_ stack: LayerStack, step: Int, weight: Float, _ threads: Threads) {
    let isNew = step % options.renewal == 0
    if isNew { renew(atStep: step) }
    threads.forEach(shards.count) { [self] index, _ in
      let shard = shards[index]
      shard.load(points, directions, steps, within: data.range)
      shard.pass.runForward(stack)
      for pair in shard.pairs { choose(pair, of: shard, isNew: isNew) }
      shard.runBackward(stack)
      shard.store(points, directions, squares)
    }
    let values = unsafe squares.row(0)
    worst = (0..<options.pairs).reduce(0) { unsafe values[$1] > values[$0] ? $1 : $0 }
    // The gradients of every pair's own q² went back; only what the parameters get of them is weighed.
    self.weight = weight
    for shard in shards where weight > 0 {
      shard.weigh { options.worstOnly ? ($0 == worst ? weight : 0) : weight / Float(options.pairs) }
    }
  }

  func addGradients(_ stack: LayerStack, layer: Int, part: Int, to result: PartGradients) {
    for shard in shards where weight > 0 { shard.pass.addGradients(layer: layer, part: part, to: result) }
  }

  /// Keeps the pair that was tried or the old one, and says how far the next step goes.
  private func choose(_ pair: Int, of shard: PairShard, isNew: Bool) {
    let hasGrown = shard.choose(pair)
    guard !isNew else { return }
    let step = unsafe steps.row(0) + pair
    unsafe step.pointee = unsafe min(max(hasGrown ? step.pointee * 1.3 : step.pointee / 1.3, 1e-12), 1e12)
  }

  /// Draws all pairs anew: a sample or a random point, and its neighbor.
  private func renew(atStep step: Int) {
    var generator = SeededGenerator(seed: seed &+ UInt64(step) &* 0x9E37_79B9 &+ 1 &<< 62)
    let range = data.range
    directions.clear()
    for pair in 0..<options.pairs {
      let (u, v) = unsafe (points.row(2 * pair), points.row(2 * pair + 1))
      if samples.isEmpty {
        for column in 0..<points.columns {
          let share = Float(generator.uniform())
          unsafe u[column] = range.lowerBound + share * (range.upperBound - range.lowerBound)
        }
      } else {
        let sample = samples[generator.index(below: samples.count)]
        unsafe data.copy([sample], step: step) { _ in unsafe u }
      }
      for column in 0..<points.columns {
        let value = unsafe u[column] + options.noise * Float(generator.normal())
        unsafe v[column] = min(max(value, range.lowerBound), range.upperBound)
      }
      unsafe steps.row(0)[pair] = 1
    }
  }
}
