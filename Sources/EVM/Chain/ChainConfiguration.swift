public import EVMBytecode
public import EthereumTypes

/// Which rules a chain's blocks follow, and when they change.
public struct ChainConfiguration: Sendable {
  /// When a phase begins.
  public enum Activation: Hashable, Sendable {
    /// From this block number on.
    case number(UInt64)
    /// From this Unix time on.
    case timestamp(UInt64)
    /// For the blocks whose parent's total difficulty is at least this (EIP-3675).
    case totalDifficulty(UInt256)
  }

  /// A stretch of blocks under the same rules.
  public struct Phase: Sendable {
    /// The fork.
    public var fork: Fork
    /// How many blobs blocks hold; nil before Cancun.
    public var blobs: BlobSchedule?
    /// When the phase begins.
    public var activation: Activation

    /// Makes a phase, by default with the fork's blob schedule on mainnet.
    public init(_ fork: Fork, _ activation: Activation, blobs: BlobSchedule? = nil) {
      self.fork = fork
      self.blobs = blobs ?? BlobSchedule.mainnet(fork)
      self.activation = activation
    }
  }

  /// The chain (EIP-155).
  public var chainID: UInt64
  /// The phases in the order of their beginnings; the first one holds from the start.
  public var phases: [Phase]
  /// The draft of EIP-8037 to follow from Amsterdam on.
  public var stateGas = StateGasRevision.current

  /// Makes a configuration; `phases` must not be empty for any block to be valid.
  public init(chainID: UInt64 = 1, phases: [Phase]) {
    self.chainID = chainID
    self.phases = phases
  }

  /// The phase of a block.
  ///
  /// - Parameters:
  ///   - number: the block's number.
  ///   - timestamp: the block's Unix time in seconds.
  ///   - parentTotalDifficulty: the sum of the difficulties up to and including its parent.
  public func phase(
    number: UInt64, timestamp: UInt64, parentTotalDifficulty: UInt256 = .zero
  ) -> Phase {
    let begun = phases.last { phase in
      switch phase.activation {
      case .number(let first): number >= first
      case .timestamp(let first): timestamp >= first
      case .totalDifficulty(let least): parentTotalDifficulty >= least
      }
    }
    return begun ?? phases.first ?? Phase(.frontier, .number(0))
  }

  /// The number of the block in which the DAO's accounts are drained; nil where that does not happen (EIP-779).
  public var daoForkNumber: UInt64? {
    for phase in phases where phase.fork == .daoFork {
      if case .number(let number) = phase.activation { return number }
    }
    return nil
  }

  /// Ethereum mainnet.
  public static let mainnet = ChainConfiguration(
    chainID: 1,
    phases: [
      Phase(.frontier, .number(0)), Phase(.homestead, .number(1_150_000)),
      Phase(.daoFork, .number(1_920_000)),
      Phase(.tangerineWhistle, .number(2_463_000)), Phase(.spuriousDragon, .number(2_675_000)),
      Phase(.byzantium, .number(4_370_000)), Phase(.petersburg, .number(7_280_000)),
      Phase(.istanbul, .number(9_069_000)), Phase(.muirGlacier, .number(9_200_000)),
      Phase(.berlin, .number(12_244_000)), Phase(.london, .number(12_965_000)),
      Phase(.arrowGlacier, .number(13_773_000)), Phase(.grayGlacier, .number(15_050_000)),
      Phase(.paris, .number(15_537_394)), Phase(.shanghai, .timestamp(1_681_338_455)),
      Phase(.cancun, .timestamp(1_710_338_135)), Phase(.prague, .timestamp(1_746_612_311)),
      Phase(.osaka, .timestamp(1_764_798_551)), Phase(.bpo1, .timestamp(1_765_290_071)),
      Phase(.bpo2, .timestamp(1_767_747_671)),
    ])
}
