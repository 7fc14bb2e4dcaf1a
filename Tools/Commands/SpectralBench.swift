internal import Files
internal import Foundation
internal import Training

/// What clipping singular values costs: `supnorm bench --spectral`.
enum SpectralBench {
  struct Output: Encodable {
    struct Row: Encodable {
      /// What is bounded: nothing, the first layer, or all.
      var bounded: String
      /// Processor time of a step, the median of the runs.
      var milliseconds: Double
      /// The part of it that the free network does not need.
      var share: Double
    }
    var network: String
    var batch, steps, runs: Int
    var rows: [Row]
  }

  private static let steps = 200
  private static let batch = 256

  /// The first steps of a training run on one thread, of each network in turn.
  static func measure(_ data: Dataset, runs: Int) -> Output {
    let inputs = InputMap.fitted(to: data).mappedInputs(of: data)
    let classes = data.classNames.count
    let cases: [(name: String, layers: Range<Int>)] = [
      ("nothing", 0..<0), ("first layer", 0..<1), ("all", 0..<3),
    ]
    var times = cases.map { _ in [Double]() }
    let bar = ProgressBar("timing")
    for number in 0..<runs * cases.count {
      let index = number % cases.count
      times[index].append(
        milliseconds(inputs, data.labels, classes: classes, bounded: cases[index].layers))
      bar.update(Double(number + 1) / Double(runs * cases.count))
    }
    bar.finish("\(runs) runs of \(steps) steps")
    let medians = times.map { $0.sorted()[$0.count / 2] }
    return Output(
      network: "\(data.featureCount)-256-256-\(classes)", batch: batch, steps: steps, runs: runs,
      rows: zip(cases, medians).map {
        Output.Row(bounded: $0.name, milliseconds: $1, share: 1 - medians[0] / $1)
      })
  }

  private static func milliseconds(
    _ inputs: [Float], _ labels: [Int], classes: Int, bounded: Range<Int>
  ) -> Double {
    var options = TrainingOptions()
    options.hidden = [256, 256]
    options.activation = .maxMin
    options.loss = .crossEntropy(temperature: 0.05)
    options.norm.norm = .spectral
    options.lastConstrained = true
    var generator = SeededGenerator(seed: 0)
    var network = FloatNetwork.random(
      inputCount: inputs.count / labels.count, classCount: classes, options: options, using: &generator)
    for index in network.layers.indices where !bounded.contains(index) {
      network.layers[index].normBound = nil
    }
    var order = Array(labels.indices)
    generator.shuffle(&order)
    let run = TrainingRun(
      network, TrainingData(inputs: inputs, labels: labels), objective: options.objective, batchSize: batch,
      threads: Threads(count: 1))
    let schedule = Schedule(options, steps: steps)
    let start = processorTime()
    for step in 0..<steps {
      let first = step * batch % max(1, order.count - batch)
      _ = run.step(
        batch: order[first..<min(first + batch, order.count)], atStep: step, schedule.settings(atStep: step))
    }
    return 1000 * (processorTime() - start) / Double(steps)
  }

  private static func processorTime() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }

  static func text(of output: Output) -> String {
    "singular values clipped after every step: \(output.network), batch \(output.batch), the first \(output.steps) steps\n"
      + table(
        [["bounded", "ms a step", "its share"]]
          + output.rows.map { row in
            [
              row.bounded, formatted(row.milliseconds, digits: 2),
              formatted(100 * row.share, digits: 1) + " %",
            ]
          })
  }
}
