import EVMPrecompiles
import EVMState
public import EthereumTypes

/// The contracts that consensus itself calls, and the requests that come from them.
public enum SystemContracts {
  /// Keeps the roots of beacon blocks (EIP-4788).
  public static let beaconRoots = address(0x000F_3DF6, 0xD732_807E_F131_9FB7, 0xB8BB_8522_D0BE_AC02)
  /// Keeps the hashes of blocks (EIP-2935).
  public static let blockHashes = address(0x0000_F908, 0x27F1_C53A_10CB_7A02, 0x335B_1753_2000_2935)
  /// Queues withdrawal requests (EIP-7002).
  public static let withdrawalRequests = address(0x0000_0961, 0xEF48_0EB5_5E80_D19A, 0xD835_79A6_4C00_7002)
  /// Queues consolidation requests (EIP-7251).
  public static let consolidationRequests = address(0x0000_BBDD, 0xC7CE_4886_42FB_579F, 0x8B00_F3A5_9000_7251)
  /// Takes validators' deposits on mainnet (EIP-6110).
  public static let deposits = address(0x0000_0000, 0x219A_B540_356C_BB83, 0x9CBE_0530_3D77_05FA)

  private static func address(_ hi: UInt32, _ mid: UInt64, _ lo: UInt64) -> Address {
    Address(hi: hi, mid: mid, lo: lo)
  }

  /// The first topic of the deposit contract's event.
  private static let depositTopic = Hash32(
    word: UInt256(
      limbs: 0xA790_803B_E390_38C5, 0xE7E1_EE91_2FC0_889A, 0xAFEA_4E5C_D82D_4049, 0x649B_BC62_D0E3_1342))

  /// Where each field of a deposit event stands: the offset of its length word, and its length, both in bytes.
  private static let depositFields: [(offset: Int, count: Int)] = [
    (160, 48), (256, 32), (320, 8), (384, 96), (512, 8),
  ]

  /// The deposits that a transaction's logs announce, one after the other, in the form of EIP-6110; nil where the
  /// deposit contract logged something that is not a deposit.
  static func deposits(in logs: [Log]) -> Bytes? {
    var requests: Bytes = []
    for log in logs where log.address == deposits && log.topics.first == depositTopic {
      guard log.data.count == 576 else { return nil }
      for (index, field) in depositFields.enumerated() {
        guard number(log.data, at: index * 32) == field.offset,
          number(log.data, at: field.offset) == field.count
        else { return nil }
        requests += log.data[(field.offset + 32)..<(field.offset + 32 + field.count)]
      }
    }
    return requests
  }

  private static func number(_ data: Bytes, at offset: Int) -> Int? {
    UInt256(bigEndian: data[offset..<offset + 32])?.asUInt64.flatMap { Int(exactly: $0) }
  }

  /// The hash over a block's execution requests (EIP-7685): each is its type byte and its data; those without
  /// data do not count.
  public static func requestsHash(_ requests: [Bytes]) -> Hash32 {
    var hashes: Bytes = []
    for request in requests where request.count > 1 { hashes += sha256(request) }
    return Hash32(sha256(hashes)) ?? .zero
  }

  private static func sha256(_ input: Bytes) -> Bytes {
    var output: Bytes = []
    _ = PrecompileRules(era: .frontier).run(.sha256, input: input.span, into: &output)
    return output
  }
}
