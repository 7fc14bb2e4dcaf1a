import Foundation
import TestSupport
import Testing

/// A small network on the shipped digits and its header, made once by the program for all tests that only read.
enum TrainedDigits {
  static let folder = Result { () throws -> TestFolderBox in
    let folder = try TestFolder()
    let train = try folder.supnorm([
      "train", "--data", "digits", "--epochs", "12", "--hidden", "16,16", "--seed", "7", "--out",
      "m.safetensors",
    ])
    #expect(train.status == 0, "\(train.errorOutput)")
    let export = try folder.supnorm([
      "export", "m.safetensors", "--name", "digits", "--out", "digits.h", "--data", "digits", "--json",
    ])
    #expect(export.status == 0, "\(export.errorOutput)")
    return TestFolderBox(folder: folder, export: export)
  }
}

/// Shared by tests that run at the same time; they write to files of their own names.
struct TestFolderBox: @unchecked Sendable {
  let folder: TestFolder
  let export: ProgramResult
}
