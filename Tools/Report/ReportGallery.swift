extension ReportContent {
  /// Some test samples under one heading.
  struct GalleryGroup: Equatable, Sendable {
    /// Such as "Most certain", "Typical", "Least certain", "Misclassified".
    var title: String
    /// How the samples were chosen; may be empty.
    var note = ""
    var samples: [Sample]
  }

  /// One test sample with its answer and certificates.
  struct Sample: Equatable, Sendable {
    /// What the sample looks like.
    enum Input: Equatable, Sendable {
      /// Ink from 0 (paper) to 1, row by row, `width · height` values.
      case image(pixels: [Double], width: Int, height: Int)
      /// Values in the user's units.
      case features([Feature])
    }

    /// One feature of a sample that is no image.
    struct Feature: Equatable, Sendable {
      var name: String
      var value: String
      /// What the larger certified radius means in this feature's unit, such as "±0.4 °C".
      var tolerance: String?
    }

    var input: Input
    /// The right class.
    var label: String
    /// The class the network answers.
    var predicted: String
    var isCorrect: Bool
    /// By the global certificate.
    var global: CertifiedRadius
    /// By the local certificate; nil when it proves nothing, not even radius 0.
    var local: CertifiedRadius?
    /// The declared tolerances scaled to the larger radius, such as "heat ±0.5, pressure ±2"; nil without any.
    var holdsFor: String?
  }

  /// A certified radius in LSB and in the user's unit.
  struct CertifiedRadius: Equatable, Sendable {
    var lsb: Int
    /// Such as "±1.4 gray levels" or "2.31 × the tolerances"; nil when there is no such unit.
    var tolerance: String?
  }
}
