public import EVMBytecode
public import EthereumTypes

extension BlockHeader {
  /// The difficulty of the block after this one under proof of work (Yellow Paper, section 4.3.4; EIPs 2, 100 and
  /// the bomb's delays).
  ///
  /// - Parameters:
  ///   - timestamp: the block's Unix time; not before this block's.
  ///   - fork: the fork of that block.
  public func nextDifficulty(timestamp: UInt64, fork: Fork) -> UInt256 {
    let elapsed = timestamp - min(timestamp, self.timestamp)
    let step = difficulty.shiftedRight(11)
    let rise: UInt64
    let fall: UInt64
    switch fork {
    case .byzantium...:
      rise = unclesHash == .emptyListHash ? 1 : 2
      fall = elapsed / 9
    case .homestead...:
      rise = 1
      fall = elapsed / 10
    default:
      rise = elapsed < 13 ? 1 : 0
      fall = elapsed < 13 ? 0 : 1
    }
    var next: UInt256
    if rise >= fall {
      next = difficulty.addedIfFits(step &* UInt256(rise - fall)) ?? .max
    } else {
      next = difficulty.subtractedOrZero(step &* UInt256(min(fall - rise, 99)))
    }
    let bombNumber = (number &+ 1) - min(number &+ 1, Self.bombDelay(fork))
    let periods = bombNumber / 100_000
    // 2^255 and beyond is no difficulty that any block can have; the shift would wrap there.
    if periods > 1 {
      next = periods > 256 ? .max : next.addedIfFits(UInt256.one.shiftedLeft(periods - 2)) ?? .max
    }
    // The least difficulty holds for the sum with the bomb (Yellow Paper, equation 46), not before it is added.
    return max(next, Self.minimumDifficulty)
  }

  /// The least difficulty there is.
  public static let minimumDifficulty: UInt256 = 131_072

  /// By how many blocks a fork plays down the block number in the difficulty bomb (EIPs 649, 1234, 2384, 3554, 4345
  /// and 5133).
  private static func bombDelay(_ fork: Fork) -> UInt64 {
    switch fork {
    case .grayGlacier...: 11_400_000
    case .arrowGlacier...: 10_700_000
    case .london...: 9_700_000
    case .muirGlacier...: 9_000_000
    case .constantinople...: 5_000_000
    case .byzantium...: 3_000_000
    default: 0
    }
  }
}
