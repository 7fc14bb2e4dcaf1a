import FileAccess
import Files
import Testing
import Training

@Suite("Bounds in model files")
struct NormBoundTests {
  static func model(_ bounds: [NormBound?]) -> FloatModel {
    var model = ModelFileTests.model
    for (index, bound) in bounds.enumerated() { model.network.layers[index].normBound = bound }
    return model
  }

  @Test func `A bound on any norm reads back`() throws {
    for norm in WeightNorm.allCases {
      for bounds in [
        [NormBound(norm, 0.1), NormBound(norm, 3)], [nil, NormBound(norm, 1.0 / 3)], [nil, nil],
      ] {
        let model = Self.model(bounds)
        let content = try Safetensors(bytes: modelBytes(model, path: "m"), path: "m")
        #expect(try FloatModel(content, path: "m") == model)
      }
    }
  }

  @Test func `Bounds that do not fit are refused`() throws {
    func expect(_ line: String, _ key: String, _ value: String, in place: String? = nil) throws {
      var content = try Safetensors(
        bytes: modelBytes(Self.model([nil, NormBound(.spectral, 2)]), path: "m"), path: "m")
      content.metadata[key] = value
      let error = #expect(throws: FileError.self) { try FloatModel(content, path: "m") }
      #expect(error?.description == "m: metadata \(place ?? key): \(line)")
    }
    try expect("1 bounds for 2 layers", "singular_value_bounds", "1.0")
    try expect("'-1' is neither free nor a positive number", "column_sum_bounds", "-1,free")
    try expect(
      "layer 1 has a bound on another norm, too", "column_sum_bounds", "free,2", in: "singular_value_bounds")
  }
}
