import EVM
import EVMBytecode
import EVMPrecompiles
import EVMState
import EthereumTypes
import Testing

@Suite("What a machine is told to expect saves it work, and never changes what comes out")
struct ForeseenTests {
  /// A signature as ECRECOVER takes it: from the account of the private key 1, over a hash of ones.
  static let signature: Bytes = {
    var input = Bytes(repeating: 0x11, count: 32)
    guard let (v, r, s) = sign(input) else { return [] }
    input += UInt256(v).bigEndianBytes + r.bigEndianBytes + s.bigEndianBytes
    return input
  }()

  private static func sign(_ hash: Bytes) -> (v: UInt64, r: UInt256, s: UInt256)? {
    guard let hash = Hash32(hash), let signature = ECDSASigning.sign(hash, with: .one) else { return nil }
    return (27 + signature.recoveryID, signature.r, signature.s)
  }

  static func result(_ precompile: Precompile, _ input: Bytes, era: PrecompileEra = .osaka)
    -> PrecompileResult
  {
    PrecompileResult(precompile, input.span, PrecompileRules(era: era))
  }

  /// Calls a precompile with the contract's input, and returns a word of what it returned plus 2 where it succeeded.
  static func call(_ precompile: Precompile, _ count: Int) -> Bytes {
    let code: Assembly = [
      .push(UInt256(UInt64(count))), .push(0), .push(0), .op(Opcode.calldatacopy),
      .push(32), .push(4096), .push(UInt256(UInt64(count))), .push(0), .push(0),
      .push(UInt256(UInt64(precompile.rawValue))), .op(Opcode.gas), .op(Opcode.call),
      .push(1), .op(Opcode.shl), .push(4096), .op(Opcode.mload), .op(Opcode.add),
    ]
    return code.returningTop
  }

  @Test(
    "a precompile's result, its own, another's, of another input, or of other rules",
    arguments: [Precompile.ecrecover, .bn254Add, .modexp, .bn254Pairing, .sha256], [0, 64, 96, 127, 128, 160])
  func precompiles(_ precompile: Precompile, _ count: Int) throws {
    let padded = Self.signature + Bytes(repeating: 0, count: 64)
    let input = Bytes(padded.prefix(count))
    var other = input
    if count > 0 { other[count / 2] ^= 1 }
    let own = Self.result(precompile, input)
    let others = [
      Self.result(.identity, input), Self.result(precompile, other),
      Self.result(precompile, input, era: .istanbul), Self.result(precompile, input + [1]),
    ]
    let plain = try InterpreterHarness(input: input).run(Self.call(precompile, count))
    for results in [[own], others, others + [own], Array(repeating: others[0], count: 100) + [own]] {
      let foreseen = Foreseen(precompileResults: results)
      let outcome = try InterpreterHarness(input: input, foreseen: foreseen).run(Self.call(precompile, count))
      #expect(outcome.status == plain.status && outcome.word == plain.word)
      #expect(outcome.gasUsed == plain.gasUsed)
    }
  }

  @Test("answers for what the precompile looks at, and for nothing else")
  func answers() {
    let result = Self.result(.ecrecover, Self.signature)
    // The address of the private key 1, as everybody knows it.
    #expect(
      result.output.map { Address(truncating: UInt256(bigEndian: $0) ?? .zero) }
        == Address(hex: "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf"))
    func answers(
      _ result: PrecompileResult, _ precompile: Precompile, _ input: Bytes, _ era: PrecompileEra = .osaka
    ) -> Bool { result.answers(precompile, input.span, era: era) }
    #expect(answers(result, .ecrecover, Self.signature))
    // What is behind a signature does not count.
    #expect(answers(result, .ecrecover, Self.signature + [1]))
    #expect(!answers(result, .ecrecover, Bytes(Self.signature.dropLast())))
    #expect(!answers(result, .ecrecover, Self.signature, .prague))
    #expect(!answers(result, .sha256, Self.signature))
    let failing = Self.result(.bn254Add, Self.signature)
    #expect(failing.output == nil)
    #expect(answers(failing, .bn254Add, Self.signature))
    #expect(!answers(failing, .bn254Add, Self.signature + [0]))
  }

  @Test("lies in a table as it was put there, however much each transaction has")
  func tables() {
    var random = SplitMix64(seed: 13)
    let block = (0..<40 as Range<UInt64>).map { number in
      Foreseen(
        hashedPairs: (0..<random.next() % 6).map { HashedPair(UInt256(number), UInt256($0)) },
        precompileResults: (0..<random.next() % 3).map { Self.result(.identity, [UInt8($0), UInt8(number)]) })
    }
    let table = ForeseenTable(block)
    #expect(table.count == block.count)
    for (index, foreseen) in block.enumerated() {
      #expect(table[index].hashedPairs.map(\.hash) == foreseen.hashedPairs.map(\.hash))
      #expect(table[index].precompileResults.map(\.input) == foreseen.precompileResults.map(\.input))
    }
    #expect(ForeseenTable.empty.count == 0)
  }

  @Test("is asked for of the transaction that runs: another's, or none, changes nothing")
  func transactions() throws {
    let contract = Address(0xC0DE)
    let state = MemoryState()
    let code: Assembly = [
      .push(7), .push(0), .op(Opcode.mstore), .push(9), .push(32), .op(Opcode.mstore),
      .push(64), .push(0), .op(Opcode.keccak256),
    ]
    state.set(contract, nonce: 1, balance: .zero, code: code.returningTop, storage: [:])
    let block = BlockEnvironment(
      fork: .osaka, number: 1, timestamp: 1, coinbase: Address(1000), gasLimit: 30_000_000, prevRandao: 0,
      baseFee: 0, blobBaseFee: 0, chainID: 1)
    var machine = Machine(block: block, reader: state)
    let table = ForeseenTable([
      Foreseen(hashedPairs: [HashedPair(7, 9)]), Foreseen(), Foreseen(hashedPairs: [HashedPair(9, 7)]),
      Foreseen(hashedPairs: [HashedPair(7, 8), HashedPair(7, 9)]),
    ])
    let message = Message(
      to: contract, from: Address(2), input: [], value: .zero, gas: 100_000, isStatic: false)
    let hash = keccak256(UInt256(7).bigEndianBytes + UInt256(9).bigEndianBytes).word
    // One machine for all, as a worker has it, from block to block: what was expected before must not be asked for.
    for index in [0, 1, 2, 3, 4, 3, 5, 2, 0, 4, 0] {
      if index == 5 { machine.enter(block, reader: state) } else { machine.expect(table, at: index) }
      let result = try machine.run(message, on: state)
      #expect(UInt256(bigEndian: result.output) == hash)
    }
  }

  @Test("is no more than is kept of a transaction, however much a transaction asks for")
  func bounds() {
    var foreseen = Foreseen()
    for number in 0..<1000 as Range<UInt64> {
      let pair = HashedPair(UInt256(number), .one)
      #expect(foreseen.note(pair) == pair.hash)
      let result = Self.result(.identity, [UInt8(truncatingIfNeeded: number)])
      #expect(foreseen.note(result) == [UInt8(truncatingIfNeeded: number)])
      // The last once more, as for each word of what it returns.
      #expect(foreseen.note(result) == result.output)
    }
    #expect(foreseen.hashedPairs.count == Foreseen.maximumCount)
    #expect(foreseen.precompileResults.count == Foreseen.maximumCount)
    #expect(foreseen.precompileResults.prefix(3).map(\.input) == [[0], [1], [2]])
  }
}
