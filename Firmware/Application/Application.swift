import Record
import Startup

/// Checks the model, tests it on its golden vectors, then answers every sample of samples.bin in results.bin.
@main
enum Application {
  static func main() {
    let model = DeployedModel()
    do throws(RunError) {
      try model.check()
      try model.answerSamples(stack: try model.stackUse()).report(of: model)
    } catch {
      error.report()
      // A new file, so that a result file with status 0 always speaks of answers only.
      try? ResultFile().writeFailure(error.status, outputs: model.outputs)
      semihosting_exit(1)
    }
    semihosting_exit(0)
  }
}

extension DeployedModel {
  /// One record for each sample, then the trailer.
  func answerSamples(stack: device_stack) throws(RunError) -> Tally {
    let samples = try SampleFile(inputs: inputs)
    let results = try ResultFile()
    try results.writeHeader(status: 0, samples: samples.count, outputs: outputs)
    var tally = Tally(deviation: samples.deviation)
    for _ in 0..<samples.count {
      try samples.readNext(into: self)
      tally.count(try answer(deviation: samples.deviation, isCounted: samples.isCounted))
      try results.writeRecord(of: self)
    }
    try results.writeTrailer(stack)
    samples.close()
    results.close()
    return tally
  }
}
