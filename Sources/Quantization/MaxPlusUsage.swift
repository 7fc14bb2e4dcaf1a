internal import Certification
internal import Integers

/// How often each entry of a network of maxima is the maximum of its row.
struct EntryUsage {
  private struct Place {
    var layer: Int
    var row: Int
    var entry: Int
  }

  private let network: IntegerNetwork
  private let layers: [MaxPlusLayer]
  /// All entries but the most used one of each row, the least used first.
  private let order: [Place]

  /// Runs a network of max-plus layers alone on some inputs.
  init(of network: IntegerNetwork, inputs: [[Int16]]) {
    self.network = network
    let layers = network.layers.compactMap(\.asMaximum)
    self.layers = layers
    var counts = layers.map { $0.entries.map { Array(repeating: 0, count: $0.count) } }
    let pass = GradientPass(network)
    for input in inputs {
      pass.run(input)
      for layer in layers.indices {
        for (row, entry) in (pass.winners(ofLayer: layer) ?? []).enumerated() {
          counts[layer][row][entry] += 1
        }
      }
    }
    var order: [Place] = []
    for layer in counts.indices {
      for row in counts[layer].indices {
        let most = counts[layer][row].indices.max { counts[layer][row][$0] < counts[layer][row][$1] }
        for entry in counts[layer][row].indices where entry != most {
          order.append(Place(layer: layer, row: row, entry: entry))
        }
      }
    }
    // A stable order, so that the same model and samples drop the same entries.
    self.order = order.enumerated().sorted { first, second in
      let (a, b) = (first.element, second.element)
      let (usedA, usedB) = (counts[a.layer][a.row][a.entry], counts[b.layer][b.row][b.entry])
      return usedA != usedB ? usedA < usedB : first.offset < second.offset
    }.map(\.element)
  }

  /// The network without the `count` least used entries.
  func network(dropping count: Int) -> IntegerNetwork {
    var isDropped = layers.map { $0.entries.map { Array(repeating: false, count: $0.count) } }
    for place in order.prefix(count) { isDropped[place.layer][place.row][place.entry] = true }
    let kept = layers.enumerated().map { index, layer in
      IntegerLayer.maximum(
        MaxPlusLayer(
          columns: layer.columns,
          entries: layer.entries.enumerated().map { row, entries in
            entries.enumerated().filter { !isDropped[index][row][$0.offset] }.map(\.element)
          }, activation: layer.activation, range: layer.range))
    }
    do {
      return try IntegerNetwork(
        layers: kept, unit: network.unit, inputMinimum: network.inputMinimum,
        inputMaximum: network.inputMaximum)
    } catch {
      preconditionFailure("maxima are always admissible: \(error)")
    }
  }
}
