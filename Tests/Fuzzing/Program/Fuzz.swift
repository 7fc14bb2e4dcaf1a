internal import CFuzzer
internal import Foundation
internal import FuzzTargets

// The program that `Tools/fuzz` runs: the toolchain's libFuzzer has its `main` and calls the functions below.

/// The parser under test: the variable `SUPNORM_FUZZ` names it, because libFuzzer starts itself anew for merges and
/// hands on only arguments of its own.
nonisolated(unsafe) private var target = FuzzTarget.header

/// Learns the parser before the first input, or writes the seeds and ends.
@c(LLVMFuzzerInitialize)
public func initialize(_ count: UnsafeRawPointer, _ arguments: UnsafeRawPointer) -> CInt {
  if CommandLine.arguments.dropFirst().first == "--write-seeds" {
    writeSeeds(to: CommandLine.arguments.last ?? "")
    exit(0)
  }
  let name = ProcessInfo.processInfo.environment["SUPNORM_FUZZ"] ?? ""
  guard let named = FuzzTarget(rawValue: name) else { fatalError("no parser '\(name)'") }
  unsafe target = named
  return 0
}

/// One input: every broken promise ends the program, as does every trap.
@c(LLVMFuzzerTestOneInput)
public func test(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  do throws(BrokenPromise) {
    _ = try unsafe target.refusal(of: Array(UnsafeBufferPointer(start: data, count: size)))
  } catch {
    fatalError("broken promise: \(error)")
  }
  return 0
}

/// Changes an input so that more than its first check is reached: see `mutated(_:_:)`.
@c(LLVMFuzzerCustomMutator)
public func mutate(_ data: UnsafeMutablePointer<UInt8>, _ size: Int, _ capacity: Int, _ seed: CUnsignedInt)
  -> Int
{
  var random = Mutation(seed: UInt64(seed), capacity: capacity)
  let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: size))
  let result =
    switch unsafe target {
    case .header: random.header(bytes)
    case .safetensors: random.safetensors(bytes)
    case .csv, .idx, .npz: random.any(bytes)
    }
  for (index, byte) in result.prefix(capacity).enumerated() { unsafe data[index] = byte }
  return min(result.count, capacity)
}

/// Writes the seeds of all parsers into `folder/PARSER/`.
private func writeSeeds(to folder: String) {
  do {
    for target in FuzzTarget.allCases {
      let subfolder = URL(fileURLWithPath: folder).appending(path: target.rawValue)
      try FileManager.default.createDirectory(at: subfolder, withIntermediateDirectories: true)
      for seed in try target.seeds() { try Data(seed.bytes).write(to: subfolder.appending(path: seed.name)) }
    }
  } catch {
    fatalError("the seeds cannot be written: \(error)")
  }
}
