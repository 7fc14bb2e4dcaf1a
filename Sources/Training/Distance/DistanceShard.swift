private import Synchronization

/// One part of every batch of a distance network: its buffers and gradients; see `Shard`.
final class DistanceShard: Sendable {
  /// The sums over the samples of the last batch.
  struct Result: Sendable {
    var pass: DistancePass
    var loss = 0.0
    var scaleGradient: Float = 0
  }

  private let state: Mutex<Result>

  /// Makes the buffers for parts of up to `capacity` samples.
  init(for parameters: DistanceParameters, capacity: Int) {
    state = Mutex(Result(pass: DistancePass(for: parameters, capacity: capacity)))
  }

  /// Computes loss and gradients of some samples.
  func run(
    _ parameters: DistanceParameters, exponent: DistanceExponent?, loss: DistanceLoss, samples: SampleSource,
    indices: ArraySlice<Int>, step: Int
  ) {
    state.withLock { state in
      state.loss = 0
      state.scaleGradient = 0
      state.pass.load(indices, of: samples, step: step)
      state.pass.runForward(parameters, exponent: exponent)
      let classCount = parameters.biases[parameters.biases.count - 1].count
      for (row, sample) in indices.enumerated() {
        let (sampleLoss, scaleGradient) = loss.replaceByGradient(
          &state.pass.logits[row * classCount..<(row + 1) * classCount], label: samples.labels[sample])
        state.loss += sampleLoss
        state.scaleGradient += scaleGradient
      }
      state.pass.runBackward(parameters, exponent: exponent)
    }
  }

  /// The mean distances of some samples, layer by layer: the means to start with.
  func means(
    _ parameters: DistanceParameters, exponent: DistanceExponent?, samples: SampleSource,
    indices: ArraySlice<Int>
  ) -> [[Float]] {
    state.withLock { state in
      var centered = parameters
      state.pass.load(indices, of: samples, step: 0)
      for layer in parameters.distanceLayers {
        state.pass.runForward(layer: layer, centered, exponent: exponent)
        centered.means[layer] = state.pass.distanceSums[layer].map { $0 / Float(indices.count) }
        state.pass.finishForward(layer: layer, centered)
      }
      return centered.means
    }
  }

  /// Reads the result of the last batch.
  func withResult<Value>(_ body: (Result) -> sending Value) -> sending Value {
    state.withLock { body($0) }
  }
}
