internal import Foundation
internal import Training

/// `supnorm bench --training`: samples per second of training.
enum TrainingBench {
  struct Output: Encodable {
    struct Row: Encodable {
      var network: String
      var batch, threads: Int
      /// Medians of the runs: with the projection of the hidden rows, and without it.
      var samplesPerSecond, samplesPerSecondFree: Double
      /// The part of a step's time that the projection takes.
      var projectionShare: Double
      /// How many times as fast as the plain loops of the same network and batch.
      var ratioToPlain: Double
    }
    struct Baseline: Encodable {
      var network: String
      var batch: Int
      var samplesPerSecond: Double
    }
    struct Distance: Encodable {
      var network: String
      var batch, threads: Int
      /// At p = 9, and over the steps of a whole run.
      var samplesPerSecond, samplesPerSecondOfRun: Double
    }
    /// Plain loops on one thread, with the projection.
    var plain: [Baseline]
    var dense: [Row]
    /// A network of distances on one thread, as Tools/bench-training compares it.
    var distance: Distance
    /// The same on two threads.
    var distanceOnTwoThreads: Distance
  }

  static func measure(runs: Int) -> Output {
    let data = Data()
    var plain: [Measurement] = []
    var dense: [(constrained: Measurement, free: Measurement)] = []
    for hidden in [[64, 64], [256, 256]] {
      for batch in [64, 256] {
        plain.append(plainLoops(hidden, batch, data))
        for threads in [1, 2] {
          dense.append(
            (
              trainer(hidden, batch, threads: threads, isConstrained: true, data),
              trainer(hidden, batch, threads: threads, isConstrained: false, data)
            ))
        }
      }
    }
    let distance = [1, 2].map { threads in
      (
        fixed: distances(threads: threads, isWholeRun: false, data),
        run: distances(threads: threads, isWholeRun: true, data)
      )
    }
    let all = plain + dense.flatMap { [$0.constrained, $0.free] } + distance.flatMap { [$0.fixed, $0.run] }
    let bar = ProgressBar("timing")
    for run in 0..<runs {
      for (index, measurement) in all.enumerated() {
        measurement.measure()
        bar.update(Double(run * all.count + index + 1) / Double(runs * all.count))
      }
    }
    bar.finish("\(runs) runs of \(all.count) measurements")
    let distanceRows = distance.map { fixed, run in
      Output.Distance(
        network: fixed.network, batch: fixed.batch, threads: fixed.threads, samplesPerSecond: fixed.median,
        samplesPerSecondOfRun: run.median)
    }
    return Output(
      plain: plain.map { Output.Baseline(network: $0.network, batch: $0.batch, samplesPerSecond: $0.median) },
      dense: dense.map { constrained, free in
        let baseline = plain.first { $0.network == constrained.network && $0.batch == constrained.batch }
        return Output.Row(
          network: constrained.network, batch: constrained.batch, threads: constrained.threads,
          samplesPerSecond: constrained.median, samplesPerSecondFree: free.median,
          projectionShare: max(0, 1 - constrained.median / free.median),
          ratioToPlain: constrained.median / (baseline?.median ?? .nan))
      },
      distance: distanceRows[0], distanceOnTwoThreads: distanceRows[1])
  }

  static func text(of output: Output) -> String {
    "training: random images of 784 pixels, 10 classes, cross-entropy, Adam, hidden rows projected\n"
      + table(
        [["network", "batch", "threads", "samples/s", "without projection", "its share", "× plain loops"]]
          + output.plain.map { row in
            [
              row.network, "\(row.batch)", "plain loops", formatted(row.samplesPerSecond, digits: 0), "", "",
              "1.0",
            ]
          }
          + output.dense.map { row in
            [
              row.network, "\(row.batch)", "\(row.threads)", formatted(row.samplesPerSecond, digits: 0),
              formatted(row.samplesPerSecondFree, digits: 0),
              formatted(100 * row.projectionShare, digits: 1) + " %",
              formatted(row.ratioToPlain, digits: 1),
            ]
          })
      + "\ndistances, p rising from 3 to infinity\n"
      + table(
        [["network", "batch", "threads", "samples/s at p = 9", "over a whole run"]]
          + [output.distance, output.distanceOnTwoThreads].map { row in
            [
              row.network, "\(row.batch)", "\(row.threads)", formatted(row.samplesPerSecond, digits: 0),
              formatted(row.samplesPerSecondOfRun, digits: 0),
            ]
          })
  }

  // MARK: What is measured

  private static func trainer(
    _ hidden: [Int], _ batch: Int, threads: Int, isConstrained: Bool, _ data: Data
  ) -> Measurement {
    let run = TrainingRun(
      data.network(hidden, isConstrained: isConstrained),
      TrainingData(inputs: data.inputs, labels: data.labels),
      objective: .loss(.crossEntropy(temperature: data.temperature)), batchSize: batch,
      threads: Threads(count: threads))
    return Measurement(data.name(hidden), batch, threads: threads, samples: data.order) {
      _ = run.step(batch: $0, StepSettings(rate: data.rate))
    }
  }

  /// Steps of a network of distances: all at p = 9, or one after the other from the whole of a run of 64 steps.
  private static func distances(threads: Int, isWholeRun: Bool, _ data: Data) -> Measurement {
    var options = TrainingOptions.distances
    options.hidden = [64, 64]
    if !isWholeRun {
      options.distance.firstExponent = 9
      options.distance.lastExponent = 9
      options.distance.growthEnd = 1
    }
    var generator = SeededGenerator(seed: 0)
    let network = FloatNetwork.random(inputCount: 784, classCount: 10, options: options, using: &generator)
    let steps = 64
    let schedule = Schedule(options, steps: steps)
    let run = TrainingRun(
      network, TrainingData(inputs: data.inputs, labels: data.labels),
      objective: options.objective, batchSize: options.batchSize, threads: Threads(count: threads))
    var step = 0
    return Measurement(data.name([64, 64]), options.batchSize, threads: threads, samples: data.order) {
      _ = run.step(batch: $0, atStep: step, schedule.settings(atStep: step))
      step = (step + 1) % steps
    }
  }

  private static func plainLoops(_ hidden: [Int], _ batch: Int, _ data: Data) -> Measurement {
    var training = PlainTraining(
      data.network(hidden, isConstrained: true), inputs: data.inputs, labels: data.labels,
      temperature: data.temperature)
    return Measurement(data.name(hidden), batch, threads: 1, samples: data.order) {
      training.step(batch: $0, rate: data.rate)
    }
  }

  /// Random images and labels, enough that they do not stay in the cache.
  private struct Data {
    let temperature: Float = 0.05
    let rate: Float = 0.001
    let inputs: [Float]
    let labels: [Int]
    let order: [Int]

    init() {
      var generator = SeededGenerator(seed: 0)
      inputs = (0..<4096 * 784).map { _ in Float(generator.uniform()) }
      labels = (0..<4096).map { _ in generator.index(below: 10) }
      var order = Array(0..<4096)
      generator.shuffle(&order)
      self.order = order
    }

    func name(_ hidden: [Int]) -> String { ([784] + hidden + [10]).map(String.init).joined(separator: "-") }

    func network(_ hidden: [Int], isConstrained: Bool) -> FloatNetwork {
      var generator = SeededGenerator(seed: 0)
      var options = TrainingOptions()
      options.hidden = hidden
      var network = FloatNetwork.random(inputCount: 784, classCount: 10, options: options, using: &generator)
      if !isConstrained {
        for index in network.layers.indices { network.layers[index].rowSumBound = nil }
      }
      return network
    }
  }

  /// One kind of step, measured again and again.
  private final class Measurement {
    let network: String
    let batch: Int
    let threads: Int
    private let samples: [Int]
    private let step: (ArraySlice<Int>) -> Void
    private var speeds: [Double] = []
    private var position = 0

    init(
      _ network: String, _ batch: Int, threads: Int, samples: [Int], step: @escaping (ArraySlice<Int>) -> Void
    ) {
      self.network = network
      self.batch = batch
      self.threads = threads
      self.samples = samples
      self.step = step
    }

    /// Samples per second.
    var median: Double { speeds.sorted()[speeds.count / 2] }

    /// Takes steps for a tenth of a second.
    func measure() {
      step(nextBatch())
      let start = now()
      var count = 0
      repeat {
        step(nextBatch())
        count += batch
      } while now() - start < 0.1
      speeds.append(Double(count) / (now() - start))
    }

    private func nextBatch() -> ArraySlice<Int> {
      if position + batch > samples.count { position = 0 }
      position += batch
      return samples[position - batch..<position]
    }

    /// Seconds: of the process on one thread, so that other programs do not count; otherwise of the clock.
    private func now() -> Double {
      var time = timespec()
      unsafe clock_gettime(threads == 1 ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &time)
      return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
    }
  }
}
