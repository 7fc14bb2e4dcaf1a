internal import Claims
internal import Certification
internal import Training

extension ReportBuilder {
  private struct Certified {
    var index: Int
    var answer: Answer
    var local: Int?
    var radius: Int { max(answer.globalRadiusLSB, local ?? 0) }
  }

  /// Eight samples a group, ordered by certified radius, from at most 1,000 test samples.
  func gallery() throws -> [ReportContent.GalleryGroup] {
    let bar = ProgressBar("certifying the gallery")
    let count = min(samples.inputs.count, 1000)
    var all: [Certified] = []
    for index in 0..<count {
      let answer = try header.network.answer(to: samples.inputs[index])
      let local = try header.network.localRadius(of: samples.inputs[index], as: answer.classIndex)
      all.append(Certified(index: index, answer: answer, local: local))
      bar.update(Double(index + 1) / Double(count))
    }
    bar.finish("\(count) samples")
    let isRight = { (sample: Certified) in sample.answer.classIndex == samples.data.labels[sample.index] }
    let right = all.filter(isRight).sorted { ($0.radius, $1.index) > ($1.radius, $0.index) }
    let wrong = all.filter { !isRight($0) }.sorted { ($0.radius, $1.index) > ($1.radius, $0.index) }
    let middle = right.count / 2
    let typical = right[max(0, middle - 4)..<min(right.count, middle + 4)]
    func group(_ title: String, _ note: String, _ chosen: some Sequence<Certified>)
      -> ReportContent.GalleryGroup
    {
      ReportContent.GalleryGroup(title: title, note: note, samples: chosen.map(reportSample))
    }
    return [
      group(
        "Most certain", "the largest certified radii among the first \(count) test samples", right.prefix(8)),
      group("Typical", "around the median radius", typical),
      group("Least certain", "right, with the smallest certified radii", right.suffix(8)),
      group(
        "Wrong",
        "the most certain of \(wrong.count) wrong answers: a certificate says that an answer is stable, not that it is right",
        wrong.prefix(8)),
    ].filter { !$0.samples.isEmpty }
  }

  private func reportSample(_ sample: Certified) -> ReportContent.Sample {
    let label = samples.data.labels[sample.index]
    // A label that is no class of the model has no name here.
    let name = { (index: Int) in
      index < 0 ? "none of the classes" : claims.classNames.isEmpty ? "\(index)" : claims.classNames[index]
    }
    return ReportContent.Sample(
      input: input(sample.index, radius: sample.radius), label: name(label),
      predicted: name(sample.answer.classIndex), isCorrect: label == sample.answer.classIndex,
      global: radius(sample.answer.globalRadiusLSB), local: sample.local.map(radius),
      holdsFor: claims.toleranceLSB > 0 && covered(sample.radius) > 0
        ? header.tolerances(times: multiple(ofTolerances: sample.radius), atMost: 3)
          .joined(separator: ", ") : nil)
  }

  /// What a radius around an encoded sample leaves for the readings it was encoded from.
  private func covered(_ radius: Int) -> Int { max(radius - samples.slackLSB, 0) }

  /// How many times the declared tolerances a radius holds for, rounded down.
  private func multiple(ofTolerances radius: Int) -> Double {
    Double(covered(radius)).divided(by: Double(claims.toleranceLSB), rounded: .down)
  }

  private func input(_ sample: Int, radius: Int) -> ReportContent.Sample.Input {
    let data = samples.data
    let values = (0..<data.featureCount).map { data.value(sample: sample, feature: $0) }
    if let size = data.imageSize {
      let pixels = values.enumerated().map { min(max(header.mapped($1, feature: $0), 0), 1) }
      return .image(pixels: pixels, width: size.width, height: size.height)
    }
    return .features(
      values.enumerated().map { index, value in
        let declared = claims.tolerances.indices.contains(index) ? claims.tolerances[index] : 0
        // Declared ones as predict prints them, which is a little less.
        let tolerance =
          declared > 0
          ? declared.multiplied(by: multiple(ofTolerances: radius), rounded: .down)
          : tolerancePerLSB(index).multiplied(by: Double(covered(radius)), rounded: .down)
        return ReportContent.Sample.Feature(
          name: data.featureNames.isEmpty ? "\(index)" : data.featureNames[index],
          value: significant(value), tolerance: "±" + significant(tolerance))
      })
  }

  /// A radius, also as a multiple of the declared tolerances, or in the data's own unit when all features share it.
  private func radius(_ lsb: Int) -> ReportContent.CertifiedRadius {
    if claims.toleranceLSB > 0 {
      let factor = formatted(multiple(ofTolerances: lsb), digits: 2, rounded: .down)
      return ReportContent.CertifiedRadius(lsb: lsb, tolerance: "\(factor) × the tolerance")
    }
    guard claims.features.count == 1 else { return ReportContent.CertifiedRadius(lsb: lsb) }
    let tolerance = Double(covered(lsb)).multiplied(by: claims.features[0].tolerance, rounded: .down)
    let unit = samples.data.imageSize == nil ? "" : " gray levels"
    return ReportContent.CertifiedRadius(lsb: lsb, tolerance: "±\(significant(tolerance))\(unit)")
  }
}
