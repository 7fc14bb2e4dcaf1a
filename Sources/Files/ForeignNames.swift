/// A tensor's name as the stem of its layer and the part of it.
///
/// `fc1.weight` is `fc1` and `weight`, and so is `fc1/weight:0` of TensorFlow. A name without a dot is a part of the
/// layer called nothing.
struct ForeignName {
  var stem: String
  var part: String

  init(_ name: String) {
    let plain = name.hasSuffix(":0") ? name.dropLast(2) : name[...]
    guard let separator = plain.lastIndex(where: { $0 == "." || $0 == "/" }) else {
      (stem, part) = ("", String(plain))
      return
    }
    (stem, part) = (String(plain[..<separator]), String(plain[plain.index(after: separator)...]))
  }
}

/// One component of a stem as a word and numbers, so that `fc10` comes after `fc2` and `dense_1` after `dense`.
struct NameComponent: Equatable {
  /// The text with `#` for each run of digits; one at the end is left out.
  var word: String
  /// The numbers, at least one: -1 where none ends the text.
  var numbers: [Int]

  /// The parts of a stem between dots or slashes.
  static func parts(_ stem: String) -> [Substring] {
    stem.split(omittingEmptySubsequences: false) { $0 == "." || $0 == "/" }
  }

  /// A stem as components.
  static func path(_ stem: String) -> [NameComponent] { parts(stem).map(NameComponent.init) }

  init(_ text: Substring) {
    var word = ""
    var numbers: [Int] = []
    var digits = ""
    func number() -> Int { Int(digits) ?? .max }
    for character in text {
      if character.isASCII, character.isNumber {
        digits.append(character)
        continue
      }
      if !digits.isEmpty {
        numbers.append(number())
        word.append("#")
        digits = ""
      }
      word.append(character)
    }
    numbers.append(digits.isEmpty ? -1 : number())
    if !digits.isEmpty, let last = word.last, last == "_" || last == "-" { word.removeLast() }
    self.word = word
    self.numbers = numbers
  }

  /// Where networks have a layer of such a name, if names of this kind are only found there: -1 first, 1 last.
  var rank: Int {
    let parts = word.lowercased().split { !$0.isLetter }.map(String.init)
    if parts.contains(where: Self.lastWords.contains) { return 1 }
    return parts.contains(where: Self.firstWords.contains) ? -1 : 0
  }

  private static let firstWords: Set = [
    "in", "input", "inp", "first", "stem", "encoder", "enc", "features", "backbone", "extractor",
  ]
  private static let lastWords: Set = [
    "out", "output", "outputs", "last", "final", "head", "classifier", "decoder", "dec", "logits", "logit",
    "prediction", "predictions", "predictor",
  ]
}

/// What a tensor belongs to and what to do about it, where its name or shape shows that it is no part of a Linear or
/// BatchNorm1d layer; nil where it may be one.
///
/// - Parameters:
///   - name: the tensor's name.
///   - shape: its shape.
///   - siblings: the parts of the same layer.
func unsupportedTensor(_ name: String, shape: [Int], siblings: Set<String> = []) -> String? {
  let (stem, part) = { ($0.stem.lowercased(), $0.part.lowercased()) }(ForeignName(name))
  func contains(_ words: String...) -> Bool { words.contains { part.contains($0) || stem.contains($0) } }
  let only = "only Linear and BatchNorm1d layers are read"
  if part.contains("_ih_l") || part.contains("_hh_l") || part.hasPrefix("recurrent_kernel") {
    return "part of an LSTM, GRU or RNN layer; \(only)"
  }
  if contains("parametrizations", "original0")
    || ["weight_g", "weight_v", "weight_u", "weight_sigma"].contains(part)
  {
    return "a weight that is computed of others (weight or spectral normalization); "
      + "torch.nn.utils.parametrize.remove_parametrizations before saving makes it a plain one"
  }
  if ["weight_orig", "weight_mask", "bias_orig", "bias_mask"].contains(part) {
    return "a pruned weight and its mask; torch.nn.utils.prune.remove before saving makes it a plain one"
  }
  if contains("in_proj", "q_proj", "k_proj", "v_proj", "attn", "attention", "rel_pos") {
    return "part of an attention layer; \(only)"
  }
  if contains("lora_") { return "a LoRA adapter; merge it into the weights before saving" }
  if part == "scale" { return "the scale of a normalization (Flax) or of a quantized layer; \(only)" }
  if ["scales", "zero_point", "qweight", "qzeros", "_packed_params", "weight_scale"].contains(part) {
    return "part of a quantized layer; save the floating-point network"
  }
  if part == "embeddings" || part == "weight" && isEmbedding(stem) && !siblings.contains("bias") {
    return "an embedding; give its inputs to a Linear layer as numbers, \(only)"
  }
  if part.hasSuffix("_kernel") { return "part of a separable convolution; \(only)" }
  if part == "alpha" {
    return "a PReLU, whose slopes integers do not have exactly; train with ReLU, abs or maxMin"
  }
  guard part == "weight" || part == "kernel" else { return nil }
  switch shape.count {
  case 3...:
    let kind = shape.count <= 5 ? "Conv\(shape.count - 2)d" : "of \(shape.count - 2) dimensions"
    let other = shape.count == 3 ? " or a Bilinear layer" : ""
    return "shape \(shape), a convolution (\(kind))\(other); \(only), weights [rows, columns]"
  case 0: return "a single number; \(only), weights [rows, columns]"
  case 1:
    if siblings.contains("running_mean") || siblings.contains("running_var") { return nil }
    let normalization =
      "which divides by what each sample holds and is no fixed layer; train with BatchNorm1d or without"
    if siblings.contains("bias") {
      return
        "shape \(shape), a LayerNorm or GroupNorm (or a BatchNorm without running statistics), \(normalization)"
    }
    if contains("norm", "ln", "rms") { return "shape \(shape), an RMSNorm or LayerNorm, \(normalization)" }
    return "shape \(shape), a PReLU\(shape == [1] ? "" : " (or an RMSNorm)"), "
      + "whose slopes integers do not have exactly; train with ReLU, abs or maxMin"
  default: return nil
  }
}

/// Whether a layer without biases is called as embeddings are.
private func isEmbedding(_ stem: String) -> Bool {
  stem.contains("embed")
    || stem.split(whereSeparator: { !$0.isLetter }).contains { ["emb", "wte", "wpe"].contains($0) }
}
