import Foundation

/// Where tests find files.
enum TestFiles {
  /// The folder of the official fixtures: `WAVEFRONT_FIXTURES`, or the place where they are usually unpacked.
  static let fixtures: String? = {
    let path =
      ProcessInfo.processInfo.environment["WAVEFRONT_FIXTURES"]
      ?? NSHomeDirectory() + "/.cache/wavefront-fixtures"
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }()

  /// The files of a fixture folder, sorted; empty where the fixtures are not there.
  static func fixtureFiles(_ folder: String) -> [String] {
    guard let fixtures else { return [] }
    let path = "\(fixtures)/\(folder)"
    let names = (try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? []
    return names.filter { $0.hasSuffix(".json") }.sorted().map { "\(path)/\($0)" }
  }

  /// A file of the repository.
  static func repository(_ path: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent(path).path
  }
}
