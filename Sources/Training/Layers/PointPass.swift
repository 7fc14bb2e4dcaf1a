/// A pass of points through a network and of gradients back, with all its buffers.
///
/// The buffers are made once, for the largest batch; nothing is allocated afterwards.
package struct PointPass {
  /// What the layers keep of the pass.
  let layers: [any LayerPass]

  /// The input of each layer; the caller fills the first.
  package let inputs: [Matrix]

  /// The outputs of each layer before the activation; those of the last are the logits.
  package let outputs: [Matrix]

  /// Gradients with respect to `outputs`; the last layer's take the place of the logits.
  let gradients: [Matrix]

  /// Gradients with respect to the inputs of the network; nil where nobody asks for them.
  package let inputGradients: Matrix?

  /// Makes the buffers for batches of up to `capacity` samples.
  ///
  /// - Parameters:
  ///   - gradients: whether gradients will be propagated back.
  ///   - inputGradients: whether they will be, all the way to the inputs.
  package init(
    for stack: LayerStack, capacity: Int, gradients: Bool = false, inputGradients: Bool = false
  ) {
    let count = stack.layers.count
    layers = stack.layers.map { $0.makePass(capacity: capacity, gradients: gradients) }
    inputs = stack.buffers(0..<count, capacity: capacity)
    let outputs = stack.buffers(1..<count + 1, capacity: capacity)
    self.outputs = outputs
    self.gradients = (gradients ? stack.buffers(1..<count, capacity: capacity) : []) + outputs.suffix(1)
    self.inputGradients = inputGradients ? stack.buffers(0..<1, capacity: capacity)[0] : nil
  }

  /// Computes the logits of the samples in `inputs[0]`.
  package func runForward(_ stack: LayerStack) { runForward(stack) { _, _ in } }

  /// Fits the layers to the samples in `inputs[0]`, one after the other.
  func settle(_ stack: LayerStack) { runForward(stack) { $0.settle($1) } }

  private func runForward(_ stack: LayerStack, _ visit: (any LayerPass, Matrix) -> Void) {
    for (index, layer) in layers.enumerated() {
      layer.runForward(inputs[index], into: outputs[index])
      visit(layer, outputs[index])
      if index + 1 < layers.count { stack.activation.apply(outputs[index], into: inputs[index + 1]) }
    }
    outputs[layers.count - 1].add(stack.residuals, of: inputs[0])
  }

  /// Computes `gradients`, given the last layer's in the place of the logits.
  package func runBackward(_ stack: LayerStack) {
    for index in layers.indices.reversed() {
      let previous = index > 0 ? gradients[index - 1] : inputGradients
      layers[index].runBackward(gradients[index], inputs: inputs[index], into: previous)
      if index > 0, let previous { stack.activation.propagateBack(previous, through: outputs[index - 1]) }
    }
    inputGradients?.addGradients(through: stack.residuals, of: gradients[layers.count - 1])
  }

  /// The gradients of one layer's weights, row after row, and biases.
  package func parameterGradients(_ stack: LayerStack, layer index: Int) -> (
    weights: [Float], biases: [Float]
  ) {
    let gradients = PartGradients(for: stack)
    return gradients.gather(stack.layers[index]) { addGradients(layer: index, part: $0, to: gradients) }
  }

  /// Adds the gradients of a part of one layer's parameters.
  func addGradients(layer: Int, part: Int, to result: PartGradients) {
    layers[layer].addGradients(part: part, gradients[layer], inputs: inputs[layer], to: result)
  }
}
