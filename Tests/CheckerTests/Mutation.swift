import Claims
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
      + goldenMutations(claims) + statementMutations(claims)
  }

  private static func headerMutations(_ claims: ModelClaims) -> [Mutation] {
    var mutations: [Mutation] = []
    for step in [1, -1] {
      mutations += [
        .step("version", \.formatVersion, step), .step("inputs", \.inputs, step),
        .step("outputs", \.outputs, step), .step("CRC-32", \.crc32, step),
        .step("head CRC-32", \.headCRC32, step),
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
          .step("origin \(index)", \.features[index].origin, step),
          .step("exponent \(index)", \.features[index].exponent, step),
          .step("base \(index)", \.features[index].base, step),
          .step("addend \(index)", \.features[index].addend, step),
          .step("feature shift \(index)", \.features[index].shift, step),
        ]
      }
      mutations += [
        Mutation(name: "scale \(index)") { $0.features[index].scale *= 2 },
        Mutation(name: "scale 0 \(index)") { $0.features[index].scale = 0 },
        Mutation(name: "scale negative \(index)") { $0.features[index].scale *= -1 },
        Mutation(name: "scale NaN \(index)") { $0.features[index].scale = .nan },
        Mutation(name: "offset infinite \(index)") { $0.features[index].offset = .infinity },
        Mutation(name: "tolerance \(index)") { $0.features[index].tolerance *= 1.000_000_01 },
        Mutation(name: "tolerance low \(index)") { $0.features[index].tolerance *= 0.999_999_99 },
        Mutation(name: "tolerance NaN \(index)") { $0.features[index].tolerance = .nan },
        Mutation(name: "tolerance 0 \(index)") { $0.features[index].tolerance = 0 },
      ]
    }
    // The real map of a feature without readings has nothing to stand against.
    for (index, feature) in claims.features.enumerated() where feature.hasReadings {
      mutations.append(
        Mutation(name: "offset \(index)") {
          $0.features[index].offset += 2 / ($0.features[index].scale * Double($0.unit))
        })
    }
    return mutations
  }

  private static func layerMutations(_ claims: ModelClaims) -> [Mutation] {
    var mutations: [Mutation] = []
    for (index, layer) in claims.layers.enumerated() {
      if let table = layer.activation.table { mutations += tableMutations(table, index) }
      if layer.kind == .maxPlus {
        mutations += maxPlusMutations(layer, index)
        continue
      }
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
        Mutation(name: "layer \(index) bound below a row sum") { claims in
          let sums = layer.rows.map { row in row.reduce(0) { $0 + abs($1.weight) } }
          claims.layers[index].rowSumBound = (sums.max() ?? 0) - 1
        },
        Mutation(name: "layer \(index) bound inadmissible") { $0.layers[index].rowSumBound = 65536 },
        Mutation(name: "layer \(index) shift 16") { $0.layers[index].shift = 16 },
        Mutation(name: "layer \(index) shift -1") { $0.layers[index].shift = -1 },
        Mutation(name: "layer \(index) storage") {
          $0.layers[index].kind = $0.layers[index].kind == .dense ? .sparse : .dense
        },
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

  private static func tableMutations(_ table: TableClaims, _ index: Int) -> [Mutation] {
    func mutation(_ name: String, _ change: @escaping (inout TableClaims) -> Void) -> Mutation {
      Mutation(name: "layer \(index) table \(name)") { claims in
        var table = table
        change(&table)
        claims.layers[index].activation = .smooth(table)
      }
    }
    var mutations = [
      mutation("with no nodes") { $0.nodes = [] }, mutation("with a node less") { $0.nodes.removeLast() },
      mutation("with a node more") { $0.nodes.append($0.nodes[$0.nodes.count - 1]) },
      mutation("without its gain") { $0.gain = -1 },
      mutation("with a gain above its step") { $0.gain = (1 << $0.shift) + 1 },
    ]
    for step in [1, -1] {
      mutations += [
        mutation("gain \(step)") { $0.gain += step }, mutation("shift \(step)") { $0.shift += step },
      ]
      for node in table.nodes.indices {
        mutations.append(mutation("node \(node) \(step)") { $0.nodes[node] += step })
      }
    }
    return mutations
  }

  private static func maxPlusMutations(_ layer: LayerClaims, _ index: Int) -> [Mutation] {
    let place = "layer \(index)"
    var mutations: [Mutation] = [
      Mutation(name: "\(place) another kind") { $0.layers[index].kind = .sparse },
      Mutation(name: "\(place) a row less") { $0.layers[index].entries.removeLast() },
      Mutation(name: "\(place) a row more") { $0.layers[index].entries.append($0.layers[index].entries[0]) },
      Mutation(name: "\(place) a base less") { $0.layers[index].bases.removeLast() },
      Mutation(name: "\(place) a base more") { $0.layers[index].bases.append(0) },
      Mutation(name: "\(place) no range") {
        $0.layers[index].inputMinimum = $0.layers[index].inputMaximum + 1
      },
    ]
    for step in [1, -1] {
      mutations += [
        .step("\(place) rows", \.layers[index].rowCount, step),
        .step("\(place) columns", \.layers[index].columns, step),
        .step("\(place) shift", \.layers[index].shift, step),
        .step("\(place) bound", \.layers[index].rowSumBound, step),
        .step("\(place) minimum", \.layers[index].inputMinimum, step),
        .step("\(place) maximum", \.layers[index].inputMaximum, step),
      ]
    }
    for layout in [-1, 0, 1, 2, 3, 4, 5] where layout != layer.layout {
      mutations.append(Mutation(name: "\(place) layout \(layout)") { $0.layers[index].layout = layout })
    }
    for (row, entries) in layer.entries.enumerated() {
      let place = "\(place) row \(row)"
      mutations += [
        Mutation(name: "\(place) an entry less") { $0.layers[index].entries[row].removeLast() },
        Mutation(name: "\(place) an entry twice") { $0.layers[index].entries[row].append(entries[0]) },
        Mutation(name: "\(place) without entries") { $0.layers[index].entries[row] = [] },
        .step("\(place) base", \.layers[index].bases[row], 1),
        .step("\(place) base", \.layers[index].bases[row], -1),
        Mutation(name: "\(place) base beyond 2^17") { $0.layers[index].bases[row] = (1 << 17) + 1 },
      ]
      if entries.count > 1, entries[0] != entries[1] {
        mutations.append(
          Mutation(name: "\(place) out of order") { $0.layers[index].entries[row].swapAt(0, 1) })
      }
      for entry in entries.indices {
        for step in [1, -1] {
          mutations += [
            .step("\(place) column \(entry)", \.layers[index].entries[row][entry].column, step),
            .step("\(place) step \(entry)", \.layers[index].entries[row][entry].step, step),
            .step("\(place) sign \(entry)", \.layers[index].entries[row][entry].sign, step),
          ]
        }
        mutations += [
          Mutation(name: "\(place) sign \(entry) turned") { $0.layers[index].entries[row][entry].sign *= -1 },
          Mutation(name: "\(place) step \(entry) beyond 16 bits") {
            $0.layers[index].entries[row][entry].step += 65536
          },
        ]
      }
    }
    return mutations
  }

  /// Residual and monotone inputs, tolerances, targets.
  private static func statementMutations(_ claims: ModelClaims) -> [Mutation] {
    var mutations = [
      Mutation(name: "a residual input more") { $0.residualInputs.append($0.inputs - 1) },
      Mutation(name: "monotone in no input") {
        $0.monotoneInputs.append(MonotoneClaims(input: $0.inputs, direction: 1))
      },
      Mutation(name: "the other task") {
        $0.task = $0.task == .regression ? .classification : .regression
        $0.targets = Array(
          repeating: TargetClaims(offset: 0, scale: 1), count: $0.task == .regression ? $0.outputs : 0)
      },
      Mutation(name: "a target more") { $0.targets.append(TargetClaims(offset: 0, scale: 1)) },
      .step("tolerance radius", \.toleranceLSB, 1), .step("tolerance radius", \.toleranceLSB, -1),
      Mutation(name: "tolerances of another number") { $0.tolerances.append(1) },
    ]
    for index in claims.targets.indices {
      mutations += [
        Mutation(name: "target \(index) scale 0") { $0.targets[index].scale = 0 },
        Mutation(name: "target \(index) offset NaN") { $0.targets[index].offset = .nan },
      ]
    }
    if !claims.residualInputs.isEmpty {
      mutations += [
        Mutation(name: "a residual input less") { $0.residualInputs.removeLast() },
        Mutation(name: "a residual input that is not there") {
          $0.residualInputs[$0.residualInputs.count - 1] = $0.inputs
        },
      ]
    }
    for index in claims.tolerances.indices where claims.tolerances[index] > 0 {
      mutations += [
        Mutation(name: "tolerance \(index) beyond the radius") { claims in
          claims.tolerances[index] =
            claims.features[claims.features.count == 1 ? 0 : index].tolerance
            * (Double(claims.toleranceLSB) + 0.001)
        },
        Mutation(name: "tolerance \(index) negative") { $0.tolerances[index] *= -1 },
        Mutation(name: "tolerance \(index) NaN") { $0.tolerances[index] = .nan },
      ]
    }
    for (index, statement) in claims.monotoneInputs.enumerated() {
      mutations.append(
        Mutation(name: "monotone \(statement.input) twice") { $0.monotoneInputs.append(statement) })
      mutations.append(.step("monotone \(index) direction", \.monotoneInputs[index].direction, 2))
      mutations.append(
        Mutation(name: "monotone \(index) of no class") { $0.monotoneInputs[index].classIndex = $0.outputs })
    }
    // An output, or a lead, that moves with an input is not monotone both ways.
    for input in 0..<claims.inputs where claims.layers.count > 1 {
      for statement in [1, -1].flatMap({ direction in
        (-1..<claims.outputs).map {
          MonotoneClaims(input: input, direction: direction, classIndex: $0)
        }
      }) where !claims.isMonotone(statement) {
        mutations.append(Mutation(name: "\(statement)") { $0.monotoneInputs = [statement] })
      }
    }
    return mutations
  }

  private static func pairMutations(_ claims: ModelClaims) -> [Mutation] {
    var mutations = [
      Mutation(name: "a pair more") { $0.bounds.append(BoundClaims(slope: 0, offset: 0)) }
    ]
    if !claims.bounds.isEmpty { mutations.append(Mutation(name: "a pair less") { $0.bounds.removeLast() }) }
    for index in claims.bounds.indices {
      for step in [1, -1] {
        mutations += [
          .step("slope \(index)", \.bounds[index].slope, step),
          .step("offset \(index)", \.bounds[index].offset, step),
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

extension ModelClaims {
  /// Whether the network's own rule says that it is monotone.
  fileprivate func isMonotone(_ statement: MonotoneClaims) -> Bool {
    let classIndex = statement.classIndex == -1 ? nil : statement.classIndex
    guard task == .classification || classIndex == nil, let network = try? network() else { return false }
    return network.isMonotone(
      MonotoneInput(input: statement.input, isIncreasing: statement.direction == 1, classIndex: classIndex))
  }
}
