// swift-tools-version: 6.2
import PackageDescription

// One firmware for every board. What differs between boards is in Boards/<machine>/: toolset.json holds the flags for
// compilers and linker (a SwiftPM toolset, beside the one of all boards), <machine>.ld the memory map, board.json the
// triple and QEMU's arguments. The model comes from the command line:
//
//   swift build --package-path Firmware --build-system native -c release --product Application \
//     --triple armv7em-none-none-eabi --toolset Firmware/Boards/toolset.json \
//     --toolset Firmware/Boards/mps2-an386/toolset.json \
//     -Xcc -DSUPNORM_MODEL_HEADER='"digits.h"' -Xcc -DSUPNORM_MODEL_NAME=digits -Xcc -I/folder/of/digits.h

let swift: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// Functions in sections of their own, so that the linker drops what a board does not need; no built-in
/// functions, or memcpy would be compiled to a call of itself.
let c: [CSetting] = [
  .unsafeFlags([
    "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-Os", "-ffreestanding", "-fno-builtin",
    "-ffunction-sections", "-fdata-sections",
  ])
]

let package = Package(
  name: "Firmware",
  products: [.executable(name: "Application", targets: ["Application"])],
  dependencies: [.package(name: "SupNorm", path: "..")],
  targets: [
    .target(name: "Startup", path: "Startup", cSettings: c),
    .target(name: "Record", path: "Record"),
    .target(
      name: "Model", dependencies: ["Record", .product(name: "Embedded", package: "SupNorm")], path: "Model",
      publicHeadersPath: ".", cSettings: c),
    .executableTarget(
      name: "Application",
      dependencies: ["Startup", "Record", "Model", .product(name: "Embedded", package: "SupNorm")],
      path: "Application",
      swiftSettings: swift),
  ],
  cLanguageStandard: .c99
)
