public import EthereumTypes

extension Transaction {
  /// The consensus encoding: RLP for a legacy transaction, the type byte and RLP otherwise (EIP-2718).
  public var encoded: Bytes { envelope(fields(signed: true)) }

  /// The transaction's hash: Keccak-256 of its consensus encoding.
  public var hash: Hash32 { keccak256(encoded) }

  /// What the sender signed (EIP-155 for legacy transactions with a chain).
  public var signingHash: Hash32 { keccak256(envelope(fields(signed: false))) }

  /// The item that stands for the transaction in a block body: a list for a legacy transaction, a byte string
  /// otherwise.
  public var blockItem: RLP { kind == .legacy ? .list(fields(signed: true)) : .bytes(encoded) }

  private func envelope(_ fields: [RLP]) -> Bytes {
    let payload = RLP.list(fields).encoded
    return kind == .legacy ? payload : [kind.rawValue] + payload
  }

  /// The list's items, in the order of the type's EIP.
  private func fields(signed: Bool) -> [RLP] {
    let recipient = RLP.bytes(to?.bytes ?? [])
    let chain = RLP.quantity(chainID ?? 0)
    let payload: [RLP] = [.quantity(gasLimit), recipient, .quantity(value), .bytes(data)]
    let caps: [RLP] = [.quantity(maxPriorityFeePerGas), .quantity(maxFeePerGas)]
    var fields: [RLP]
    switch kind {
    case .legacy:
      fields = [.quantity(nonce), .quantity(gasPrice)] + payload
      if !signed, chainID != nil { fields += [chain, .quantity(UInt64(0)), .quantity(UInt64(0))] }
    case .accessList:
      fields = [chain, .quantity(nonce), .quantity(gasPrice)] + payload + [accessListItem]
    case .dynamicFee:
      fields = [chain, .quantity(nonce)] + caps + payload + [accessListItem]
    case .blob:
      fields = [chain, .quantity(nonce)] + caps + payload + [accessListItem]
      fields += [.quantity(maxFeePerBlobGas), .list(blobVersionedHashes.map(RLP.hash))]
    case .setCode:
      fields = [chain, .quantity(nonce)] + caps + payload + [accessListItem]
      fields.append(.list(authorizationList.map(\.item)))
    }
    if signed { fields += [.quantity(signature.v), .quantity(signature.r), .quantity(signature.s)] }
    return fields
  }

  private var accessListItem: RLP {
    .list(
      accessList.map { entry in
        .list([.address(entry.address), .list(entry.slots.map { .bytes($0.bigEndianBytes) })])
      })
  }
}

extension Authorization {
  fileprivate var item: RLP {
    .list([
      .quantity(chainID), .address(address), .quantity(nonce), .quantity(yParity), .quantity(r), .quantity(s),
    ])
  }

  /// What the authority signed: Keccak-256 of 0x05 and the RLP of chain, address and nonce (EIP-7702).
  public var signingHash: Hash32 {
    keccak256([0x05] + RLP.list([.quantity(chainID), .address(address), .quantity(nonce)]).encoded)
  }
}
