/// Counts instructions between pairs of marks in QEMU's execution trace.
///
/// A line is `Trace 0: 0x7f0570000100 [00800408/00000aec/00000110/ff000201] name`: one executed instruction, its
/// address in the second field. `Stopped execution of TB chain before …` takes the line before it back.
struct InstructionCounter {
  private enum Phase { case outside, infer, certify }

  private let marks: (inferBegin: UInt64, inferEnd: UInt64, certifyBegin: UInt64, certifyEnd: UInt64)
  private var phase = Phase.outside
  private var rest: [UInt8] = []
  private var infer = (count: 0, runs: 0)
  private var certify = (count: 0, runs: 0)

  init(addresses: [String: UInt64]) {
    let address = { addresses[$0] ?? .max }
    marks = (
      address("mark_infer_begin"), address("mark_infer_end"), address("mark_certify_begin"),
      address("mark_certify_end")
    )
  }

  /// Mean instruction counts, rounded up.
  var means: (infer: Int, certify: Int) {
    (
      (infer.count + max(infer.runs, 1) - 1) / max(infer.runs, 1),
      (certify.count + max(certify.runs, 1) - 1) / max(certify.runs, 1)
    )
  }

  /// Takes the next part of the trace, cut anywhere.
  mutating func consume(_ chunk: some Sequence<UInt8>) {
    rest.append(contentsOf: chunk)
    var start = 0
    while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
      consumeLine(start..<end)
      start = end + 1
    }
    rest.removeSubrange(0..<start)
  }

  private mutating func consumeLine(_ line: Range<Int>) {
    guard let first = line.first else { return }
    if rest[first] == UInt8(ascii: "S") {
      add(-1)
      return
    }
    guard rest[first] == UInt8(ascii: "T"), let address = address(in: line) else { return }
    switch address {
    case marks.inferBegin: phase = .infer
    case marks.certifyBegin: phase = .certify
    case marks.inferEnd:
      phase = .outside
      infer.runs += 1
    case marks.certifyEnd:
      phase = .outside
      certify.runs += 1
    default: add(1)
    }
  }

  private mutating func add(_ count: Int) {
    switch phase {
    case .outside: break
    case .infer: infer.count += count
    case .certify: certify.count += count
    }
  }

  /// The hexadecimal number between the first two slashes behind the bracket.
  private func address(in line: Range<Int>) -> UInt64? {
    guard let bracket = rest[line].firstIndex(of: UInt8(ascii: "[")),
      let slash = rest[bracket..<line.upperBound].firstIndex(of: UInt8(ascii: "/"))
    else { return nil }
    var value: UInt64 = 0
    for byte in rest[(slash + 1)..<line.upperBound] {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt64(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt64(byte - UInt8(ascii: "a") + 10)
      default: return value
      }
    }
    return nil
  }
}
