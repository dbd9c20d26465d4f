import Foundation

/// Where all tests find files: those of the repository, and the official fixtures, which are not part of it.
public enum TestFiles {
  // MARK: The repository

  /// The full path of a file or folder of the repository.
  public static func repository(_ path: String) -> String { root.appending(path: path).path }

  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// The block snapshots in `Corpus/blocks`, sorted.
  public static let corpusBlocks = json(in: repository("Corpus/blocks"))

  // MARK: The official fixtures

  /// The folder that `WAVEFRONT_FIXTURES` names, or where the fixtures are usually unpacked; nil where there is none.
  public static let fixtures: String? = {
    let path =
      ProcessInfo.processInfo.environment["WAVEFRONT_FIXTURES"]
      ?? NSHomeDirectory() + "/.cache/wavefront-fixtures"
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }()

  /// The full path of a file or folder of the fixtures; nil where it is absent.
  public static func fixture(_ path: String) -> String? {
    guard let fixtures else { return nil }
    let path = fixtures + "/" + path
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }

  /// The JSON files in a folder of the fixtures and below, sorted; none where it is absent.
  public static func fixtures(in folder: String) -> [String] { fixture(folder).map(json(in:)) ?? [] }

  /// The mainnet blocks among the fixtures; one in ten of them in a debug build, which is slow.
  public static let someMainnetBlocks: [String] = {
    let files = fixtures(in: "blocks")
    #if DEBUG
      return files.enumerated().filter { $0.offset % 10 == 3 }.map(\.element)
    #else
      return files
    #endif
  }()

  private static func json(in folder: String) -> [String] {
    let names = (try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".json") }.sorted().map { folder + "/" + $0 }
  }
}
