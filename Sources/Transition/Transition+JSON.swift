import EVM
import EVMBytecode
import EVMState
import EthereumTypes

extension Transition {
  /// The `alloc` object: the state behind the block, in the order of addresses.
  public func alloc() throws(TransitionError) -> OutputJSON {
    do throws(StateReadError) { return try state.alloc() } catch { throw TransitionError(.evm, "\(error)") }
  }

  /// The block's body: the RLP list of its transactions, as a hexadecimal string.
  public var body: OutputJSON { .hex(RLP.list(included.map(\.transaction.blockItem)).encoded) }

  /// How often each instruction was begun, by name.
  public var opcodeCount: OutputJSON {
    let table = OpcodeTable.of(rules.phase.fork)
    let counts = opcodeCounts.enumerated().filter { $0.element > 0 }
    return .object(counts.map { (table.name(of: UInt8($0.offset)), .number(Int(clamping: $0.element))) })
  }

  /// The `result` object: everything that the header of the block commits to.
  public func result() -> OutputJSON {
    let logs = included.flatMap(\.result.logs)
    var members: [OutputJSON.Member] = [
      ("stateRoot", .text(state.stateRoot() ?? .zero)),
      ("txRoot", .text(MerklePatriciaTrie.orderedRoot(of: included.map(\.transaction.encoded)))),
      ("receiptsRoot", .text(MerklePatriciaTrie.orderedRoot(of: included.map(\.receipt.encoded)))),
      ("logsHash", .text(keccak256(RLP.list(logs.map(\.rlp)).encoded))),
      ("logsBloom", .text(Bloom(of: logs))),
      ("receipts", .array(receipts())),
    ]
    if !rejected.isEmpty {
      members.append(
        (
          "rejected",
          .array(rejected.map { .object([("index", .number($0.index)), ("error", .string($0.reason))]) })
        ))
    }
    members.append(
      ("currentDifficulty", rules.phase.fork >= .paris ? .null : .quantity(header.difficulty)))
    members.append(("gasUsed", .quantity(gasUsed)))
    // A base fee that was given too early is repeated, though nothing looks at it.
    if let baseFee = header.baseFeePerGas ?? environment.baseFee {
      members.append(("currentBaseFee", .quantity(baseFee)))
    }
    if let withdrawals = environment.withdrawals {
      members.append(
        ("withdrawalsRoot", .text(MerklePatriciaTrie.orderedRoot(of: withdrawals.map(\.rlp.encoded)))))
    }
    if let excess = header.excessBlobGas {
      members.append(("currentExcessBlobGas", .quantity(excess)))
      members.append(("blobGasUsed", .quantity(blobGasUsed)))
    }
    if let requests { members.append(("requestsHash", .text(SystemContracts.requestsHash(requests)))) }
    members.append(("requests", requests.map { .array($0.map(OutputJSON.hex)) } ?? .null))
    if rules.phase.fork >= .amsterdam {
      let list = outcome.accessList
      members.append(("blockAccessList", .hex(list.encoded())))
      members.append(("blockAccessListHash", .text(list.hash)))
    }
    if let blockException { members.append(("blockException", .string(blockException))) }
    return .object(members)
  }

  /// The hash that stands for the block's where it is not known yet.
  private var blockHash: OutputJSON { .string("0x1337" + String(repeating: "0", count: 60)) }

  private func receipts() -> [OutputJSON] {
    var logIndex: UInt64 = 0
    return included.enumerated().map { index, entry in
      receipt(entry, index: UInt64(index), firstLog: &logIndex)
    }
  }

  private func receipt(_ entry: Included, index: UInt64, firstLog logIndex: inout UInt64) -> OutputJSON {
    let transaction = entry.transaction
    var members: [OutputJSON.Member] = []
    if transaction.kind != .legacy {
      members.append(("type", .quantity(UInt64(transaction.kind.rawValue))))
    }
    let created =
      transaction.to == nil ? entry.sender.createAddress(nonce: transaction.nonce) : Address.zero
    members += [
      ("root", entry.receipt.stateRoot.map(OutputJSON.text) ?? .string("0x")),
      ("status", .quantity(UInt64(entry.result.succeeded ? 1 : 0))),
      ("cumulativeGasUsed", .quantity(entry.receipt.cumulativeGasUsed)),
      ("logsBloom", .text(entry.receipt.logsBloom)),
      ("logs", .array(entry.receipt.logs.map { log($0, of: entry, index: index, &logIndex) })),
      ("transactionHash", .text(entry.hash)),
      ("contractAddress", .text(created)),
      ("gasUsed", .quantity(entry.result.gasUsed)),
      ("effectiveGasPrice", .null),
    ]
    if transaction.kind == .blob, let blobs = rules.phase.blobs {
      let count = UInt64(transaction.blobVersionedHashes.count)
      members.append(("blobGasUsed", .quantity(count * BlobSchedule.gasPerBlob)))
      members.append(
        ("blobGasPrice", .quantity(blobs.baseFee(excessBlobGas: header.excessBlobGas ?? 0))))
    }
    members += [
      ("blockHash", blockHash), ("blockNumber", .quantity(header.number)),
      ("transactionIndex", .quantity(index)),
    ]
    return .object(members)
  }

  private func log(_ log: Log, of entry: Included, index: UInt64, _ logIndex: inout UInt64) -> OutputJSON {
    defer { logIndex += 1 }
    return .object([
      ("address", .text(log.address)),
      ("topics", .array(log.topics.map(OutputJSON.text))),
      ("data", .hex(log.data)),
      ("blockNumber", .quantity(header.number)),
      ("transactionHash", .text(entry.hash)),
      ("transactionIndex", .quantity(index)),
      ("blockHash", blockHash),
      ("blockTimestamp", .quantity(header.timestamp)),
      ("logIndex", .quantity(logIndex)),
      ("removed", .bool(false)),
    ])
  }
}

extension Receipt {
  /// The state root that a receipt carries before Byzantium.
  fileprivate var stateRoot: Hash32? {
    if case .stateRoot(let root) = outcome { return root }
    return nil
  }
}
