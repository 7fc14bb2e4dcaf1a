internal import FileAccess

extension DecodingError {
  /// What does not fit, and under which keys, in a few words.
  var place: String {
    switch self {
    case .keyNotFound(let key, let context):
      "\(Self.words(context))key \(quoted(key.stringValue)) is missing"
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      "\(Self.words(context))not of type \(type)"
    case .dataCorrupted(let context): "\(Self.words(context))not JSON of the expected form"
    @unknown default: "not JSON of the expected form"
    }
  }

  private static func words(_ context: Context) -> String {
    context.codingPath.map { "\(quoted($0.stringValue)): " }.joined()
  }
}
