public import EthereumTypes

/// A header with its body.
public struct Block: Hashable, Sendable {
  /// The header.
  public var header: BlockHeader
  /// The transactions in execution order.
  public var transactions: [Transaction]
  /// Headers of stale siblings of ancestors; none from Paris on.
  public var uncles: [BlockHeader]
  /// Credits from the beacon chain; nil before Shanghai (EIP-4895).
  public var withdrawals: [Withdrawal]?

  /// Makes a block.
  public init(
    header: BlockHeader, transactions: [Transaction] = [], uncles: [BlockHeader] = [],
    withdrawals: [Withdrawal]? = nil
  ) {
    self.header = header
    self.transactions = transactions
    self.uncles = uncles
    self.withdrawals = withdrawals
  }

  /// The block's hash, which is its header's.
  public var hash: Hash32 { header.hash }

  /// The block as an RLP list.
  public var rlp: RLP {
    var items: [RLP] = [
      header.rlp, .list(transactions.map(\.blockItem)), .list(uncles.map(\.rlp)),
    ]
    if let withdrawals { items.append(.list(withdrawals.map(\.rlp))) }
    return .list(items)
  }

  /// Decodes a block from its RLP.
  public init(decoding bytes: Bytes) throws(ChainDecodingError) {
    var reader = try FieldReader(RLP(bytes, of: "block"), of: "block")
    try reader.expectCount(3...4)
    do {
      header = try BlockHeader(try reader.value("header"))
    } catch { throw error.at("block.header") }
    transactions = []
    for item in try reader.list("transactions") {
      do {
        transactions.append(try Transaction(blockItem: item))
      } catch { throw error.at("block.transactions[\(transactions.count)]") }
    }
    uncles = []
    for item in try reader.list("uncles") {
      do {
        uncles.append(try BlockHeader(item))
      } catch { throw error.at("block.uncles[\(uncles.count)]") }
    }
    guard !reader.isAtEnd else { return }
    var list: [Withdrawal] = []
    for item in try reader.list("withdrawals") {
      do {
        list.append(try Withdrawal(item))
      } catch { throw error.at("block.withdrawals[\(list.count)]") }
    }
    withdrawals = list
  }
}

/// A credit from the beacon chain (EIP-4895).
public struct Withdrawal: Hashable, Sendable {
  /// The running number of the withdrawal.
  public var index: UInt64
  /// The validator it comes from.
  public var validatorIndex: UInt64
  /// Who is credited.
  public var address: Address
  /// The amount in Gwei (10⁹ wei).
  public var amount: UInt64

  /// Makes a withdrawal.
  public init(index: UInt64, validatorIndex: UInt64, address: Address, amount: UInt64) {
    self.index = index
    self.validatorIndex = validatorIndex
    self.address = address
    self.amount = amount
  }

  /// The withdrawal as an RLP list; encoded, it is the value in the withdrawals trie.
  public var rlp: RLP {
    .list([.quantity(index), .quantity(validatorIndex), .address(address), .quantity(amount)])
  }

  /// Decodes a withdrawal from an RLP list.
  public init(_ value: RLP) throws(ChainDecodingError) {
    var reader = try FieldReader(value, of: "withdrawal")
    try reader.expectCount(4...4)
    index = try reader.uint64("index")
    validatorIndex = try reader.uint64("validatorIndex")
    address = try reader.address("address")
    amount = try reader.uint64("amount")
  }
}
