import COpenSSL
import EthereumTypes

/// The precompiles that hash or copy (Yellow Paper, appendix E).
enum HashPrecompiles {
  /// 0x02: SHA-256.
  static func sha256(_ input: Span<UInt8>, into output: inout [UInt8]) -> Bool {
    output.appendZeros(32)
    return unsafe input.withUnsafeBufferPointer { data in
      // libcrypto reads `count` bytes of input and writes 32 of output; of an empty buffer it reads nothing.
      unsafe SHA256(data.baseAddress, data.count, &output) != nil
    }
  }

  /// 0x03: RIPEMD-160, left-padded to 32 bytes.
  static func ripemd160(_ input: Span<UInt8>, into output: inout [UInt8]) -> Bool {
    var digest = [UInt8](repeating: 0, count: 20)
    let done = unsafe input.withUnsafeBufferPointer { data in
      // RIPEMD-160 writes 20 bytes; no count is asked for and no engine used.
      unsafe EVP_Digest(data.baseAddress, data.count, &digest, nil, ripemd160Method.pointer, nil) == 1
    }
    output.appendZeros(12)
    output.append(contentsOf: digest)
    return done
  }

  /// OpenSSL's descriptor of the algorithm, fetched once: the low-level functions are deprecated, and fetching
  /// implicitly on every call takes longer than hashing a short input.
  @safe
  private struct Method: @unchecked Sendable {
    // Never freed, never written: OpenSSL shares fetched descriptors between threads.
    let pointer: OpaquePointer?
  }
  private static let ripemd160Method = unsafe Method(pointer: EVP_MD_fetch(nil, "RIPEMD160", nil))

  /// 0x04: the input itself.
  static func identity(_ input: Span<UInt8>, into output: inout [UInt8]) -> Bool {
    unsafe input.withUnsafeBufferPointer { unsafe output.append(contentsOf: $0) }
    return true
  }
}
