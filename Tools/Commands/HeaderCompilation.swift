internal import Foundation

/// What compilers of C say of a header.
enum HeaderCompilation {
  /// Compiles a file that includes the header with clang and gcc, warnings as errors.
  ///
  /// - Returns: the compilers and how long each took.
  static func compile(_ header: String, name: String) throws -> String {
    let library = try Board.firmwareFolder().deletingLastPathComponent().appending(
      path: "Sources/CSupNorm/include")
    let compilers = [
      ("clang", try Subprocess.toolchainTool("clang")),
      ("gcc", try Subprocess.require("gcc", package: "gcc")),
    ]
    return try withTemporaryFolder { folder in
      try FileManager.default.copyItem(
        at: URL(fileURLWithPath: header), to: folder.appending(path: "\(name).h"))
      try Data(
        "#include \"\(name).h\"\nint main(void) { return \(name)_network()->layer_count == 0; }\n".utf8
      )
      .write(to: folder.appending(path: "main.c"))
      return try compilers.map { name, compiler in
        let start = Date()
        let result = try Subprocess.run(
          compiler,
          ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I", library.path, "-c", "main.c"],
          folder: folder, timeout: 120)
        guard result.status == 0 else {
          let line = result.errorOutput.split(separator: "\n").first { $0.contains("error") } ?? ""
          throw CommandError.failedCheck("\(name) refuses \(header): \(line)")
        }
        return "\(name) \(formatted(Date().timeIntervalSince(start), digits: 1)) s"
      }.joined(separator: ", ")
    }
  }
}
