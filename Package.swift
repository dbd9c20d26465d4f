// swift-tools-version: 6.3
import PackageDescription

/// Every target is held to the same bar: strict concurrency (the Swift 6 language mode), strict
/// memory safety, and no warning left standing.
let strict: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// A library target in `Sources/<name>`, and the names of what it may import (see "Architecture" in README.md).
func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// The Swift Testing suite of a library, in `Tests/<name>Tests`. `TestFiles` tells all of them where files are.
func tests(of name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: [.byName(name: name), "TestFiles"] + dependencies, exclude: exclude,
    swiftSettings: strict)
}

let package = Package(
  name: "wavefront",
  products: [
    .library(name: "Wavefront", targets: ["Wavefront"]),
    .library(name: "ConflictScheduling", targets: ["ConflictScheduling"]),
    .executable(name: "wavefront", targets: ["WavefrontCLI"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
  ],
  targets: [
    .systemLibrary(name: "CGMP", pkgConfig: "gmp", providers: [.apt(["libgmp-dev"])]),
    .systemLibrary(
      name: "CSecp256k1", pkgConfig: "libsecp256k1", providers: [.apt(["libsecp256k1-dev"])]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CPrefetch"),
    .systemLibrary(name: "CGlibc"),

    library("EthereumTypes", ["CGMP", "CSecp256k1", "CPrefetch"]),
    library("StrictJSON", ["EthereumTypes"]),
    library("EVMBytecode", ["EthereumTypes"]),
    library("ControlFlow", ["EthereumTypes", "EVMBytecode"]),
    library("EVMState", ["EthereumTypes"]),
    library("EVMPrecompiles", ["EthereumTypes", "CGMP", "COpenSSL"]),
    library("EVM", ["EthereumTypes", "EVMBytecode", "EVMState", "EVMPrecompiles"]),
    library("ConflictScheduling", ["EthereumTypes", "StrictJSON"]),
    library(
      "AccessAnalysis",
      [
        "EthereumTypes", "EVMBytecode", "EVMState", "EVMPrecompiles", "EVM", "ConflictScheduling",
      ]),
    library(
      "SummaryStore",
      [
        "EthereumTypes", "EVMBytecode", "AccessAnalysis", .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    library(
      "WaveExecution",
      ["EthereumTypes", "EVMState", "EVM", "AccessAnalysis", "ConflictScheduling", "CGlibc"]),
    library(
      "ChainFormats",
      ["EthereumTypes", "StrictJSON", "EVMBytecode", "EVMState", "EVM", "ConflictScheduling"]),
    library(
      "Transition",
      ["EthereumTypes", "EVMBytecode", "EVMState", "EVM", "ChainFormats"]),
    library(
      "Wavefront",
      [
        "EthereumTypes", "EVMBytecode", "EVMState", "EVM", "AccessAnalysis", "ChainFormats",
        "ConflictScheduling", "WaveExecution", "CGlibc",
      ]),
    .executableTarget(
      name: "WavefrontCLI",
      dependencies: [
        "EthereumTypes", "EVMBytecode", "ControlFlow", "EVMState", "EVM", "AccessAnalysis", "ChainFormats",
        "ConflictScheduling", "SummaryStore", "Transition", "WaveExecution", "Wavefront",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    .target(name: "TestFiles", path: "Tests/TestFiles", swiftSettings: strict),
    tests(of: "EthereumTypes"),
    tests(of: "EVMBytecode"),
    tests(of: "ControlFlow", ["EthereumTypes", "EVMBytecode", "EVMState", "EVM", "ChainFormats"]),
    tests(of: "EVMState"),
    tests(of: "EVMPrecompiles", ["EthereumTypes", "CGMP"], exclude: ["Vectors"]),
    tests(of: "EVM", ["EthereumTypes", "EVMBytecode", "EVMState"], exclude: ["Vectors"]),
    tests(of: "ConflictScheduling"),
    tests(of: "SummaryStore", ["EthereumTypes", "EVMBytecode", "AccessAnalysis", "EVM", "EVMState"]),
    tests(of: "AccessAnalysis", ["ChainFormats"], exclude: ["Fuzzing/Cases"]),
    tests(
      of: "WaveExecution",
      ["EthereumTypes", "EVMBytecode", "EVMState", "EVM", "AccessAnalysis", "ConflictScheduling"]),
    tests(of: "ChainFormats", exclude: ["Vectors"]),
    tests(
      of: "Transition", ["EthereumTypes", "EVMBytecode", "EVMState", "EVM", "ChainFormats"],
      exclude: ["Vectors"]),
    tests(
      of: "Wavefront",
      [
        "EthereumTypes", "EVMState", "EVM", "AccessAnalysis", "ConflictScheduling", "ChainFormats",
        "WaveExecution",
      ]),
    tests(of: "WavefrontCLI"),
  ]
)
