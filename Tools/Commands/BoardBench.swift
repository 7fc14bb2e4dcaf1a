internal import Certification
internal import Claims
internal import Dispatch
internal import Integers
internal import Synchronization

/// `supnorm bench --board`: what networks cost on boards.
enum BoardBench {
  /// One network and what is asked of it.
  struct Work: Sendable {
    var name: String
    /// The path of the header that the firmware is built with.
    var header: String
    var network: CertifiedNetwork
    var inputs: [[Int16]]
    /// The radius of the certificates.
    var radiusLSB: Int
    /// The same shapes with numbers that leave no entry out, and inputs for it; nil where that is not asked for.
    var full: FullNetwork?
  }

  /// Runs every network on every board, several at a time.
  static func measure(_ works: [Work], boards: [String]) throws -> [BoardCost] {
    let bar = ProgressBar("bench")
    let finished = Atomic(0)
    let jobs = works.flatMap { work in boards.map { (work: work, board: $0) } }
    let costs = try concurrently(jobs.count) { index in
      let (work, board) = (jobs[index].work, jobs[index].board)
      let cost = try measure(work, boardName: board)
      let count = finished.add(1, ordering: .relaxed).newValue
      bar.update(Double(count) / Double(jobs.count), "\(work.name) on \(board)")
      return cost
    }
    bar.finish("\(works.count) networks on \(boards.count) boards")
    return costs
  }

  private static func measure(_ work: Work, boardName: String) throws -> BoardCost {
    let board = try Board.named(boardName)
    let (image, device, counts) = try run(
      board, boardName, header: work.header, work.network, work.inputs, radius: work.radiusLSB)
    let full = try work.full.map { full in
      try withTemporaryFolder { folder in
        let path = try full.writeHeader(in: folder)
        return try run(board, boardName, header: path, full.network, full.inputs, radius: 1).counts
      }
    }
    let mismatches = try zip(work.inputs, device.answers).count { input, answer in
      try answer != DeviceAnswer(ofHost: work.network, to: input, within: work.radiusLSB)
    }
    let entries = work.network.network.layers.reduce(0) { $0 + $1.storedCount }
    return BoardCost(
      network: work.name, board: boardName, description: board.description, samples: work.inputs.count,
      mismatches: mismatches,
      inference: BoardCost.Instructions(counts.infer, entries: entries, full: full?.infer ?? []),
      certificate: BoardCost.Instructions(counts.certify, entries: entries, full: full?.certify ?? []),
      code: image.code, stackBytes: max(device.inferStackBytes, device.certifyStackBytes),
      scratchBytes: work.network.scratchBytes, parameterBytes: work.network.network.parameterBytes,
      functions: try functions(of: counts))
  }

  /// Builds the firmware, runs every input and counts the instructions of every run.
  private static func run(
    _ board: Board, _ name: String, header: String, _ network: CertifiedNetwork, _ inputs: [[Int16]],
    radius: Int
  ) throws -> (image: FirmwareImage, device: DeviceResults, counts: InstructionCounts) {
    try withTemporaryFolder { folder in
      let image = try FirmwareImage(
        board: name, triple: board.triple, header: header, model: try LoadedHeader(header).claims.name,
        in: folder)
      let run = DeviceRun(board: board, image: image, folder: folder)
      let device = try run.results(for: inputs, outputs: network.network.outputs, deviation: radius) { _ in }
      return (image, device, try run.instructionCounts(for: inputs, deviation: radius))
    }
  }

  /// The histogram by function, with names as they stand in the source.
  private static func functions(of counts: InstructionCounts) throws -> [BoardCost.Function] {
    let names = counts.functions.keys.sorted()
    let readable = try FirmwareImage.readable(names)
    let functions = zip(names, readable).map { name, readable in
      let function = counts.functions[name] ?? .init(infer: 0, certify: 0)
      return BoardCost.Function(
        name: readable, inference: Double(function.infer) / Double(max(counts.infer.count, 1)),
        certificate: Double(function.certify) / Double(max(counts.certify.count, 1)))
    }
    return functions.sorted { $0.inference + $0.certificate > $1.inference + $1.certificate }
  }
}

/// The results of independent jobs, as many at a time as there are cores, in their order.
///
/// - Throws: the error of the first job that failed; those after it do not begin.
func concurrently<Value: Sendable>(_ count: Int, _ job: @Sendable (Int) throws -> Value) throws -> [Value] {
  let results = Mutex([Int: Value]())
  let failure = Mutex((any Error)?.none)
  DispatchQueue.concurrentPerform(iterations: count) { index in
    guard failure.withLock({ $0 == nil }) else { return }
    do {
      let value = try job(index)
      results.withLock { $0[index] = value }
    } catch {
      failure.withLock { $0 = $0 ?? error }
    }
  }
  if let error = failure.withLock({ $0 }) { throw error }
  return results.withLock { results in (0..<count).compactMap { results[$0] } }
}
