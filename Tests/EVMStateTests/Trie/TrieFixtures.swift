import EthereumTypes
import Foundation

/// The official test data, which is not part of the package.
enum TrieFixtures {
  /// The folder named by `WAVEFRONT_FIXTURES`, or where it usually lies.
  static let root =
    ProcessInfo.processInfo.environment["WAVEFRONT_FIXTURES"]
    ?? NSHomeDirectory() + "/.cache/wavefront-fixtures"

  /// The full path of a file or folder, or nil where it is absent.
  static func path(_ relative: String) -> String? {
    let path = root + "/" + relative
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }

  /// The JSON object in a file.
  static func object(_ path: String) throws -> [String: Any] {
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    return try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
  }

  /// A byte string of the trie tests: hexadecimal behind `0x`, plain text otherwise.
  static func bytes(_ text: String) -> Bytes {
    text.hasPrefix("0x") ? Hex.decode(text) ?? [] : Bytes(text.utf8)
  }
}
