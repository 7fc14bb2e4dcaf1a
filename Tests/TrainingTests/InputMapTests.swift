import Testing
import Training

@Suite("Fitted input maps")
struct InputMapTests {
  static func dataset(
    _ values: Dataset.Values, features: Int, samples: Int, isImage: Bool = false
  ) -> Dataset {
    Dataset(
      values: values, labels: Array(repeating: 0, count: samples), featureCount: features, classNames: ["a"],
      imageSize: isImage ? (width: features, height: 1) : nil)
  }

  @Test func `give gray levels whole numbers of LSB`() {
    for largest in 1...255 {
      let map = InputMap.fitted(
        to: Self.dataset(.reals([0, Double(largest)]), features: 1, samples: 2, isImage: true))
      #expect(map.unit == largest * (32767 / largest))
      #expect(map.minimumLSB == 0 && map.maximumLSB == map.unit)
      for level in 0...largest {
        #expect(Int(map.encoded(Double(level), feature: 0)) == level * (32767 / largest))
      }
    }
  }

  @Test func `use 32752 for digits and 32640 for bytes`() {
    #expect(
      InputMap.fitted(to: Self.dataset(.reals([0, 16]), features: 2, samples: 1, isImage: true)).unit == 32752
    )
    #expect(
      InputMap.fitted(to: Self.dataset(.bytes([3, 255]), features: 2, samples: 1, isImage: true)).unit
        == 32640)
    #expect(
      InputMap.fitted(to: Self.dataset(.bytes([0, 0]), features: 2, samples: 1, isImage: true)).unit == 32767)
  }

  @Test func `center and scale other features one by one`() {
    let map = InputMap.fitted(to: Self.dataset(.reals([-2, 5, 4.5, 5]), features: 2, samples: 2))
    #expect(map.offsets == [1.25, 5])
    #expect(map.scales == [1 / 3.25, 1])
    #expect(map.unit == 32768 && map.minimumLSB == -32768 && map.maximumLSB == 32767)
    #expect(map.encoded(-2, feature: 0) == -32768)
    #expect(map.encoded(4.5, feature: 0) == 32767)
    #expect(map.encoded(5, feature: 1) == 0)
  }

  @Test func `map data to what the device sees`() {
    let bytes = Self.dataset(.bytes([0, 51, 255, 102]), features: 2, samples: 2, isImage: true)
    #expect(InputMap.fitted(to: bytes).mappedInputs(of: bytes) == [0, 0.2, 1, 0.4])
    let reals = Self.dataset(.reals([-1, 0.3, 1, 0.5]), features: 1, samples: 4)
    let map = InputMap.fitted(to: reals)
    #expect(map.mappedInputs(of: reals) == [-1, 9830.0 / 32768, 32767.0 / 32768, 0.5])
    #expect(map.mappedInputs(of: reals).allSatisfy(map.mappedRange.contains))
  }
}
