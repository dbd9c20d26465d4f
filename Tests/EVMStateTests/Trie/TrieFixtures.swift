import EthereumTypes
import Foundation

/// How the official trie tests are written.
enum TrieFixtures {
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
