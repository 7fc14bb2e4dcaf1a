extension ReportContent {
  /// Some test samples under one heading.
  package struct GalleryGroup: Equatable, Sendable {
    /// Such as "Most certain", "Typical", "Least certain", "Misclassified".
    package var title: String
    /// How the samples were chosen; may be empty.
    package var note: String
    package var samples: [Sample]

    package init(title: String, note: String = "", samples: [Sample]) {
      self.title = title
      self.note = note
      self.samples = samples
    }
  }

  /// One test sample with its answer and certificates.
  package struct Sample: Equatable, Sendable {
    /// What the sample looks like.
    package enum Input: Equatable, Sendable {
      /// Ink from 0 (paper) to 1, row by row, `width · height` values.
      case image(pixels: [Double], width: Int, height: Int)
      /// Values in the user's units.
      case features([Feature])
    }

    /// One feature of a sample that is no image.
    package struct Feature: Equatable, Sendable {
      package var name: String
      package var value: String
      /// What the larger certified radius means in this feature's unit, such as "±0.4 °C".
      package var tolerance: String?

      package init(name: String, value: String, tolerance: String? = nil) {
        self.name = name
        self.value = value
        self.tolerance = tolerance
      }
    }

    package var input: Input
    /// The right class.
    package var label: String
    /// The class the network answers.
    package var predicted: String
    package var isCorrect: Bool
    /// By the global certificate.
    package var global: CertifiedRadius
    /// By the local certificate; nil when it proves nothing, not even radius 0.
    package var local: CertifiedRadius?
    /// The declared tolerances scaled to the larger radius, such as "heat ±0.5, pressure ±2"; nil without any.
    package var holdsFor: String?

    package init(
      input: Input, label: String, predicted: String, isCorrect: Bool, global: CertifiedRadius,
      local: CertifiedRadius?, holdsFor: String? = nil
    ) {
      self.input = input
      self.label = label
      self.predicted = predicted
      self.isCorrect = isCorrect
      self.global = global
      self.local = local
      self.holdsFor = holdsFor
    }
  }

  /// A certified radius in LSB and in the user's unit.
  package struct CertifiedRadius: Equatable, Sendable {
    package var lsb: Int
    /// Such as "±1.4 gray levels" or "2.31 × the tolerances"; nil when there is no such unit.
    package var tolerance: String?

    package init(lsb: Int, tolerance: String? = nil) {
      self.lsb = lsb
      self.tolerance = tolerance
    }
  }
}
