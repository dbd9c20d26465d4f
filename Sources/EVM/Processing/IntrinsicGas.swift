import EthereumTypes

/// What a transaction is charged before its first instruction (Yellow Paper, section 6.2; EIPs 2028, 2930, 3860,
/// 7702, 7981, 8037), and the least it pays in the end (EIPs 7623 and 7976). In gas.
struct IntrinsicGas: Equatable {
  /// For work and data.
  let regular: UInt64
  /// For state that it may create (EIP-8037).
  let state: UInt64
  let floor: UInt64

  /// None.
  init() { (regular, state, floor) = (0, 0, 0) }

  /// - Parameter stateGasPerByte: what a byte of new state costs; counts under EIP-8037 only.
  init(_ transaction: borrowing Transaction, _ rules: ForkRules, stateGasPerByte: Int64) {
    let data = transaction.data
    var zeros: UInt64 = 0
    for byte in data where byte == 0 { zeros += 1 }
    let nonZeros = UInt64(data.count) - zeros
    let authorizations = UInt64(transaction.authorizationList.count)
    var gas: UInt64 = 21_000 + 4 * zeros + rules.dataByteGas * nonZeros
    if transaction.to == nil {
      gas += rules.creationGas + UInt64(rules.initCodeWordGas) * ((UInt64(data.count) + 31) / 32)
    }
    for entry in transaction.accessList { gas += 2400 + 1900 * UInt64(entry.slots.count) }
    gas += rules.authorizationGas * authorizations
    var floorTokens = zeros + 4 * nonZeros
    if rules.hasUniformDataFloor {
      let listTokens = 4 * transaction.accessListByteCount
      floorTokens = 4 * UInt64(data.count) + listTokens
      gas += rules.dataFloorTokenGas * listTokens
    }
    regular = gas
    floor = rules.dataFloorTokenGas == 0 ? 0 : 21_000 + rules.dataFloorTokenGas * floorTokens

    guard rules.hasStateGas else {
      state = 0
      return
    }
    // Every authority is taken for a new account; those that exist are paid back.
    var bytes = UInt64(StateGas.accountBytes + StateGas.delegationBytes) * authorizations
    if transaction.to == nil { bytes += UInt64(StateGas.accountBytes) }
    let (price, overflow) = bytes.multipliedReportingOverflow(by: UInt64(stateGasPerByte))
    // More than any gas limit, and still room for the rest.
    state = overflow ? .max / 2 : min(price, .max / 2)
  }

  /// What is charged.
  var charged: UInt64 { regular + state }
  /// The gas limit must be at least this.
  var required: UInt64 { max(charged, floor) }
}

extension Transaction {
  /// Bytes of the addresses and slots of the access list.
  fileprivate var accessListByteCount: UInt64 {
    accessList.reduce(0) { $0 + 20 + 32 * UInt64($1.slots.count) }
  }
}
