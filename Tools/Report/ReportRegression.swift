extension ReportContent {
  /// What the page says of a network whose output is a number.
  struct Regression: Equatable, Sendable {
    /// What the output is, such as "worst_area".
    var target: String
    var samples: Int
    /// Of the deployed integers, in the target's unit.
    var meanAbsoluteError: Double
    /// Of the float network; nil when that was not measured.
    var floatMeanAbsoluteError: Double?
    /// `1 - Σ(y - t)² / Σ(t - mean)²`.
    var explainedVariance: Double
    /// Some test samples, for the picture.
    var points: [Point]
    /// The radius of the points' bounds.
    var pointRadius: Radius
    /// How far the output can move, by increasing radius.
    var changes: [Change]

    /// One test sample, in the target's unit.
    struct Point: Equatable, Sendable {
      var target: Double
      var output: Double
      /// Proved for every input within the radius; nil outside the declared input range.
      var bounds: ClosedRange<Double>?
    }

    /// How far the output can move within one radius, in the target's unit.
    struct Change: Equatable, Sendable {
      var radius: Radius
      /// For any input whatever; nil for no bound.
      var anyInput: Double?
      /// From the points, to the farther end of their intervals.
      var largestLocal: Double
      var meanLocal: Double
    }
  }

  /// An input in which every output, or the lead of a class, is proved to be monotone.
  struct Monotone: Equatable, Sendable {
    /// A sentence without its full stop.
    var statement: String
  }

  /// The declared tolerances and the radius that covers them all at once.
  struct Tolerances: Equatable, Sendable {
    var lsb: Int
    var features: [Feature]

    /// One input, in its own unit.
    struct Feature: Equatable, Sendable {
      var name: String
      /// Such as "0.5"; nil when nothing was declared.
      var declared: String?
      /// How far it may move within the whole radius.
      var covered: String
      var perLSB: String
    }

    /// "a ±0.5, b ±2" and how many more.
    func list(atMost limit: Int) -> String {
      let declared = features.compactMap { feature in feature.declared.map { "\(feature.name) ±\($0)" } }
      let more = declared.count > limit ? ", … (\(declared.count) in all)" : ""
      return declared.prefix(limit).joined(separator: ", ") + more
    }
  }
}
