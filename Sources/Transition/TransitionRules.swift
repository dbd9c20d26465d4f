public import ChainFormats
public import EVM
import EthereumTypes

/// Under which rules a transition is made.
public struct TransitionRules: Sendable {
  /// The fork and its blob schedule.
  public var phase: ChainConfiguration.Phase
  /// The chain (EIP-155).
  public var chainID: UInt64
  /// What the miner gets in wei: nil for nothing at all, while 0 touches the miner's account.
  public var reward: UInt64?
  /// The number of the block in which the DAO's accounts are drained; nil for none.
  public var daoForkNumber: UInt64?

  /// The rules that a fork's name stands for in a block.
  ///
  /// - Parameters:
  ///   - fork: the name of a fork or of a transition between two, as official fixtures write it.
  ///   - environment: the block, which decides on the side of a transition.
  ///   - chainID: the chain (EIP-155).
  ///   - reward: the miner's reward in wei, negative for none.
  ///   - blobs: the blob schedule; nil for the fork's usual one.
  public init(
    fork: String, environment: TransitionEnvironment, chainID: UInt64 = 1, reward: Int64 = 0,
    blobs: BlobSchedule? = nil
  ) throws(TransitionError) {
    let configuration = ChainConfiguration(network: fork, chainID: chainID) { _ throws(Never) in blobs }
    guard let configuration else {
      throw TransitionError(
        .configuration, "failed constructing chain configuration: unsupported fork \"\(fork)\"")
    }
    // The total difficulty is not known here; randomness shows that the merge lies behind.
    phase = configuration.phase(
      number: environment.number, timestamp: environment.timestamp,
      parentTotalDifficulty: environment.random == nil ? .zero : .max)
    self.chainID = chainID
    self.reward = UInt64(exactly: reward)
    daoForkNumber = configuration.daoForkNumber
  }

  /// The names of forks and transitions that official tools use, in the order of activation. Others are understood,
  /// too: any two forks joined by `To` and `At`.
  public static let forkNames: [String] = [
    "Frontier", "FrontierToHomesteadAt5", "Homestead", "HomesteadToDaoAt5", "DAOFork", "HomesteadToEIP150At5",
    "EIP150", "TangerineWhistle", "EIP158", "SpuriousDragon", "EIP158ToByzantiumAt5", "Byzantium",
    "ByzantiumToConstantinopleAt5", "Constantinople", "ByzantiumToConstantinopleFixAt5", "ConstantinopleFix",
    "Petersburg", "ConstantinopleFixToIstanbulAt5", "Istanbul", "MuirGlacier", "Berlin", "BerlinToLondonAt5",
    "London", "ArrowGlacier", "GrayGlacier", "ArrowGlacierToParisAtDiffC0000", "Merge", "Paris",
    "ParisToShanghaiAtTime15k", "Shanghai", "ShanghaiToCancunAtTime15k", "Cancun", "CancunToPragueAtTime15k",
    "Prague", "PragueToOsakaAtTime15k", "Osaka", "OsakaToBPO1AtTime15k", "BPO1", "BPO1ToBPO2AtTime15k",
    "BPO2",
    "BPO2ToBPO3AtTime15k", "BPO3", "BPO3ToBPO4AtTime15k", "BPO4", "BPO2ToAmsterdamAtTime15k", "Amsterdam",
  ]
}

extension BlobSchedule {
  /// Reads `{target, max, baseFeeUpdateFraction}`.
  public init(transition value: JSONValue) throws(FormatError) {
    self.init(
      target: try value.member("target").flexibleUInt64(), maximum: try value.member("max").flexibleUInt64(),
      updateFraction: try value.member("baseFeeUpdateFraction").flexibleUInt64())
  }
}
