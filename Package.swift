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

/// The vector units of the machine that builds, for the module that trains.
///
/// On x86-64 the compiler otherwise keeps to those of 2003. Results have the same bits with and without them. Only the
/// package's own builds may set such flags, so a dependent trains slowly.
let vectorUnits: [SwiftSetting] = {
  let isDependency = Context.packageDirectory.contains("/checkouts/")
  let processor = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
  let flags = processor.split(separator: "\n").first { $0.hasPrefix("flags") }?.split(separator: " ") ?? []
  guard !isDependency, flags.contains("avx2"), flags.contains("fma") else { return [] }
  return [.unsafeFlags(["-Xcc", "-march=haswell", "-Xcc", "-fno-math-errno", "-target-cpu", "haswell"])]
}()

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: dependencies + ["TestSupport"], path: "Tests/\(name)Tests",
    swiftSettings: settings)
}

/// The program of `Tools/fuzz`: it links only with the toolchain's libFuzzer, so it exists only when that is asked for.
let fuzzing: [Target] =
  Context.environment["SUPNORM_FUZZ"] == nil
  ? []
  : [
    .target(name: "CFuzzer", path: "Tests/CFuzzer"),
    .executableTarget(
      name: "Fuzz", dependencies: ["CFuzzer", "FuzzTargets", "Interchange", "Certification"],
      path: "Tests/Fuzz", exclude: ["Dictionaries"], swiftSettings: settings),
  ]

let package = Package(
  name: "SupNorm",
  platforms: [.macOS(.v26)],
  products: [
    .library(name: "Embedded", targets: ["Embedded"]),
    .library(name: "Certification", targets: ["Certification", "Interchange"]),
    .library(name: "Training", targets: ["Training"]),
    .library(name: "Quantization", targets: ["Quantization"]),
    .executable(name: "supnorm", targets: ["Tools"]),
  ],
  targets: [
    // The device: C types, and the Swift that runs on them.
    .target(name: "CSupNorm", path: "Sources/CSupNorm"),
    .target(name: "Embedded", dependencies: ["CSupNorm"], path: "Sources/Embedded", swiftSettings: settings),

    // The host, in the order in which a network passes through.
    .target(name: "Training", path: "Sources/Training", swiftSettings: settings + vectorUnits),
    .target(
      name: "Certification", dependencies: ["Embedded", "CSupNorm"], path: "Sources/Certification",
      swiftSettings: settings),
    .target(
      name: "Quantization", dependencies: ["Training", "Certification"], path: "Sources/Quantization",
      swiftSettings: settings),
    .target(
      name: "Interchange", dependencies: ["Embedded", "Training", "Certification", "Quantization"],
      path: "Sources/Interchange", swiftSettings: settings),
    .target(name: "DeviceRecord", path: "Firmware/Record"),
    .executableTarget(
      name: "Tools",
      dependencies: [
        "CSupNorm", "DeviceRecord", "Embedded", "Training", "Certification", "Quantization", "Interchange",
      ], path: "Tools",
      exclude: [
        "bench-training", "bench-training.py", "recipes", "demo", "fuzz", "library", "setup", "soak", "test",
        "try-datasets",
      ],
      resources: [.copy("data")], swiftSettings: settings),

    .target(
      name: "TestSupport", dependencies: ["Certification", "Training"], path: "Tests/TestSupport",
      swiftSettings: settings),
    .target(
      name: "FuzzTargets", dependencies: ["Training", "Certification", "Quantization", "Interchange"],
      path: "Tests/FuzzTargets", swiftSettings: settings),
    tests("Embedded", ["Embedded", "CSupNorm", "Certification"]),
    tests("Training", ["Training"]),
    tests("Certification", ["Certification", "Embedded"]),
    tests("Quantization", ["Quantization", "Training", "Certification"]),
    tests("Interchange", ["Interchange", "Training", "Certification", "Quantization", "FuzzTargets"]),
    tests("Tools", ["Tools", "Interchange", "Training", "Certification", "FuzzTargets"]),
    tests("Firmware", ["Tools", "Interchange", "Certification"]),
  ] + fuzzing
)
