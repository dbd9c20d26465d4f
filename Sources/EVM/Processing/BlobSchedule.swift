public import EVMBytecode
public import EthereumTypes

/// How many blobs blocks hold and how their price moves (EIP-4844; EIP-7892 for the forks that only change this).
public struct BlobSchedule: Hashable, Sendable {
  /// The number of blobs at which the price stays.
  public var target: UInt64
  /// The most blobs of one block.
  public var maximum: UInt64
  /// The divisor in the exponent of the price.
  public var updateFraction: UInt64

  /// Makes a schedule.
  public init(target: UInt64, maximum: UInt64, updateFraction: UInt64) {
    self.target = target
    self.maximum = maximum
    self.updateFraction = updateFraction
  }

  /// The blob gas of one blob.
  public static let gasPerBlob: UInt64 = 1 << 17
  /// The execution gas that a blob is at least worth (EIP-7918).
  public static let baseCost: UInt64 = 1 << 13

  /// Mainnet's schedule in a fork; nil before Cancun.
  public static func mainnet(_ fork: Fork) -> BlobSchedule? {
    switch fork {
    case .bpo2...: BlobSchedule(target: 14, maximum: 21, updateFraction: 11_684_671)
    case .bpo1...: BlobSchedule(target: 10, maximum: 15, updateFraction: 8_346_193)
    case .prague...: BlobSchedule(target: 6, maximum: 9, updateFraction: 5_007_716)
    case .cancun...: BlobSchedule(target: 3, maximum: 6, updateFraction: 3_338_477)
    default: nil
    }
  }

  /// Checks that a transaction's blobs are left of the block's maximum.
  ///
  /// - Parameters:
  ///   - transaction: the transaction, of any type.
  ///   - used: the blob gas of the transactions before it.
  public func admit(_ transaction: Transaction, after used: UInt64) throws(TransactionRejection) {
    let count = UInt64(transaction.blobVersionedHashes.count)
    let available = maximum - min(used / Self.gasPerBlob, maximum)
    guard transaction.kind == .blob, count > available else { return }
    throw .blobsAboveBlock(
      available: Int(clamping: available), maximum: Int(clamping: maximum), count: Int(clamping: count))
  }

  /// Wei per blob gas at an excess: `fake_exponential(1, excess, updateFraction)` of EIP-4844, saturating at 2²⁵⁶ − 1.
  public func baseFee(excessBlobGas: UInt64) -> UInt256 {
    let (numerator, denominator) = (BigUInt(excessBlobGas), BigUInt(updateFraction))
    var output = BigUInt.zero
    var accumulator = denominator
    var index: UInt64 = 1
    while accumulator > .zero {
      output = output + accumulator
      // Past 2^300 the sum cannot come back below 256 bits; excess values that large are never valid.
      if output > Self.saturation { return .max }
      accumulator = (accumulator * numerator).divided(by: denominator * BigUInt(index)) ?? .zero
      index += 1
    }
    return output.divided(by: denominator)?.asUInt256 ?? .max
  }

  private static let saturation = BigUInt(bigEndian: [1] + Bytes(repeating: 0, count: 60))

  /// The excess blob gas of a block whose parent had `excess` and used `used`, all in blob gas (EIP-4844; with the
  /// reserve price of EIP-7918 where `reservePrice` gives the parent's base fee per gas in wei).
  public func nextExcess(excess: UInt64, used: UInt64, reservePrice parentBaseFee: UInt256? = nil) -> UInt64 {
    let (sum, overflow) = excess.addingReportingOverflow(used)
    let targetGas = target &* Self.gasPerBlob
    guard !overflow, sum >= targetGas else { return overflow ? .max : 0 }
    if let parentBaseFee {
      let reserve = BigUInt(Self.baseCost) * BigUInt(parentBaseFee)
      let price = BigUInt(Self.gasPerBlob) * BigUInt(baseFee(excessBlobGas: excess))
      if reserve > price, maximum > 0 {
        // used × (maximum − target) ÷ maximum ≤ used, so only the product needs the room.
        let kept = used.multipliedFullWidth(by: maximum - min(target, maximum))
        let (sum, overflow) = excess.addingReportingOverflow(maximum.dividingFullWidth(kept).quotient)
        return overflow ? .max : sum
      }
    }
    return sum - targetGas
  }
}
