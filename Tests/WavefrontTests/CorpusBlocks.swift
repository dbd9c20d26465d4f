import ChainFormats
import Foundation
import TestFiles

/// The blocks that are committed with the project.
enum CorpusBlocks {
  /// The names of the files, sorted.
  static let names = TestFiles.corpusBlocks.map { ($0 as NSString).lastPathComponent }

  static func snapshot(_ name: String) throws(FormatError) -> BlockSnapshot {
    try BlockSnapshot(contentsOf: TestFiles.repository("Corpus/blocks/\(name)"))
  }
}
