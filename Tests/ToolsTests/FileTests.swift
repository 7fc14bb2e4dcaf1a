import Foundation
import TestSupport
import Testing

/// What the program does to files, and where it cannot write.
@Suite("Files and standard output")
struct FileTests {
  private func shell(_ command: String, in folder: TestFolder) throws -> ProgramResult {
    try Checkout.run(
      "/bin/sh", ["-c", command], folder: folder.url, environment: ["S": Checkout.supnorm.path])
  }

  /// A folder with a small table, a model of it and its header.
  private func table() throws -> TestFolder {
    let folder = try TestFolder()
    let box = try TrainedDigits.folder.get().folder
    for name in ["m.safetensors", "digits.h"] {
      try FileManager.default.copyItem(
        at: box.url.appending(path: name), to: folder.url.appending(path: name))
    }
    try folder.write("a,b,label\n1,2,0\n2,3,1\n1,3,0\n", as: "d.csv")
    return folder
  }

  @Test(
    .timeLimit(.minutes(3)),
    arguments: [
      "verify digits.h", "verify digits.h --json", "evaluate digits.h --data digits --epsilon 0.1 --limit 2",
      "export m.safetensors --name a --out a.h", "export m.safetensors --name a --out a.h --json",
      "train --data d.csv --epochs 1 --out n.safetensors --json", "verify --help",
      "tightness digits.h --data digits --limit 1 --nodes 1",
    ])
  func `Standard output that is full or closed ends every command with status 2 and a line`(_ command: String)
    throws
  {
    let folder = try table()
    for (place, words) in [(">/dev/full", "No space left on device"), (">&-", "it is closed")] {
      let result = try shell("\"$S\" \(command) \(place)", in: folder)
      #expect(result.status == 2)
      let line = result.errorOutput.split(separator: "\n").last ?? ""
      #expect(
        line.hasPrefix("supnorm") && line.hasSuffix("standard output: cannot be written: \(words)"), "\(line)"
      )
    }
    // A reader that has seen enough needs no line.
    let broken = try shell("\"$S\" \(command) | true", in: folder)
    #expect(!broken.errorOutput.contains("standard output"))
  }

  @Test
  func `A command that prints nothing does not mind a closed standard output, and no file takes its place`()
    throws
  {
    let folder = try table()
    let result = try shell("\"$S\" train --data d.csv --epochs 1 --out n.safetensors >&- <&-", in: folder)
    #expect(result.status == 0, "\(result.errorOutput)")
    #expect(try shell("\"$S\" verify digits.h >&- 2>&-", in: folder).status == 2)
  }

  @Test func `An output that cannot be written is refused before the work, and nothing is left behind`()
    throws
  {
    let folder = try table()
    _ = try shell(
      "mkdir d ro; chmod 555 ro; touch r; chmod 444 r; ln -s none dangling; mkfifo fifo; ln -s none/x deep",
      in: folder)
    let before = try folder.names
    // So many epochs that training would not come to an end.
    let train = ["train", "--data", "d.csv", "--epochs", "1000000"]
    for (path, words) in [
      ("d", "a folder, not a file"), ("ro/m", "the folder is read-only"), ("r", "the file is read-only"),
      ("none/m", "no such folder"), ("dangling", "a link to a file that is not there"),
      ("deep", "a link to a file that is not there"), ("fifo", "a FIFO, not a file"),
      ("/dev/zero", "a device, not a file"), ("d.csv/m", "Not a directory"),
    ] {
      for arguments in [
        train + ["--out", path], train + ["--out", "m", "--checkpoint", path],
        ["export", "m.safetensors", "--name", "a", "--out", path],
        ["report", "m.safetensors", "digits.h", "--data", "digits", "--out", path],
      ] {
        let result = try folder.supnorm(arguments)
        #expect(result.status == 2)
        #expect(result.errorOutput == "supnorm \(arguments[0]): \(path): \(words)\n")
      }
    }
    #expect(
      try folder.supnorm(train + ["--out", ""]).errorOutput == "supnorm train: '': no name of a file\n")
    #expect(try folder.names == before)
    let demo = try folder.supnorm(["demo", "--out", "d.csv"])
    #expect(demo.status == 2 && demo.errorOutput.split(separator: "\n").count == 1, "\(demo.errorOutput)")
  }

  @Test func `An output that is an input is refused, by whatever link or spelling`() throws {
    let folder = try table()
    _ = try shell(
      "mkdir d; ln -s d.csv link; ln d.csv hard; ln -s m.safetensors ml; cp d.csv d/e.csv", in: folder)
    for path in ["d.csv", "./d.csv", "d/../d.csv", "link", "hard", folder.file("d.csv")] {
      let result = try folder.supnorm(["train", "--data", "d.csv", "--epochs", "1", "--out", path])
      #expect(result.status == 2)
      #expect(
        result.errorOutput
          == "supnorm train: --out '\(path)': the file of --data 'd.csv', which it would replace\n")
    }
    for (arguments, line) in [
      (
        ["export", "m.safetensors", "--name", "a", "--out", "ml"],
        "--out 'ml': the file of 'm.safetensors', which it would replace"
      ),
      (
        ["train", "--data", "digits", "--start", "m.safetensors", "--out", "ml"],
        "--out 'ml': the file of --start 'm.safetensors', which it would replace"
      ),
      (
        ["train", "--data", "d", "--out", "d/e.csv"],
        "--out 'd/e.csv': the file of --data 'd', which it would replace"
      ),
      (
        ["train", "--data", "d.csv", "--out", "n", "--checkpoint", "d/../n"],
        "--checkpoint 'd/../n': the file of --out, too"
      ),
      (
        ["report", "m.safetensors", "digits.h", "--data", "digits", "--out", "digits.h"],
        "--out 'digits.h': the file of 'digits.h', which it would replace"
      ),
    ] {
      let result = try folder.supnorm(arguments)
      #expect(
        result.status == 2 && result.errorOutput == "supnorm \(arguments[0]): \(line)\n",
        "\(result.errorOutput)")
    }
    // The name of a model is no file.
    let export = ["export", "m.safetensors", "--name", "net", "--out", "net"]
    for _ in 0..<2 { #expect(try folder.supnorm(export).status == 0) }
  }

  @Test(.timeLimit(.minutes(2)))
  func `What is no file is refused as input, and a pipe that the program was given is read`() throws {
    let folder = try table()
    _ = try shell("mkdir d.d; ln -s none dangling; mkfifo fifo; ln -s fifo to-fifo", in: folder)
    for (path, words) in [
      ("d.d", "a folder, not a file"), ("fifo", "a FIFO, not a file"), ("to-fifo", "a FIFO, not a file"),
      ("dangling", "a link to a file that is not there"), ("/dev/zero", "a device, not a file"),
    ] {
      for arguments in [
        ["verify", path], ["predict", "digits.h", "--input", path],
        ["export", path, "--name", "a", "--out", "a.h"],
        ["evaluate", path, "--data", "digits"], ["bench", "--certify", path, "--data", "digits"],
      ] {
        let result = try folder.supnorm(arguments)
        #expect(result.status == 2)
        #expect(result.errorOutput == "supnorm \(arguments[0]): \(path): \(words)\n")
      }
    }
    let zeros = Array(repeating: "0", count: 64).joined(separator: ",")
    for command in [
      "printf '\(zeros)\\n' | \"$S\" predict digits.h --raw --no-header --input /dev/stdin --json",
      "printf '\(zeros)\\n' >z.csv; \"$S\" predict digits.h --raw --no-header --input /dev/fd/3 --json 3<z.csv",
    ] {
      let result = try shell(command, in: folder)
      #expect(result.status == 0, "\(result.errorOutput)")
      let predictions = try #require(try result.json()["predictions"] as? [[String: Any]])
      #expect(predictions.count == 1 && (predictions[0]["logits"] as? [Int])?.count == 10)
    }
    let header = try shell("\"$S\" export m.safetensors --name a --out /dev/stdout --json >both", in: folder)
    #expect(header.status == 0)
    let both = try String(contentsOf: folder.url.appending(path: "both"), encoding: .utf8)
    #expect(both.hasPrefix("/* a.h") && both.hasSuffix("}\n"))
  }

  @Test func `A limit on the size of files is an error of one line, and nothing is half-written`() throws {
    let folder = try table()
    let before = try folder.names
    let old = try Data(contentsOf: folder.url.appending(path: "digits.h"))
    for out in ["a.h", "digits.h"] {
      let result = try shell(
        "(ulimit -f 1; exec \"$S\" export m.safetensors --name digits --out \(out)) 2>&1 | cat", in: folder)
      #expect(result.output == "supnorm export: \(out): cannot be written: File too large\n")
    }
    #expect(try folder.names == before)
    #expect(try Data(contentsOf: folder.url.appending(path: "digits.h")) == old)
  }

  @Test(
    .timeLimit(.minutes(5)),
    arguments: [SIGTERM, SIGINT, SIGHUP])
  func `Temporary folders, and what writes into them, are gone after a signal`(_ number: Int32) throws {
    let folder = try table()
    let temporary = folder.url.appending(path: "tmp")
    try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: true)
    let running = try Checkout.start(
      Checkout.supnorm.path, ["run", "digits.h", "--board", "mps2-an386", "--data", "digits"],
      folder: folder.url, environment: ["TMPDIR": temporary.path])
    let names = { (url: URL) in (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? [] }
    // Until the compiler has begun to write there.
    while running.process.isRunning,
      !names(temporary).contains(where: { names(temporary.appending(path: "\($0)/build")).count > 2 })
    { sched_yield() }
    kill(running.process.processIdentifier, number)
    running.process.waitUntilExit()
    let result = running.result
    // Ctrl-C is a request, and the status says that it was one.
    #expect(result.status == (number == SIGINT ? 130 : -number), "\(result.errorOutput)")
    #expect(names(temporary) == [])
  }
}
