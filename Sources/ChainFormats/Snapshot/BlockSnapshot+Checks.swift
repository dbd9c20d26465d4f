import EVM
import EVMBytecode
import EVMState
import EthereumTypes

extension BlockSnapshot {
  /// Compares the parts of the file that say the same thing twice.
  func checkConsistency(_ root: JSONValue) throws(FormatError) {
    try checkHeader(root)
    try checkAncestors(root)
    try checkBody(root)
    try checkExpected(root.member("expected"))
  }

  private func check<Value: Equatable>(
    _ found: Value, equals expected: Value, at value: JSONValue, _ what: String
  ) throws(FormatError) {
    guard found != expected else { return }
    throw value.contradiction(expected: "\(what) \(expected)", found: "\(found)")
  }

  private func checkHeader(_ root: JSONValue) throws(FormatError) {
    let value = try root.member("header")
    for field in block.header.forkFields where field.isPresent != (fork >= field.since) {
      throw FormatError(
        file: file, field: "header.\(field.name)",
        .contradiction(
          expected: field.isPresent ? "no such field in a \(fork) block" : "this field in a \(fork) block",
          found: field.isPresent ? "one" : "none"))
    }
    try check(
      root.member("number").integer(), equals: block.header.number, at: root.member("number"), "number")
    try check(hash, equals: block.header.hash, at: root.member("hash"), "the header's hash")
    if let hash = try value.optional("hash") {
      try check(hash.hash(), equals: self.hash, at: hash, "the block's hash")
    }
  }

  private func checkAncestors(_ root: JSONValue) throws(FormatError) {
    let header = block.header
    if let parent {
      let value = try root.member("parentHeader")
      try check(parent.hash, equals: header.parentHash, at: value, "a header with the hash")
      guard parent.number < header.number, header.number - parent.number == 1 else {
        throw try value.member("number").contradiction(
          expected: "the number before \(header.number)", found: "\(parent.number)")
      }
    }
    if header.number > 0, let hash = preState.blockHashes[header.number - 1] {
      try check(hash, equals: header.parentHash, at: root.member("blockHashes"), "the parent's hash")
    }
    if let witness, let parent {
      try check(
        witness.preStateRoot, equals: parent.stateRoot, at: root.member("witness").member("preStateRoot"),
        "the parent's state root")
    }
  }

  private func checkBody(_ root: JSONValue) throws(FormatError) {
    let header = block.header
    let transactionsRoot = MerklePatriciaTrie.orderedRoot(of: block.transactions.map(\.encoded))
    try check(
      transactionsRoot, equals: header.transactionsRoot, at: root.member("transactions"),
      "transactions with the root")
    for (index, transaction) in block.transactions.enumerated() where transaction.kind.firstFork > fork {
      throw FormatError(
        file: file, field: "transactions[\(index)]",
        .contradiction(
          expected: "no \(transaction.kind) transaction before \(transaction.kind.firstFork)",
          found: "one in a \(fork) block"))
    }
    if let recordedSenders {
      try check(
        recordedSenders.count, equals: block.transactions.count, at: root.member("senders"),
        "as many as transactions,")
    }
    if let withdrawals = block.withdrawals {
      let found = MerklePatriciaTrie.orderedRoot(of: withdrawals.map(\.rlp.encoded))
      guard found == header.withdrawalsRoot else {
        throw try root.member("withdrawals").contradiction(
          expected: "withdrawals with the root \(header.withdrawalsRoot.map { "\($0)" } ?? "of none")",
          found: "\(found)")
      }
    } else if fork >= .shanghai {
      throw FormatError(
        file: file, field: "withdrawals", .missing(expected: "an array, since the block is of \(fork)"))
    }
    // Old snapshots leave uncles out or have their hashes alone, which tell no more than that there are some.
    if !block.uncles.isEmpty {
      try check(
        keccak256(RLP.list(block.uncles.map(\.rlp)).encoded), equals: header.unclesHash,
        at: root.member("uncles"), "uncles with the hash")
    } else if !uncleHashes.isEmpty, header.unclesHash == .emptyListHash {
      throw try root.member("uncles").contradiction(expected: "no uncles", found: "\(uncleHashes.count)")
    }
  }

  private func checkExpected(_ value: JSONValue) throws(FormatError) {
    let count = block.transactions.count
    let gas = expected.transactionGasUsed
    try check(
      expected.gasUsed, equals: block.header.gasUsed, at: value.member("gasUsed"), "the header's gas used")
    try check(gas.count, equals: count, at: value.member("txGasUsed"), "as many as transactions,")
    try check(
      expected.receipts.count, equals: count, at: value.member("receipts"), "as many as transactions,")
    var cumulative: UInt64 = 0
    for (index, used) in gas.enumerated() {
      let (sum, overflow) = cumulative.addingReportingOverflow(used)
      guard !overflow, sum <= expected.gasUsed else {
        throw FormatError(
          file: file, field: "expected.txGasUsed[\(index)]",
          .contradiction(expected: "a sum of at most \(expected.gasUsed)", found: "more"))
      }
      cumulative = sum
      let receipt: Receipt
      do throws(ChainDecodingError) {
        receipt = try Receipt(decoding: expected.receipts[index])
      } catch {
        throw FormatError(file: file, field: "expected.receipts[\(index)]", .undecodable(error))
      }
      guard receipt.cumulativeGasUsed == cumulative, receipt.kind == block.transactions[index].kind else {
        throw FormatError(
          file: file, field: "expected.receipts[\(index)]",
          .contradiction(
            expected: "a receipt of type \(block.transactions[index].kind) with cumulative gas \(cumulative)",
            found: "type \(receipt.kind) with \(receipt.cumulativeGasUsed)"))
      }
    }
    // From Amsterdam on the header counts gas before refunds, the receipts after them (EIP-7778).
    guard fork < .amsterdam else { return }
    try check(cumulative, equals: expected.gasUsed, at: value.member("txGasUsed"), "a sum of")
  }
}
