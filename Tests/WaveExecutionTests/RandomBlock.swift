import EVM
import EVMBytecode
import EVMState
import EthereumTypes

/// Blocks of random transactions on a few accounts and contracts, made to conflict in every way there is.
struct RandomBlock {
  var state = MemoryState()
  var block: Block
  var senders: [Address] = []

  static let coinbase = Address(0xC0FFEE)

  let fork: Fork
  var processor: BlockProcessor { BlockProcessor(block: block, senders: senders, fork: fork) }

  /// Adds calldata word 1 to slot number calldata word 0 and reads slot number calldata word 2.
  static let counter: Bytes = [
    0x60, 0x40, 0x35, 0x54, 0x50,  // pop(sload(calldataload(64)))
    0x60, 0x00, 0x35, 0x80, 0x54, 0x60, 0x20, 0x35, 0x01, 0x90, 0x55, 0x00,  // sstore(k, sload(k) + d)
  ]
  /// Writes the balance of the address in calldata word 0 to slot 0, and sends 1 wei there.
  static let balanceReader: Bytes = [
    0x60, 0x00, 0x35, 0x31, 0x60, 0x00, 0x55,  // sstore(0, balance(calldataload(0)))
    0x60, 0x00, 0x60, 0x00, 0x60, 0x00, 0x60, 0x00, 0x60, 0x01, 0x60, 0x00, 0x35, 0x5A, 0xF1, 0x50, 0x00,
  ]
  /// Reverts when slot 0 is odd; otherwise adds 1 to it. What runs depends on who ran before.
  static let toggler: Bytes = [
    0x60, 0x00, 0x54, 0x60, 0x01, 0x16, 0x60, 0x11, 0x57,  // if sload(0) & 1 goto 17
    0x60, 0x01, 0x60, 0x00, 0x55, 0x00, 0x00, 0x00,  // sstore(0, 1); stop
    0x5B, 0x60, 0x02, 0x60, 0x00, 0x55, 0x60, 0x00, 0x60, 0x00, 0xFD,  // 17: sstore(0, 2); revert(0, 0)
  ]

  /// - Parameters:
  ///   - seed: decides everything.
  ///   - count: the number of transactions.
  ///   - accounts: the number of senders; few of them make long chains.
  ///   - fork: the rules.
  init(seed: UInt64, count: Int, accounts: Int, fork: Fork = .prague) {
    self.fork = fork
    var random = SplitMix64(seed: seed)
    var header = BlockHeader()
    header.number = 100
    // From Amsterdam on the limit decides what new state costs.
    header.gasLimit = fork < .amsterdam ? 1 << 40 : 60_000_000
    header.coinbase = Self.coinbase
    header.baseFeePerGas = 7
    header.excessBlobGas = 0
    block = Block(header: header, withdrawals: [])
    let people = (0..<accounts).map { Address(0x1_0000 + UInt64($0)) }
    for person in people {
      // Some can pay for everything, some just about not.
      let wei = random.next(4) == 0 ? 40_000_000 : 1_000_000_000_000
      state.set(person, nonce: 0, balance: UInt256(UInt64(wei)), code: [], storage: [:])
    }
    let contracts = [Self.counter, Self.balanceReader, Self.toggler].enumerated().map { index, code in
      let address = Address(0x2_0000 + UInt64(index))
      state.set(address, nonce: 1, balance: 100, code: code, storage: [0: UInt256(random.next(3)), 1: 5])
      return address
    }
    for contract in [SystemContracts.withdrawalRequests, SystemContracts.consolidationRequests] {
      state.set(contract, nonce: 1, balance: 0, code: [0x00], storage: [:])
    }
    var nonces = [UInt64](repeating: 0, count: accounts)
    var spent = [UInt64](repeating: 0, count: accounts)
    for _ in 0..<count {
      let who = Int(random.next(UInt64(accounts)))
      let isTransfer = random.next(2) == 0
      let target = isTransfer ? people[Int(random.next(UInt64(accounts)))] : contracts[Int(random.next(3))]
      let value = random.next(1000)
      var data = UInt256(random.next(4)).bigEndianBytes + UInt256(random.next(9)).bigEndianBytes
      data += UInt256(random.next(4)).bigEndianBytes
      if target == contracts[1] {
        let watched = random.next(3) == 0 ? Self.coinbase : people[Int(random.next(UInt64(accounts)))]
        data = watched.word.bigEndianBytes
      }
      let transaction = Transaction(
        kind: .dynamicFee, chainID: 1, nonce: nonces[who], maxFeePerGas: 20,
        maxPriorityFeePerGas: UInt256(random.next(5)),
        gasLimit: 100_000, to: target, value: UInt256(value), data: isTransfer ? [] : data)
      // A poor sender stops before it could become unable to pay: invalid blocks are another test.
      spent[who] += 100_000 * 20 + value
      if (try? state.account(people[who]))??.balance == 40_000_000, spent[who] > 40_000_000 { continue }
      nonces[who] += 1
      block.transactions.append(transaction)
      senders.append(people[who])
    }
  }
}

extension SplitMix64 {
  mutating func next(_ bound: UInt64) -> UInt64 { next() % bound }
}
