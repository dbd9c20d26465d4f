import EVMPrecompiles
import EthereumTypes
import Synchronization

/// The signers that ECRECOVER found lately.
///
/// A signature is looked at each time its transaction is predicted: when it comes, on each new state, and again at its
/// turn. Recovering takes some 30 µs, more than all else of most predictions.
final class SignerMemo: Sendable {
  private struct Entry {
    /// Hash, v, r and s.
    var input: [UInt8]
    /// The word that is left; nil where there is none.
    var word: UInt256?
  }
  private static let capacity = 4_096
  private let entries = Mutex([Entry?](repeating: nil, count: SignerMemo.capacity))

  /// The word that ECRECOVER leaves for `input`; nil where it leaves none.
  func word(_ input: Span<UInt8>, _ precompiles: PrecompileRules) -> UInt256? {
    // What lies behind four words is not looked at, and what is missing reads as zero.
    var key = [UInt8](repeating: 0, count: 128)
    for index in 0..<min(128, input.count) { key[index] = input[index] }
    var hasher = Hasher()
    hasher.combine(key)
    let place = hasher.finalize() & (Self.capacity - 1)
    if let known = entries.withLock({ $0[place] }), known.input == key { return known.word }
    var output: [UInt8] = []
    let isFound = precompiles.run(.ecrecover, input: key.span, into: &output) && output.count == 32
    let word = isFound ? UInt256(bigEndian: output) : nil
    entries.withLock { $0[place] = Entry(input: key, word: word) }
    return word
  }

  /// Forgets all of them.
  func removeAll() {
    entries.withLock { entries in
      for index in entries.indices { entries[index] = nil }
    }
  }
}
