/// How many samples the local certificate holds for.
struct Tally {
  let deviation: Int32
  private var samples: Int32 = 0
  private var certified: Int32 = 0

  init(deviation: Int32) {
    self.deviation = deviation
  }

  mutating func count(_ isCertified: Bool) {
    samples += 1
    if isCertified { certified += 1 }
  }

  /// One line for whoever watches.
  func report(of model: DeployedModel) {
    Console.write(model.inputs, " inputs, ")
    Console.write(samples, " samples: ")
    Console.write(certified, " locally certified at ")
    Console.write(deviation, " LSB, ")
    Console.write(samples - certified, " not\n")
  }
}
