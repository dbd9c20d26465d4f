import EthereumTypes
import Synchronization

/// Prepared codes by hash, shared between the machines of several threads and kept between blocks.
///
/// Preparing a code (copying it, finding its jump destinations) costs more than many a transaction that runs it.
public final class CodeCache: Sendable {
  /// So many codes are kept before starting over, to bound memory on long runs: at most 400 MB.
  private static var limit: Int { 1 << 14 }

  private let codes = Mutex<[Hash32: Code]>([:])

  /// Makes an empty cache.
  public init() {}

  /// The code with that hash; made by `load` where it is not known yet. nil where `load` fails.
  func code(_ hash: Hash32, load: () -> Bytes?) -> Code? {
    if let code = codes.withLock({ $0[hash] }) { return code }
    // Made outside the lock: two threads may prepare the same code once in a while, none waits for another's scan.
    guard let bytes = load() else { return nil }
    let code = Code(bytes)
    return codes.withLock { codes in
      if codes.count >= Self.limit { codes.removeAll() }
      codes[hash] = code
      return code
    }
  }
}
