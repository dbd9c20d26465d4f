public import EVMBytecode

/// How SSTORE is priced.
public enum StoragePricing: Sendable {
  /// Frontier to Byzantium, and Petersburg: 20,000 to set, 5,000 to change, 15,000 back for clearing.
  case flat
  /// Constantinople: net metering of EIP-1283.
  case eip1283
  /// Istanbul and Muir Glacier: net metering of EIP-2200.
  case eip2200
  /// Berlin: EIP-2200 with warm and cold slots (EIP-2929).
  case eip2929
  /// London on: the same with the refunds of EIP-3529.
  case eip3529
  /// Amsterdam: the same, but a new slot costs what a change does, and state gas beside it (EIP-8037).
  case eip8037
}

/// What a fork changes in execution, as one value: features by EIP, and prices in gas.
public struct ForkRules: Sendable {
  /// The fork.
  public let fork: Fork
  /// Contract creation fails for lack of deposit gas, and a creating transaction costs 32,000 more (EIP-2).
  public let hasHomesteadCreation: Bool
  /// Calls keep a 64th of the gas, and cap the rest instead of failing (EIP-150).
  public let keepsOneSixtyFourth: Bool
  /// Empty accounts are removed, and new contracts start with nonce 1 (EIP-161).
  public let removesEmptyAccounts: Bool
  /// Gas for each byte of EXP's exponent (EIP-160).
  public let expByteGas: Int64
  /// The largest code a contract may have, in bytes (EIPs 170 and 7954).
  public let maximumCodeSize: Int
  /// The largest init code, in bytes (EIPs 3860 and 7954).
  public let maximumInitCodeSize: Int
  /// Gas for each 32-byte word of init code (EIP-3860).
  public let initCodeWordGas: Int64
  /// Receipts carry a status instead of a state root (EIP-658).
  public let hasReceiptStatus: Bool
  /// Accounts and slots are warm or cold (EIP-2929).
  public let hasWarmth: Bool
  /// On top of the warm price, for a cold account.
  public let coldAccountSurcharge: Int64
  /// On top of the warm price, for a cold slot.
  public let coldSlotSurcharge: Int64
  /// How SSTORE is priced.
  public let storagePricing: StoragePricing
  /// Back for a SELFDESTRUCT, before EIP-3529.
  public let selfDestructRefund: Int64
  /// SELFDESTRUCT of a contract older than the transaction only moves its balance (EIP-6780).
  public let selfDestructKeepsOldContracts: Bool
  /// SELFDESTRUCT pays for a new beneficiary (EIP-150).
  public let selfDestructPaysNewAccount: Bool
  /// At most this fraction of the gas used is refunded: 2, or 5 from London on (EIP-3529).
  public let refundQuotient: Int64
  /// A base fee is burnt (EIP-1559).
  public let hasBaseFee: Bool
  /// New code may not start with 0xEF (EIP-3541).
  public let rejectsEFCode: Bool
  /// The coinbase starts warm (EIP-3651).
  public let warmsCoinbase: Bool
  /// Gas that a creating transaction costs more from Homestead on (EIPs 2 and 8037).
  public let creationGas: UInt64
  /// Gas for an authorization of EIP-7702, beside its state gas (EIP-8037).
  public let authorizationGas: UInt64
  /// Gas for a non-zero byte of transaction data (EIP-2028).
  public let dataByteGas: UInt64
  /// The least gas for each token of transaction data, 0 without a floor (EIPs 7623 and 7976).
  public let dataFloorTokenGas: UInt64
  /// The floor counts four tokens for every byte, zero or not (EIP-7976), and the bytes of access lists, which are
  /// always charged at its price (EIP-7981).
  public let hasUniformDataFloor: Bool
  /// Growing the state costs gas of its own (EIP-8037), and a block's gas counts no refunds (EIP-7778).
  public let hasStateGas: Bool
  /// Transfers and burns of ether leave logs (EIP-7708).
  public let hasTransferLogs: Bool
  /// Headers commit to a block access list (EIP-7928).
  public let hasBlockAccessList: Bool
  /// Accounts can delegate to code (EIP-7702).
  public let hasDelegation: Bool
  /// Blob transactions exist (EIP-4844).
  public let hasBlobs: Bool
  /// The most gas one transaction may ask for (EIP-7825).
  public let transactionGasCap: UInt64
  /// Difficulty reads as the beacon chain's randomness, and there is no block reward (EIP-3675, EIP-4399).
  public let isProofOfStake: Bool
  /// The instructions. Looked up: machines on several threads copy rules all the time, and would all count references
  /// to one table.
  public var opcodes: OpcodeTable { .of(fork) }

  /// The rules of a fork; cheap enough to make for each block.
  public init(_ fork: Fork) {
    self.fork = fork
    hasHomesteadCreation = fork >= .homestead
    keepsOneSixtyFourth = fork >= .tangerineWhistle
    selfDestructPaysNewAccount = fork >= .tangerineWhistle
    removesEmptyAccounts = fork >= .spuriousDragon
    expByteGas = fork >= .spuriousDragon ? 50 : 10
    maximumCodeSize = fork >= .amsterdam ? 32_768 : fork >= .spuriousDragon ? 24_576 : .max
    maximumInitCodeSize = fork >= .amsterdam ? 65_536 : fork >= .shanghai ? 49_152 : .max
    initCodeWordGas = fork >= .shanghai ? 2 : 0
    hasReceiptStatus = fork >= .byzantium
    hasWarmth = fork >= .berlin
    coldAccountSurcharge = fork >= .berlin ? 2500 : 0
    coldSlotSurcharge = fork >= .berlin ? 2000 : 0
    storagePricing =
      switch fork {
      case .amsterdam...: .eip8037
      case .london...: .eip3529
      case .berlin...: .eip2929
      case .istanbul...: .eip2200
      case .constantinople: .eip1283
      default: .flat
      }
    selfDestructRefund = fork >= .london ? 0 : 24_000
    selfDestructKeepsOldContracts = fork >= .cancun
    refundQuotient = fork >= .london ? 5 : 2
    hasBaseFee = fork >= .london
    rejectsEFCode = fork >= .london
    warmsCoinbase = fork >= .shanghai
    creationGas = fork >= .amsterdam ? 9000 : fork >= .homestead ? 32_000 : 0
    authorizationGas = fork >= .amsterdam ? 7500 : 25_000
    dataByteGas = fork >= .istanbul ? 16 : 68
    dataFloorTokenGas = fork >= .amsterdam ? 16 : fork >= .prague ? 10 : 0
    hasUniformDataFloor = fork >= .amsterdam
    hasStateGas = fork >= .amsterdam
    hasTransferLogs = fork >= .amsterdam
    hasBlockAccessList = fork >= .amsterdam
    hasDelegation = fork >= .prague
    hasBlobs = fork >= .cancun
    transactionGasCap = fork >= .osaka ? 1 << 24 : .max
    isProofOfStake = fork >= .paris
  }
}
