import ChainFormats
import Foundation

/// The blocks that are committed with the project.
enum CorpusBlocks {
  /// `Corpus/blocks`, found from this file's own path.
  static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Corpus/blocks")

  /// The names of the files, sorted.
  static let names: [String] = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
    .filter { $0.hasSuffix(".json") }.sorted()

  static func snapshot(_ name: String) throws(FormatError) -> BlockSnapshot {
    try BlockSnapshot(contentsOf: folder.appendingPathComponent(name).path)
  }
}
