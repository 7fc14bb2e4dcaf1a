import Integers
import CSupNorm
import Certification
import TestSupport
import Testing

@Suite("Self-test")
struct SelfTestTests {
  /// A golden vector of a network as the oracle and the certificate's bisection give it.
  static func golden(_ device: CNetwork, _ network: IntegerNetwork, _ input: [Int16]) -> Golden {
    let outcome = device.infer(input)
    let classIndex = Int(outcome?.classIndex ?? -1)
    var local: Int32 = -1
    for radius in 0...65535 where Oracle(network).isProved(input, as: classIndex, radius: radius) {
      local = Int32(radius)
    }
    return Golden(
      input: input, logits: Oracle(network).logits(input).map { Int32($0) }, classIndex: Int32(classIndex),
      radius: outcome?.radius ?? 0, localRadius: local)
  }

  static let inputs: [[Int16]] = [[1000, -20_000, 32767], [0, 0, 0], [-32768, -32768, 32767]]

  @Test func `True golden vectors pass, any number of them`() throws {
    let network = try ExampleNetworks.mixed()
    let device = CNetwork(network)
    let golden = Self.inputs.map { Self.golden(device, network, $0) }
    #expect(device.selfTest(golden) == SUPNORM_OK)
    #expect(device.selfTest([]) == SUPNORM_OK)
  }

  @Test func `Every number of a golden vector that is off by one is refused, in every place`() throws {
    let network = try ExampleNetworks.mixed()
    let device = CNetwork(network)
    let golden = Self.inputs.map { Self.golden(device, network, $0) }
    for index in golden.indices {
      for step: Int32 in [1, -1] {
        var changed = golden
        changed[index].classIndex += step
        #expect(device.selfTest(changed) == SUPNORM_ERROR_GOLDEN)
        changed = golden
        changed[index].radius &+= UInt32(bitPattern: step)
        #expect(device.selfTest(changed) == SUPNORM_ERROR_GOLDEN)
        changed = golden
        changed[index].localRadius += step
        #expect(device.selfTest(changed) == SUPNORM_ERROR_GOLDEN)
        for output in 0..<3 {
          changed = golden
          changed[index].logits?[output] += step
          #expect(device.selfTest(changed) == SUPNORM_ERROR_GOLDEN)
        }
      }
    }
  }

  @Test func `Local radii that mean nothing are refused, and 65535 and -1 can be true`() throws {
    let network = try ExampleNetworks.single()
    let device = CNetwork(network)
    let golden = Self.golden(device, network, [200, 4])
    for local: Int32 in [-2, 65536, .min, .max] {
      var changed = golden
      changed.localRadius = local
      #expect(device.selfTest([changed]) == SUPNORM_ERROR_GOLDEN)
    }
    // Outside the declared range 0…255 nothing is certified, not even at 0.
    let outside = Self.golden(device, network, [-1, 4])
    #expect(outside.localRadius == -1)
    #expect(device.selfTest([outside]) == SUPNORM_OK)
    var wide = try ExampleNetworks.single()
    var layer = wide.layers[0]
    layer.biases[0] = 1_000_000
    wide.replaceLayer(0, by: layer)
    let certain = CNetwork(wide)
    let always = Self.golden(certain, wide, [200, 4])
    #expect(always.localRadius == 65535)
    #expect(certain.selfTest([always]) == SUPNORM_OK)
  }

  @Test func `It needs the scratch of the certificate`() throws {
    let network = try ExampleNetworks.mixed()
    let device = CNetwork(network)
    let golden = [Self.golden(device, network, [0, 0, 0])]
    #expect(device.selfTest(golden, scratchBytes: device.scratchBytes) == SUPNORM_OK)
    #expect(device.selfTest(golden, scratchBytes: device.scratchBytes - 2) == SUPNORM_ERROR_SCRATCH)
    #expect(device.selfTest(golden, scratchBytes: 0) == SUPNORM_ERROR_SCRATCH)
  }
}
