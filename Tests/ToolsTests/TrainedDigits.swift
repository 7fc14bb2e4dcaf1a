import Foundation
import TestSupport
import Testing

/// A small network on the shipped digits and its header, made once by the program for all tests that only read.
enum TrainedDigits {
  static let folder = Result { () throws -> (folder: TestFolder, export: ProgramResult) in
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
    return (folder, export)
  }
}
