import EVMBytecode
import EVMState
import EthereumTypes
import Testing

@testable import EVM

@Suite("Transactions: Amsterdam")
struct AmsterdamTransactionTests {
  static let sender = Address(0x5E)
  static let contract = Address(0xC0DE)
  static let other = Address(0x07E5)

  var block: BlockEnvironment {
    BlockEnvironment(
      fork: .amsterdam, number: 1, timestamp: 1, coinbase: Address(0xC01B), gasLimit: 120_000_000,
      prevRandao: .zero, baseFee: 7)
  }

  func execute(
    _ transaction: Transaction, code: Bytes = [], storage: [UInt256: UInt256] = [:], balance: UInt256 = 1000
  ) throws -> TransactionResult {
    let state = MemoryState()
    state.set(Self.sender, nonce: 0, balance: UInt256(1 << 60 as UInt64), code: [], storage: [:])
    state.set(Self.contract, nonce: 1, balance: balance, code: code, storage: storage)
    var machine = Machine(block: block, reader: state)
    return try machine.execute(transaction, sender: Self.sender, on: state)
  }

  func transaction(
    to: Address? = Self.contract, value: UInt256 = .zero, data: Bytes = [], gas: UInt64 = 1_000_000
  ) -> Transaction {
    Transaction(
      kind: .dynamicFee, chainID: 1, maxFeePerGas: 7, maxPriorityFeePerGas: 0, gasLimit: gas, to: to,
      value: value, data: data)
  }

  // MARK: Gas

  @Test("every byte of data counts 64 gas towards the floor, zero or not (EIP-7976)")
  func dataFloor() throws {
    for byte in [0, 1] as [UInt8] {
      let result = try execute(transaction(data: Bytes(repeating: byte, count: 1000)))
      #expect(result.gasUsed == 21_000 + 64_000)
      #expect(result.blockGas == BlockGas(regular: 85_000, state: 0))
    }
    #expect(throws: ExecutionError.rejected(.gasLimitBelowFloor(floor: 85_000, limit: 84_999))) {
      try execute(transaction(data: Bytes(repeating: 0, count: 1000), gas: 84_999))
    }
  }

  @Test("an access list pays for its bytes, too (EIP-7981)")
  func accessListBytes() throws {
    var listed = transaction()
    listed.accessList = [
      AccessListEntry(address: Self.other, slots: [0, 1, 1]), AccessListEntry(address: Self.other, slots: []),
    ]
    let bytes: UInt64 = 2 * 20 + 3 * 32
    #expect(try execute(listed).gasUsed == 21_000 + 2 * 2400 + 3 * 1900 + 64 * bytes)
  }

  @Test("a refund lowers what is paid, not what the block counts (EIP-7778)")
  func refunds() throws {
    let clears: Bytes = [0x60, 0x00, 0x60, 0x00, 0x55]  // sstore(0, 0)
    let result = try execute(transaction(), code: clears, storage: [0: 1])
    let spent: UInt64 = 21_000 + 6 + 2100 + 2900
    #expect(result.blockGas == BlockGas(regular: spent, state: 0))
    #expect(result.gasUsed == spent - 4800)
  }

  @Test("work and new state are counted apart (EIP-8037)")
  func dimensions() throws {
    let fills: Bytes = [0x60, 0x01, 0x60, 0x00, 0x55]  // sstore(0, 1)
    let regular: UInt64 = 21_000 + 6 + 2100 + 2900
    // From the transaction's own gas, and from what it has beyond the cap of EIP-7825.
    for gas in [1_000_000, 1 << 24 + 1_000_000] as [UInt64] {
      let result = try execute(transaction(gas: gas), code: fills)
      #expect(result.succeeded)
      #expect(result.blockGas == BlockGas(regular: regular, state: 32 * 1174))
      #expect(result.gasUsed == regular + 32 * 1174)
    }
    // Nothing grew where the transaction failed.
    let failed = try execute(transaction(), code: fills + [0x60, 0x00, 0x60, 0x00, 0xFD])
    #expect(!failed.succeeded && failed.blockGas == BlockGas(regular: regular + 6, state: 0))
    #expect(failed.gasUsed == regular + 6)
  }

  @Test("a block admits by work and by new state, each up to the whole limit (EIP-8037)")
  func admission() throws {
    let small = transaction(gas: 100_000)
    try block.admit(small, after: BlockGas(regular: 119_900_000, state: 119_900_000 + 21_000))
    #expect(throws: TransactionRejection.gasLimitAboveBlock(available: 99_999, limit: 100_000)) {
      try block.admit(small, after: BlockGas(regular: 119_900_001, state: 0))
    }
    #expect(throws: TransactionRejection.gasLimitAboveBlock(available: 78_999, limit: 79_000)) {
      try block.admit(small, after: BlockGas(regular: 0, state: 119_921_001))
    }
    // Only as much work as the cap allows counts.
    try block.admit(transaction(gas: 60_000_000), after: BlockGas(regular: 120_000_000 - 1 << 24, state: 0))
  }

  @Test("code of 32,768 bytes may be deployed, and init code of 65,536 run (EIP-7954)")
  func codeSizes() throws {
    for (count, isAllowed) in [(32_768, true), (32_769, false)] {
      // return(0, count)
      let code: Bytes = [
        0x62, UInt8(count >> 16), UInt8(count >> 8 & 255), UInt8(count & 255), 0x60, 0, 0xF3,
      ]
      let result = try execute(transaction(to: nil, data: code, gas: 60_000_000))
      #expect(result.succeeded == isAllowed)
      #expect(result.blockGas.state == (isAllowed ? 1174 * (112 + 32_768) : 1174 * 112))
    }
    let largest = transaction(to: nil, data: Bytes(repeating: 0, count: 65_536), gas: 60_000_000)
    #expect(try execute(largest).succeeded)
    var larger = largest
    larger.data.append(0)
    #expect(throws: ExecutionError.rejected(.initCodeTooLarge(limit: 65_536, count: 65_537))) {
      try execute(larger)
    }
  }

  // MARK: Logs of transfers (EIP-7708)

  private func log(_ from: Address, _ to: Address, _ amount: UInt256) -> Log {
    // The hash is printed in EIP-20's event of the same form.
    let topic = Hash32(hex: "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef") ?? .zero
    return Log(
      address: Address(hi: .max, mid: .max, lo: .max - 1),
      topics: [topic, Hash32(word: from.word), Hash32(word: to.word)], data: amount.bigEndianBytes)
  }

  private func call(_ target: Address, value: UInt8) -> Bytes {
    let zeros: Bytes = [0x60, 0, 0x60, 0, 0x60, 0, 0x60, 0]
    return zeros + [0x60, value, 0x73] + target.bytes + [0x5A, 0xF1, 0x50]
  }

  @Test("ether that moves leaves a log, at its place among the others")
  func transferLogs() throws {
    let body = call(Self.other, value: 3) + [0x60, 0, 0x60, 0, 0xA0] + call(Self.contract, value: 5)
    // Called with 5 wei, by itself, it only stops.
    let code = [0x34, 0x60, 0x05, 0x14, 0x60, UInt8(8 + body.count), 0x57] + body + [0x00, 0x5B, 0x00]
    let result = try execute(transaction(value: 9), code: code)
    #expect(
      result.logs == [
        log(Self.sender, Self.contract, 9), log(Self.contract, Self.other, 3),
        Log(address: Self.contract, topics: [], data: []),
      ], "none for what stays where it is")
    #expect(try execute(transaction(), code: call(Self.other, value: 0)).logs.isEmpty)
    let reverted = try execute(transaction(value: 9), code: body.prefix(34) + [0x60, 0, 0x60, 0, 0xFD])
    #expect(!reverted.succeeded && reverted.logs.isEmpty)
    #expect(
      try execute(transaction(value: 1), code: call(Self.other, value: 200), balance: 0).logs.count == 1)
  }

  @Test("SELFDESTRUCT logs what it sends; an older contract that keeps its ether logs nothing")
  func selfDestructLogs() throws {
    let away = try execute(transaction(), code: [0x73] + Self.other.bytes + [0xFF])
    #expect(away.logs == [log(Self.contract, Self.other, 1000)])
    #expect(try execute(transaction(), code: [0x30, 0xFF]).logs.isEmpty)
    // Init code that destroys what it makes, with all that was sent.
    let burnt = try execute(transaction(to: nil, value: 77, data: [0x30, 0xFF]))
    let created = Self.sender.createAddress(nonce: 0)
    let topic = keccak256(Bytes("Burn(address,uint256)".utf8))
    #expect(
      burnt.logs == [
        log(Self.sender, created, 77),
        Log(
          address: Address(hi: .max, mid: .max, lo: .max - 1), topics: [topic, Hash32(word: created.word)],
          data: UInt256(77).bigEndianBytes),
      ])
  }
}
