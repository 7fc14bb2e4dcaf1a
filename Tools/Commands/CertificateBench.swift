internal import Certification
internal import Foundation
internal import Integers

/// `supnorm bench --certify`: how long certificates take on this machine.
enum CertificateBench {
  struct Output: Encodable {
    struct Row: Encodable {
      var name: String
      /// Median of the runs, for all samples together.
      var seconds: Double
      var samplesPerSecond: Double
      var ratioToInference: Double
      /// Samples whose answer is proved, right or wrong; nil for the inference.
      var proved: Int?
    }
    var samples, radiusLSB, storedWeights: Int
    var rows: [Row]
  }

  static func measure(
    _ network: CertifiedNetwork, _ inputs: [[Int16]], radius: Int, runs: Int
  ) throws -> Output {
    let classes = try inputs.map { try network.answer(to: $0).classIndex }
    let pairs = zip(inputs, classes)
    let work: [(name: String, run: () throws -> Int)] = [
      ("inference", { try pairs.count { try network.answer(to: $0).classIndex != $1 } }),
      ("global radius", { try pairs.count { try network.answer(to: $0.0).globalRadiusLSB >= radius } }),
      ("interval certificate", { try pairs.count { try network.isCertified($0, as: $1, within: radius) } }),
    ]
    var seconds = work.map { _ in [Double]() }
    var proved = work.map { _ in 0 }
    let bar = ProgressBar("timing")
    for run in 0..<runs {
      for (index, part) in work.enumerated() {
        let start = Date()
        proved[index] = try part.run()
        seconds[index].append(Date().timeIntervalSince(start))
        bar.update(Double(run * work.count + index + 1) / Double(runs * work.count))
      }
    }
    bar.finish("\(runs) runs of \(inputs.count) samples")
    let medians = seconds.map { $0.sorted()[$0.count / 2] }
    return Output(
      samples: inputs.count, radiusLSB: radius,
      storedWeights: network.network.layers.reduce(0) { $0 + $1.storedCount },
      rows: work.indices.map { index in
        Output.Row(
          name: work[index].name, seconds: medians[index],
          samplesPerSecond: Double(inputs.count) / max(medians[index], 1e-9),
          ratioToInference: medians[index] / max(medians[0], 1e-9), proved: index == 0 ? nil : proved[index])
      })
  }

  static func text(of output: Output) -> String {
    "\(output.samples) samples, \(output.radiusLSB) LSB, \(output.storedWeights) stored weights, one thread\n"
      + table(
        [["", "seconds", "samples/s", "× inference", "proved"]]
          + output.rows.map { row in
            [
              row.name, formatted(row.seconds, digits: 3), formatted(row.samplesPerSecond, digits: 0),
              formatted(row.ratioToInference, digits: 2), row.proved.map { "\($0)" } ?? "",
            ]
          })
  }
}
