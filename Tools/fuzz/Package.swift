// swift-tools-version: 6.3
import PackageDescription

/// libFuzzer over the pre-pass; see README.md for how to build and run it.
let package = Package(
  name: "fuzz",
  dependencies: [.package(name: "wavefront", path: "../..")],
  targets: [
    .executableTarget(name: "fuzz", dependencies: [.product(name: "Wavefront", package: "wavefront")])
  ])
