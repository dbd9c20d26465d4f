import EVM
import EVMPrecompiles
import EthereumTypes
import Synchronization

/// What precompiles returned lately: the signers that ECRECOVER found, sums on curves, results of pairings.
///
/// A signature or a proof is looked at each time its transaction is predicted: when it comes, on each new state, and
/// again at its turn. Recovering takes some 30 µs, a pairing a millisecond, more than all else of most predictions.
final class PrecompileMemo: Sendable {
  private static let capacity = 4_096
  /// Longer inputs are not kept, nor what takes no longer than looking for it.
  private static let maximumSize = 8_192
  /// Made when the first is kept, so that to forget none takes no time.
  private let entries = Mutex<[PrecompileResult?]>([])

  /// What a precompile returns for `input`; nil where it fails. Whoever runs the transaction is handed it with what else is
  /// foreseen.
  func output(
    of precompile: Precompile, _ input: Span<UInt8>, _ rules: PrecompileRules, _ foreseen: inout Foreseen
  ) -> [UInt8]? {
    switch precompile {
    case .sha256, .ripemd160, .identity: return rules.output(of: precompile, input)
    case _ where input.count > Self.maximumSize: return rules.output(of: precompile, input)
    default: break
    }
    var hasher = Hasher()
    hasher.combine(precompile)
    let count = PrecompileResult.sizeLookedAt(by: precompile, of: input.count)
    unsafe input.withUnsafeBytes { bytes in
      unsafe hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: bytes.prefix(count)))
    }
    let place = hasher.finalize() & (Self.capacity - 1)
    if let known = entries.withLock({ $0.isEmpty ? nil : $0[place] }),
      known.answers(precompile, input, era: rules.era)
    {
      return foreseen.note(known)
    }
    let result = PrecompileResult(precompile, input, rules)
    entries.withLock { entries in
      if entries.isEmpty { entries = Array(repeating: nil, count: Self.capacity) }
      entries[place] = result
    }
    return foreseen.note(result)
  }

  /// The word that ECRECOVER leaves for `input`; nil where it leaves none.
  func signer(_ input: Span<UInt8>, _ rules: PrecompileRules, _ foreseen: inout Foreseen) -> UInt256? {
    guard let output = output(of: .ecrecover, input, rules, &foreseen), output.count == 32 else { return nil }
    return UInt256(bigEndian: output)
  }

  /// Forgets all of it.
  func removeAll() { entries.withLock { $0 = [] } }
}

/// What is asked about the result of a precompile.
enum PrecompileAspect: Hashable {
  /// A word of what it returns, by number; zero where it fails.
  case word(Int)
  /// Zero where it fails, or else one more than how many bytes it returns.
  case outcome

  /// The answer.
  func word(of output: [UInt8]?) -> UInt256 {
    guard let output else { return .zero }
    switch self {
    case .outcome: return UInt256(UInt64(output.count + 1))
    case .word(let index):
      // What is shorter than a word is followed by zeros, as in memory.
      var word = [UInt8](output.dropFirst(32 * index).prefix(32))
      word += repeatElement(0, count: 32 - word.count)
      return UInt256(bigEndian: word) ?? .zero
    }
  }

  /// How expressions name the precompile and the aspect.
  func code(_ precompile: Precompile) -> UInt64 {
    let aspect: UInt64 = if case .word(let index) = self { UInt64(index) + 1 } else { 0 }
    return UInt64(precompile.rawValue) &<< 32 | aspect
  }

  /// What `code` made; nil for anything else.
  static func decode(_ code: UInt64) -> (precompile: Precompile, aspect: PrecompileAspect)? {
    guard let precompile = Precompile(rawValue: UInt16(truncatingIfNeeded: code >> 32)) else { return nil }
    let aspect = Int(code & 0xFFFF_FFFF)
    return (precompile, aspect == 0 ? .outcome : .word(aspect - 1))
  }
}
