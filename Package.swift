// swift-tools-version: 6.2
import Foundation
import PackageDescription

/// Language mode 6, strict memory safety, and no warning survives, in every target.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// Whether another package builds this one, which may then set no flags of its own.
let isDependency = Context.packageDirectory.contains("/checkouts/")

/// The vector units of the machine that builds, for the module that trains.
///
/// On x86-64 the compiler otherwise keeps to those of 2003. Results have the same bits with and without them. A dependent
/// trains slowly.
let vectorUnits: [SwiftSetting] = {
  let processor = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
  let flags = processor.split(separator: "\n").first { $0.hasPrefix("flags") }?.split(separator: " ") ?? []
  guard !isDependency, flags.contains("avx2"), flags.contains("fma") else { return [] }
  return [.unsafeFlags(["-Xcc", "-march=haswell", "-Xcc", "-fno-math-errno", "-target-cpu", "haswell"])]
}()

/// What lets tests of release builds see the inside of the program, which is no library.
let testability: [SwiftSetting] = isDependency ? [] : [.unsafeFlags(["-enable-testing"])]

func module(_ name: String, _ dependencies: [Target.Dependency] = [], _ more: [SwiftSetting] = []) -> Target {
  .target(name: name, dependencies: dependencies, path: "Sources/\(name)", swiftSettings: settings + more)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: dependencies + ["TestSupport"], path: "Tests/\(name)Tests",
    swiftSettings: settings)
}

/// Every module of `Sources`, for whoever uses all of them.
let allModules: [Target.Dependency] = [
  "CSupNorm", "Embedded", "Claims", "Checker", "Integers", "Certification", "FileAccess", "Header",
  "Training",
  "Quantization", "Files",
]

/// The program of `Tools/fuzz`: it links only with the toolchain's libFuzzer, so it exists only when that is asked for.
let fuzzing: [Target] =
  Context.environment["SUPNORM_FUZZ"] == nil
  ? []
  : [
    .target(name: "CFuzzer", path: "Tests/Fuzzing/CFuzzer"),
    .executableTarget(
      name: "Fuzz", dependencies: allModules + ["CFuzzer", "FuzzTargets", "TestSupport"],
      path: "Tests/Fuzzing/Program", exclude: ["Dictionaries"], swiftSettings: settings),
  ]

let package = Package(
  name: "SupNorm",
  platforms: [.macOS(.v26)],
  products: [
    .library(name: "Embedded", targets: ["Embedded"]),
    .library(name: "Certification", targets: ["Certification", "Header"]),
    .library(name: "Training", targets: ["Training"]),
    .library(name: "Quantization", targets: ["Quantization"]),
    .executable(name: "supnorm", targets: ["Tools"]),
  ],
  targets: [
    // The device: C types, and the Swift that runs on them.
    .target(name: "CSupNorm", path: "Sources/CSupNorm"),
    module("Embedded", ["CSupNorm"]),

    // What is claimed of a network, and who proves it: nothing of this knows how a claim came about.
    module("Claims"),
    module("Checker", ["Claims"]),

    // The host, in the order in which a network passes through.
    module("Training", [], vectorUnits),
    module("Integers", ["Claims", "Embedded", "CSupNorm"]),
    module("Certification", ["Claims", "Checker", "Integers", "Embedded", "CSupNorm"]),
    module("Quantization", ["Training", "Claims", "Checker", "Integers", "Certification"]),

    // Files.
    module("FileAccess"),
    module("Header", ["Claims", "Checker", "FileAccess", "CSupNorm"]),
    module("Files", ["Training", "FileAccess"]),

    // What firmware and host say to each other.
    .target(name: "DeviceRecord", path: "Firmware/Record"),
    .executableTarget(
      name: "Tools", dependencies: allModules + ["DeviceRecord"], path: "Tools",
      exclude: [
        "bench-norms", "bench-norms.py", "bench-spectral", "bench-spectral.py", "bench-training",
        "bench-training.py", "pytorch", "recipes", "demo", "docs", "fuzz", "library",
        "library-members.awk", "reproduce-clip", "reproduce-lipschitz", "setup", "soak",
        "test",
        "try-datasets",
      ],
      resources: [.copy("data")], swiftSettings: settings + testability),

    .target(
      name: "TestSupport", dependencies: allModules,
      path: "Tests/TestSupport", swiftSettings: settings),
    .target(
      name: "FuzzTargets", dependencies: allModules + ["TestSupport"], path: "Tests/Fuzzing/Targets",
      swiftSettings: settings),
    tests("Embedded", ["Embedded", "CSupNorm", "Claims", "Integers", "Certification"]),
    tests("Training", ["Training"]),
    tests("Checker", ["Checker", "Claims", "Integers", "Certification"]),
    tests("Certification", ["Certification", "Claims", "Checker", "Integers", "Embedded"]),
    tests("Quantization", allModules),
    tests("Header", allModules + ["FuzzTargets"]),
    tests("Files", allModules + ["FuzzTargets"]),
    tests("Tools", allModules + ["Tools", "FuzzTargets"]),
    tests("Firmware", allModules + ["Tools"]),
  ] + fuzzing
)
