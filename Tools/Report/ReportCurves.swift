extension ReportContent {
  /// Accuracy against the radius, as counts of the same test samples.
  package struct Accuracy: Equatable, Sendable {
    package var samples: Int
    /// Samples whose class is right.
    package var clean: Int
    /// The radii measured, increasing; radius 0 need not be among them.
    package var radii: [Radius]
    package var curves: [Curve]

    package init(samples: Int, clean: Int, radii: [Radius], curves: [Curve]) {
      self.samples = samples
      self.clean = clean
      self.radii = radii
      self.curves = curves
    }
  }

  /// One place on the axis of radii.
  package struct Radius: Equatable, Sendable {
    /// As the user writes it: "2/16", "0.1".
    package var epsilonText: String
    /// In mapped units.
    package var epsilon: Double
    package var lsb: Int
    /// Whether the key figures at the top of the page have it.
    package var isHeadline: Bool
    /// Whether it is the one that covers the declared tolerances.
    package var isTolerance: Bool

    package init(
      epsilonText: String, epsilon: Double, lsb: Int, isHeadline: Bool = false, isTolerance: Bool = false
    ) {
      self.epsilonText = epsilonText
      self.epsilon = epsilon
      self.lsb = lsb
      self.isHeadline = isHeadline
      self.isTolerance = isTolerance
    }
  }

  /// One curve of `Accuracy`.
  package struct Curve: Equatable, Sendable {
    /// What the curve's numbers are, which decides its color, line and marker.
    package enum Role: Sendable {
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
    package var name: String
    package var role: Role
    /// Right and certified samples at each of the radii; nil where it was not measured.
    package var counts: [Int?]

    package init(name: String, role: Role, counts: [Int?]) {
      self.name = name
      self.role = role
      self.counts = counts
    }
  }

  /// The training's own figures, all in floating point; of a regression the accuracy is the explained variance.
  package struct Training: Equatable, Sendable {
    /// The training epsilon as the user writes it.
    package var epsilonText: String
    package var points: [Point]

    package init(epsilonText: String, points: [Point]) {
      self.epsilonText = epsilonText
      self.points = points
    }

    /// One epoch.
    package struct Point: Equatable, Sendable {
      package var epoch: Int
      package var loss: Double
      /// Fractions of the training samples.
      package var accuracy: Double
      package var verifiedAccuracy: Double?
      /// Fractions of the samples held out, nil without any.
      package var validationAccuracy: Double?
      package var validationVerifiedAccuracy: Double?

      package init(
        epoch: Int, loss: Double, accuracy: Double, verifiedAccuracy: Double?,
        validationAccuracy: Double? = nil,
        validationVerifiedAccuracy: Double? = nil
      ) {
        self.epoch = epoch
        self.loss = loss
        self.accuracy = accuracy
        self.verifiedAccuracy = verifiedAccuracy
        self.validationAccuracy = validationAccuracy
        self.validationVerifiedAccuracy = validationVerifiedAccuracy
      }
    }
  }
}
