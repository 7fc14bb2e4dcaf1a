import Certification
import TestSupport

/// One change of one number of valid claims that makes them untrue.
struct Mutation {
  var name: String
  var apply: (inout ModelClaims) -> Void

  /// Adds `step` to the number at a key path.
  static func step(_ name: String, _ path: WritableKeyPath<ModelClaims, Int>, _ step: Int) -> Mutation {
    Mutation(name: "\(name) \(step > 0 ? "+" : "")\(step)") { $0[keyPath: path] += step }
  }

  /// Every change that must be refused whatever the network is.
  static func all(of claims: ModelClaims) -> [Mutation] {
    headerMutations(claims) + featureMutations(claims) + layerMutations(claims) + pairMutations(claims)
      + goldenMutations(claims)
  }

  private static func headerMutations(_ claims: ModelClaims) -> [Mutation] {
    var mutations: [Mutation] = []
    for step in [1, -1] {
      mutations += [
        .step("version", \.formatVersion, step), .step("inputs", \.inputs, step),
        .step("outputs", \.outputs, step), .step("CRC-32", \.crc32, step),
        .step("scratch", \.scratchBytes, step), .step("infer scratch", \.inferScratchBytes, step),
      ]
    }
    mutations += [
      Mutation(name: "empty range") { ($0.inputMinimum, $0.inputMaximum) = (1, 0) },
      Mutation(name: "minimum beyond Int16") { $0.inputMinimum = -32769 },
      Mutation(name: "maximum beyond Int16") { $0.inputMaximum = 32768 },
      Mutation(name: "unit 0") { $0.unit = 0 },
      Mutation(name: "unit doubled") { $0.unit *= 2 },
      Mutation(name: "unit 32769") { $0.unit = 32769 },
      Mutation(name: "a class name too many") {
        $0.classNames = Array(repeating: "c", count: $0.outputs + 1)
      },
      Mutation(name: "a feature name too many") {
        $0.featureNames = Array(repeating: "f", count: $0.inputs + 1)
      },
      Mutation(name: "no layers") { $0.layers = [] },
      Mutation(name: "a layer less") { $0.layers.removeLast() },
      Mutation(name: "scratch swapped") {
        if $0.scratchBytes == $0.inferScratchBytes { $0.scratchBytes = 0 }
        ($0.scratchBytes, $0.inferScratchBytes) = ($0.inferScratchBytes, $0.scratchBytes)
      },
    ]
    return mutations
  }

  private static func featureMutations(_ claims: ModelClaims) -> [Mutation] {
    var mutations = [
      Mutation(name: "no input map") { $0.features = [] },
      Mutation(name: "input maps of another number") {
        $0.features = Array(repeating: $0.features[0], count: $0.inputs + 1)
      },
    ]
    for index in claims.features.indices {
      for step in [1, -1] {
        mutations += [
          .step("multiplier \(index)", \.features[index].multiplier, step),
          .step("addend \(index)", \.features[index].addend, step),
          .step("feature shift \(index)", \.features[index].shift, step),
        ]
      }
      mutations += [
        Mutation(name: "scale \(index)") { $0.features[index].scale *= 2 },
        Mutation(name: "scale 0 \(index)") { $0.features[index].scale = 0 },
        Mutation(name: "scale negative \(index)") { $0.features[index].scale *= -1 },
        Mutation(name: "scale NaN \(index)") { $0.features[index].scale = .nan },
        Mutation(name: "offset \(index)") { $0.features[index].offset += 1 },
        Mutation(name: "offset infinite \(index)") { $0.features[index].offset = .infinity },
        Mutation(name: "tolerance \(index)") { $0.features[index].tolerance *= 1.000_000_01 },
        Mutation(name: "tolerance low \(index)") { $0.features[index].tolerance *= 0.999_999_99 },
        Mutation(name: "tolerance NaN \(index)") { $0.features[index].tolerance = .nan },
        Mutation(name: "tolerance 0 \(index)") { $0.features[index].tolerance = 0 },
      ]
    }
    return mutations
  }

  private static func layerMutations(_ claims: ModelClaims) -> [Mutation] {
    var mutations: [Mutation] = []
    for (index, layer) in claims.layers.enumerated() {
      for step in [1, -1] {
        mutations += [
          .step("layer \(index) rows", \.layers[index].rowCount, step),
          .step("layer \(index) columns", \.layers[index].columns, step),
        ]
        for row in layer.rows.indices {
          mutations.append(.step("layer \(index) bias \(row)", \.layers[index].biases[row], step))
          for entry in layer.rows[row].indices {
            mutations.append(
              .step(
                "layer \(index) row \(row) weight \(entry)", \.layers[index].rows[row][entry].weight, step))
            mutations.append(
              .step(
                "layer \(index) row \(row) column \(entry)", \.layers[index].rows[row][entry].column, step))
          }
        }
      }
      mutations += [
        .step("layer \(index) bound", \.layers[index].rowSumBound, -1),
        Mutation(name: "layer \(index) bound inadmissible") { $0.layers[index].rowSumBound = 65536 },
        Mutation(name: "layer \(index) shift 16") { $0.layers[index].shift = 16 },
        Mutation(name: "layer \(index) shift -1") { $0.layers[index].shift = -1 },
        Mutation(name: "layer \(index) storage") { $0.layers[index].isSparse.toggle() },
        Mutation(name: "layer \(index) a row less") { $0.layers[index].rows.removeLast() },
        Mutation(name: "layer \(index) a row more") { $0.layers[index].rows.append([]) },
        Mutation(name: "layer \(index) a bias less") { $0.layers[index].biases.removeLast() },
        Mutation(name: "layer \(index) a bias more") { $0.layers[index].biases.append(0) },
      ]
      for row in layer.rows.indices where !layer.rows[row].isEmpty {
        mutations += [
          Mutation(name: "layer \(index) row \(row) an entry less") {
            $0.layers[index].rows[row].removeLast()
          },
          Mutation(name: "layer \(index) row \(row) an entry twice") {
            $0.layers[index].rows[row].append($0.layers[index].rows[row][0])
          },
        ]
        if layer.rows[row].count > 1 {
          mutations.append(
            Mutation(name: "layer \(index) row \(row) columns not increasing") {
              $0.layers[index].rows[row].swapAt(0, 1)
            })
        }
      }
    }
    mutations.append(
      Mutation(name: "an activation in the last layer") {
        $0.layers[$0.layers.count - 1].activation = .relu
      })
    return mutations
  }

  private static func pairMutations(_ claims: ModelClaims) -> [Mutation] {
    var mutations = [
      Mutation(name: "a pair more") { $0.pairs.append(BoundClaims(slope: 0, offset: 0)) }
    ]
    if !claims.pairs.isEmpty { mutations.append(Mutation(name: "a pair less") { $0.pairs.removeLast() }) }
    for index in claims.pairs.indices {
      for step in [1, -1] {
        mutations += [
          .step("slope \(index)", \.pairs[index].slope, step),
          .step("offset \(index)", \.pairs[index].offset, step),
        ]
      }
    }
    return mutations
  }

  private static func goldenMutations(_ claims: ModelClaims) -> [Mutation] {
    var mutations = [
      Mutation(name: "three golden vectors") { $0.golden = Array($0.golden.prefix(3)) },
      Mutation(name: "no golden vectors") { $0.golden = [] },
    ]
    for index in claims.golden.indices {
      for step in [1, -1] {
        mutations += [
          .step("golden \(index) class", \.golden[index].classIndex, step),
          .step("golden \(index) radius", \.golden[index].radiusLSB, step),
          .step("golden \(index) local radius", \.golden[index].localRadiusLSB, step),
        ]
        for output in claims.golden[index].logits.indices {
          mutations.append(.step("golden \(index) logit \(output)", \.golden[index].logits[output], step))
        }
      }
      mutations += [
        Mutation(name: "golden \(index) an input less") { $0.golden[index].input.removeLast() },
        Mutation(name: "golden \(index) an input more") { $0.golden[index].input.append(0) },
        Mutation(name: "golden \(index) a logit less") { $0.golden[index].logits.removeLast() },
        Mutation(name: "golden \(index) input beyond Int16") { $0.golden[index].input[0] = 32768 },
        Mutation(name: "golden \(index) no local radius") { $0.golden[index].localRadiusLSB = -2 },
      ]
    }
    return mutations
  }
}
