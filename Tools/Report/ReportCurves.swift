internal import Training

extension ReportContent {
  /// Accuracy against the radius, as counts of the same test samples.
  struct Accuracy: Equatable, Sendable {
    var samples: Int
    /// Samples whose class is right.
    var clean: Int
    /// The radii measured, increasing; radius 0 need not be among them.
    var radii: [Radius]
    var curves: [Curve]
  }

  /// One place on the axis of radii.
  struct Radius: Equatable, Sendable {
    /// As the user writes it: "2/16", "0.1".
    var epsilonText: String
    /// In mapped units.
    var epsilon: Double
    var lsb: Int
    /// Whether the key figures at the top of the page have it.
    var isHeadline = false
    /// Whether it is the one that covers the declared tolerances.
    var isTolerance = false
  }

  /// One curve of `Accuracy`.
  struct Curve: Equatable, Sendable {
    /// What the curve's numbers are, which decides its color, line and marker.
    enum Role: Sendable {
      /// Proved by any certificate: the figure that is quoted.
      case certified
      case global
      case local
      /// Proved by linear bounds.
      case linear
      /// Decided by exact search.
      case exact
      /// Withstood an attack: measured, not proved.
      case empirical
    }

    /// Short, for the label at the curve's end: "certified", "local", "global".
    var name: String
    var role: Role
    /// Right and certified samples at each of the radii; nil where it was not measured.
    var counts: [Int?]
  }

  /// The training's own figures, all in floating point; of a regression the accuracy is the explained variance.
  struct Training: Equatable, Sendable {
    /// The training epsilon as the user writes it.
    var epsilonText: String
    var points: [TrainingPoint]
  }
}
