internal import Certification
internal import Claims
internal import Files
internal import Integers
internal import Training

/// `supnorm bench`.
enum BenchCommand: Command {
  static let name = "bench"
  static let summary =
    "what inferences and certificates cost on boards, and how long they and training take here"
  static let usage = """
    --board NAME|all N.h … --data SRC [--epsilon E] [--limit N] [--json | --markdown]
           supnorm bench --check FILE | --update FILE [--board NAME|all]
           supnorm bench --certify N.h --data SRC [--epsilon E] [--limit N] [--runs N] [--json]
           supnorm bench --training [--runs N] [--json]
           supnorm bench --norms [--json]
           supnorm bench --spectral --data SRC [--runs N] [--json]
    """
  static var discussion: String {
    """
    --board builds the firmware with each header for each board and counts the instructions of every inference and
    every interval certificate at epsilon over the first N samples, in QEMU: counts, not cycles or time of a chip.
    "full" is the greatest count of a network of the same shapes whose numbers leave out no entry, on inputs of every
    share of zeros from all to none, its certificates at 1 LSB: measured on the worst inputs that we know how to
    build, not proved. Beside it stand bytes of code, stack, scratch and parameters, and instructions by function; and
    of all samples, on the host, accuracy, certified accuracy and the entries that no inference can leave out.

    --check counts small networks drawn from seeds and ends with status 1 where a count, the code or the stack is
    more than 2 % above the one in FILE; --update writes FILE.

    --certify runs every sample on one thread: the inference of the device library as the baseline, then each
    certificate at epsilon, several times in turn. Prints the median of the runs and the ratio to the baseline. The
    time of a certificate follows the weights it reads: the interval certificate reads each stored hidden weight once
    and makes two products of it, where the inference makes one.

    --training trains dense networks on random images: samples per second with and without the projection of their
    rows, on one thread (per second of processor time) and on two (of the clock), with plain loops as the baseline.

    --norms takes the largest singular value of random matrices by decomposition (the baseline of the ratios), by the
    power method and by a bound from above, and that of a convolution of 224x224x64 without its matrix.

    --spectral trains a network of 256-256 units on one thread with its singular values bounded by 1, and without: the
    processor time of a step, and the part of it that clipping takes.

    Boards: \(((try? Board.names()) ?? []).joined(separator: ", "))
    """
  }
  static let options = [
    Option("--board", "NAME|all", "the board, or all there are"),
    Option("--check", "FILE", "compare counts of small networks with those of this file", role: .input),
    Option("--update", "FILE", "write the counts of small networks", role: .output),
    Option("--markdown", nil, "print tables for a document"),
    Option("--certify", "N.h", "the header whose certificates are timed", role: .input),
    Option("--training", nil, "time training instead"),
    Option("--norms", nil, "time the largest singular value instead"),
    Option("--spectral", nil, "time clipping singular values instead"), Option.data,
    Option("--epsilon", "E", "the radius (default: the declared tolerances, or 0.1; of --certify 4/255)"),
    Option("--limit", "N", "only the first N samples (default of --board: 200)"),
    Option("--runs", "N", "runs of each (default: 5)"), .label, .json,
  ]
  static let positionalCount = 0...64

  /// What the command can be asked for, and the options that go with each.
  private static let modes: [(name: String, others: Set<String>)] = [
    ("--check", ["--board", "--json"]), ("--update", ["--board", "--json"]),
    ("--certify", ["--data", "--epsilon", "--limit", "--runs", "--label", "--json"]),
    ("--training", ["--runs", "--json"]), ("--norms", ["--json"]),
    ("--spectral", ["--data", "--runs", "--label", "--json"]),
    ("--board", ["--data", "--epsilon", "--limit", "--label", "--json", "--markdown"]),
  ]

  static func run(_ arguments: Arguments) throws {
    guard let mode = modes.first(where: { arguments.has($0.name) }) else {
      throw CommandError.usage(
        "one of --board, --check, --update, --certify, --training, --norms and --spectral is required")
    }
    let others = allOptions.map(\.name).filter { $0 != mode.name && !mode.others.contains($0) }
    if let other = others.first(where: arguments.has) {
      throw CommandError.usage("\(other) is not for \(mode.name)")
    }
    if mode.name != "--board", let extra = arguments.positionals.first {
      throw CommandError.usage("unexpected argument '\(extra)'")
    }
    switch mode.name {
    case "--board": try benchBoards(arguments)
    case "--check": try BoardCheck.check(arguments)
    case "--update": try BoardCheck.update(arguments)
    case "--training": try benchTraining(arguments)
    case "--norms":
      let output = try NormBench.measure()
      try Console.print(output, arguments, text: NormBench.text(of: output))
    case "--spectral":
      let data = try DataSource.load(try arguments.required("--data"), part: .train)
      let output = SpectralBench.measure(data, runs: try arguments.integer("--runs", 1...100) ?? 5)
      try Console.print(output, arguments, text: SpectralBench.text(of: output))
    default: try benchCertificates(arguments)
    }
  }

  private static func benchBoards(_ arguments: Arguments) throws {
    let boards = try Board.chosen(try arguments.required("--board"))
    guard !arguments.positionals.isEmpty else {
      throw CommandError.usage("--board: a header is missing, such as digits.h")
    }
    if arguments.has("--json"), arguments.has("--markdown") {
      throw CommandError.usage("--markdown does not go with --json")
    }
    let limit = try arguments.integer("--limit", 1...100_000) ?? 200
    Interruption.watch()
    var works: [BoardBench.Work] = []
    var networks: [BoardNetwork] = []
    for path in arguments.positionals {
      let header = try LoadedHeader(path)
      try header.requireClasses(for: "--board")
      let epsilon = try header.epsilon(arguments, usual: "0.1")
      let samples = try header.samples(arguments)
      let work = BoardBench.Work(
        name: header.claims.name, header: path, network: header.network,
        inputs: Array(samples.inputs.prefix(limit)),
        radiusLSB: min(samples.radius(epsilon, unit: header.claims.unit), 65535),
        full: try FullNetwork(of: header.claims, header.network.network))
      if works.contains(where: { $0.name == work.name }) {
        throw CommandError.usage("\(path): another header has the name '\(work.name)', too")
      }
      works.append(work)
      networks.append(try BoardNetwork(header, samples, epsilon: epsilon, radius: work.radiusLSB))
    }
    let output = BoardTable(networks: networks, costs: try BoardBench.measure(works, boards: boards))
    try Console.print(output, arguments, text: arguments.has("--markdown") ? output.markdown : output.text)
    let mismatches = output.costs.reduce(0) { $0 + $1.mismatches }
    guard mismatches == 0 else {
      throw CommandError.failedCheck("\(mismatches) answers of boards differ from the host's")
    }
  }

  private static func benchTraining(_ arguments: Arguments) throws {
    let output = TrainingBench.measure(runs: try runs(arguments))
    try Console.print(output, arguments, text: TrainingBench.text(of: output))
  }

  private static func benchCertificates(_ arguments: Arguments) throws {
    let runs = try runs(arguments)
    let header = try LoadedHeader(try arguments.required("--certify"))
    try header.requireClasses(for: "--certify")
    let epsilon = try header.epsilon(arguments, usual: "4/255")
    let limit = try arguments.integer("--limit", 1...1_000_000_000)
    let samples = try header.samples(arguments, limit: limit)
    let output = try CertificateBench.measure(
      header.network, samples.inputs,
      radius: min(samples.radius(epsilon, unit: header.claims.unit), 65535), runs: runs)
    try Console.print(output, arguments, text: CertificateBench.text(of: output))
  }

  private static func runs(_ arguments: Arguments) throws -> Int {
    try arguments.integer("--runs", 1...1000) ?? 5
  }
}

extension Board {
  /// The boards that `--board NAME|all` names.
  static func chosen(_ name: String) throws -> [String] {
    let names = try name == "all" ? names() : [name]
    for name in names {
      let board = try named(name)
      _ = try Subprocess.require(board.qemu, package: DeviceRun.package(of: board.qemu))
    }
    return names
  }
}

extension BoardNetwork {
  /// Counts on all samples of the data.
  init(_ header: LoadedHeader, _ samples: EncodedSamples, epsilon: Epsilon, radius: Int) throws {
    let integers = header.network.network
    let counts = try header.network.certifiedAccuracy(
      inputs: samples.inputs, labels: Array(samples.data.labels.prefix(samples.inputs.count)), radii: [radius]
    )
    self.init(
      network: header.claims.name, description: integers.description,
      entries: integers.layers.reduce(0) { $0 + $1.storedCount }, samples: samples.inputs.count,
      clean: counts.clean, certified: counts.radii[0].either,
      epsilon: epsilon.description, radiusLSB: radius,
      touched: try TouchedEntries(of: integers, over: samples.inputs))
  }
}
