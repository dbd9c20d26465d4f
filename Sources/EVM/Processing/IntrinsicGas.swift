import EthereumTypes

/// What a transaction is charged before its first instruction (Yellow Paper, section 6.2; EIPs 2028, 2930, 3860,
/// 7702), and the least it pays in the end (EIP-7623). In gas.
struct IntrinsicGas: Equatable {
  let charged: UInt64
  let floor: UInt64

  init(_ transaction: Transaction, _ rules: ForkRules) {
    let data = transaction.data
    var zeros: UInt64 = 0
    for byte in data where byte == 0 { zeros += 1 }
    let nonZeros = UInt64(data.count) - zeros
    var gas: UInt64 = 21_000 + 4 * zeros + rules.dataByteGas * nonZeros
    if transaction.to == nil {
      if rules.hasHomesteadCreation { gas += 32_000 }
      gas += UInt64(rules.initCodeWordGas) * ((UInt64(data.count) + 31) / 32)
    }
    for entry in transaction.accessList { gas += 2400 + 1900 * UInt64(entry.slots.count) }
    gas += 25_000 * UInt64(transaction.authorizationList.count)
    charged = gas
    floor = rules.dataFloorTokenGas == 0 ? 0 : 21_000 + rules.dataFloorTokenGas * (zeros + 4 * nonZeros)
  }

  /// The gas limit must be at least this.
  var required: UInt64 { max(charged, floor) }
}
