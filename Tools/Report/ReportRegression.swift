extension ReportContent {
  /// What the page says of a network whose output is a number.
  package struct Regression: Equatable, Sendable {
    /// What the output is, such as "worst_area".
    package var target: String
    package var samples: Int
    /// Of the deployed integers, in the target's unit.
    package var meanAbsoluteError: Double
    /// Of the float network; nil when that was not measured.
    package var floatMeanAbsoluteError: Double?
    /// `1 - Σ(y - t)² / Σ(t - mean)²`.
    package var explainedVariance: Double
    /// Some test samples, for the picture.
    package var points: [Point]
    /// The radius of the points' bounds.
    package var pointRadius: Radius
    /// How far the output can move, by increasing radius.
    package var changes: [Change]

    package init(
      target: String, samples: Int, meanAbsoluteError: Double, floatMeanAbsoluteError: Double?,
      explainedVariance: Double, points: [Point], pointRadius: Radius, changes: [Change]
    ) {
      self.target = target
      self.samples = samples
      self.meanAbsoluteError = meanAbsoluteError
      self.floatMeanAbsoluteError = floatMeanAbsoluteError
      self.explainedVariance = explainedVariance
      self.points = points
      self.pointRadius = pointRadius
      self.changes = changes
    }

    /// One test sample, in the target's unit.
    package struct Point: Equatable, Sendable {
      package var target: Double
      package var output: Double
      /// Proved for every input within the radius; nil outside the declared input range.
      package var bounds: ClosedRange<Double>?

      package init(target: Double, output: Double, bounds: ClosedRange<Double>?) {
        self.target = target
        self.output = output
        self.bounds = bounds
      }
    }

    /// How far the output can move within one radius, in the target's unit.
    package struct Change: Equatable, Sendable {
      package var radius: Radius
      /// For any input whatever; nil for no bound.
      package var anyInput: Double?
      /// From the points, to the farther end of their intervals.
      package var largestLocal: Double
      package var meanLocal: Double

      package init(radius: Radius, anyInput: Double?, largestLocal: Double, meanLocal: Double) {
        self.radius = radius
        self.anyInput = anyInput
        self.largestLocal = largestLocal
        self.meanLocal = meanLocal
      }
    }
  }

  /// An input in which every output is proved to be monotone.
  package struct Monotone: Equatable, Sendable {
    package var input: String
    /// Whether no output falls when the input grows; otherwise none rises.
    package var isRising: Bool

    package init(input: String, isRising: Bool) {
      self.input = input
      self.isRising = isRising
    }

    /// As a sentence without its full stop.
    var statement: String { "no output \(isRising ? "falls" : "rises") when \(input) grows" }
  }

  /// The declared tolerances and the radius that covers them all at once.
  package struct Tolerances: Equatable, Sendable {
    package var lsb: Int
    package var features: [Feature]

    package init(lsb: Int, features: [Feature]) {
      self.lsb = lsb
      self.features = features
    }

    /// One input, in its own unit.
    package struct Feature: Equatable, Sendable {
      package var name: String
      /// Such as "0.5"; nil when nothing was declared.
      package var declared: String?
      /// How far it may move within the whole radius.
      package var covered: String
      package var perLSB: String

      package init(name: String, declared: String?, covered: String, perLSB: String) {
        self.name = name
        self.declared = declared
        self.covered = covered
        self.perLSB = perLSB
      }
    }

    /// "a ±0.5, b ±2" and how many more.
    func list(atMost limit: Int) -> String {
      let declared = features.compactMap { feature in feature.declared.map { "\(feature.name) ±\($0)" } }
      let more = declared.count > limit ? ", … (\(declared.count) in all)" : ""
      return declared.prefix(limit).joined(separator: ", ") + more
    }
  }
}
