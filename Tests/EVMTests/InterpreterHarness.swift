import EVM
import EVMBytecode
import EVMState
import EthereumTypes

/// Bytecode written by hand: numbers are pushed with the shortest PUSH that holds them, opcodes stand for themselves.
struct Assembly: ExpressibleByArrayLiteral {
  enum Item {
    case op(UInt8)
    case push(UInt256)
    case bytes(Bytes)
  }

  var bytes: Bytes = []

  init(arrayLiteral items: Item...) { for item in items { append(item) } }
  init(_ items: [Item]) { for item in items { append(item) } }

  mutating func append(_ item: Item) {
    switch item {
    case .op(let byte): bytes.append(byte)
    case .push(let word):
      let data = word.isZero ? [0] : word.minimalBigEndianBytes
      bytes += [Opcode.push0 + UInt8(data.count)] + data
    case .bytes(let raw): bytes += raw
    }
  }

  /// The code followed by what returns the word on top of the stack: 3 (PUSH) + 6 (MSTORE to fresh memory) + 6 gas.
  var returningTop: Bytes {
    bytes + [0x60, 0, Opcode.mstore, 0x60, 32, 0x60, 0, Opcode.return]
  }
  static let returnGas: UInt64 = 15
}

/// One contract, one message, one look at what it did.
struct InterpreterHarness {
  static let contract = Address(0xC0DE)
  static let caller = Address(0xCA11)
  static let other = Address(0x07_4E5)

  var fork = Fork.osaka
  var gas: UInt64 = 1_000_000
  var input: Bytes = []
  var value: UInt256 = .zero
  var isStatic = false
  /// Codes of further accounts.
  var others: [Address: Bytes] = [:]
  var storage: [UInt256: UInt256] = [:]
  var balance: UInt256 = 1000
  /// What the machine is told to expect.
  var foreseen = Foreseen()

  struct Outcome {
    let status: MessageStatus
    let gasUsed: UInt64
    let result: MessageResult
    /// The output as a word, where it is one.
    var word: UInt256? { result.output.count == 32 ? UInt256(bigEndian: result.output) : nil }
  }

  var state: MemoryState {
    let state = MemoryState()
    for (address, code) in others {
      state.set(address, nonce: 1, balance: .zero, code: code, storage: [:])
    }
    return state
  }

  var block: BlockEnvironment {
    BlockEnvironment(
      fork: fork, number: 1000, timestamp: 1_700_000_000, coinbase: Address(0xC01B), gasLimit: 36_000_000,
      prevRandao: 0x5EED, baseFee: 7, blobBaseFee: 3, chainID: 17)
  }

  func run(_ code: Bytes) throws -> Outcome {
    let state = state
    state.set(Self.contract, nonce: 1, balance: balance, code: code, storage: storage)
    var machine = Machine(block: block, reader: state)
    machine.expect(ForeseenTable([foreseen]), at: 0)
    let message = Message(
      to: Self.contract, from: Self.caller, input: input, value: value, gas: gas, isStatic: isStatic)
    let result = try machine.run(message, on: state)
    return Outcome(status: result.status, gasUsed: gas - result.gasLeft, result: result)
  }

  func run(_ code: Assembly) throws -> Outcome { try run(code.bytes) }
}
