import EVMBytecode
import EVMState
import EthereumTypes
import Testing

@testable import EVM

@Suite("What transactions are charged, worked out before their block")
struct ForeseenTermsTests {
  private static let sender = Address(0x5E)
  private static let state: MemoryState = {
    let state = MemoryState()
    state.set(sender, nonce: 0, balance: UInt256(1 << 60 as UInt64), code: [], storage: [:])
    return state
  }()

  /// Transactions of all kinds that take no signature, some of which can be in no block.
  private static let transactions: [Transaction] = {
    var list = [
      Transaction(
        kind: .legacy, maxFeePerGas: 9, maxPriorityFeePerGas: 9, gasLimit: 21_000, to: Address(1), value: 3),
      Transaction(
        kind: .dynamicFee, chainID: 1, maxFeePerGas: 20, maxPriorityFeePerGas: 2, gasLimit: 90_000,
        to: Address(99),
        data: [0, 1, 2]),
      Transaction(
        kind: .dynamicFee, chainID: 1, maxFeePerGas: 20, maxPriorityFeePerGas: 1, gasLimit: 90_000, to: nil),
      // More than the sender has, and more than there is.
      Transaction(
        kind: .legacy, maxFeePerGas: 9, maxPriorityFeePerGas: 9, gasLimit: 21_000, to: Address(1),
        value: UInt256(1 << 61 as UInt64)),
      Transaction(
        kind: .dynamicFee, chainID: 1, maxFeePerGas: .max, maxPriorityFeePerGas: 0, gasLimit: 21_000,
        to: Address(1)),
      // Too little gas, below the base fee, a tip above the cap, another chain, and another nonce.
      Transaction(kind: .legacy, maxFeePerGas: 9, maxPriorityFeePerGas: 9, gasLimit: 20_999, to: Address(1)),
      Transaction(kind: .legacy, maxFeePerGas: 6, maxPriorityFeePerGas: 6, gasLimit: 21_000, to: Address(1)),
      Transaction(
        kind: .dynamicFee, chainID: 1, maxFeePerGas: 20, maxPriorityFeePerGas: 21, gasLimit: 90_000,
        to: Address(1)),
      Transaction(
        kind: .dynamicFee, chainID: 2, maxFeePerGas: 20, maxPriorityFeePerGas: 1, gasLimit: 90_000,
        to: Address(1)),
      Transaction(
        kind: .dynamicFee, chainID: 1, nonce: 1, maxFeePerGas: 20, maxPriorityFeePerGas: 1, gasLimit: 90_000,
        to: Address(1)),
    ]
    list[1].accessList = [AccessListEntry(address: Address(7), slots: [1, 2])]
    return list
  }()
  private static let rightForm = [0, 1, 2, 3, 4, 9]

  private func processor(baseFee: UInt256 = 7, _ transactions: [Transaction] = transactions) -> BlockProcessor
  {
    var header = BlockHeader()
    header.gasLimit = 30_000_000
    header.coinbase = Address(0xFEE)
    header.baseFeePerGas = baseFee
    header.excessBlobGas = 0
    var block = Block(header: header, withdrawals: [])
    block.transactions = transactions
    return BlockProcessor(
      block: block, senders: Array(repeating: Self.sender, count: transactions.count), fork: .prague)
  }

  /// Runs each transaction on the same state, and says what came of it.
  private func outcomes(_ processor: BlockProcessor, expecting table: ForeseenTable?) -> [String] {
    var machine = processor.makeMachine(on: Self.state)
    return processor.block.transactions.indices.map { index in
      if let table { machine.expect(table, at: index) }
      do throws(ExecutionError) {
        let result = try processor.execute(index, on: Self.state, with: &machine)
        let accounts = result.effects.accounts.map {
          "\($0.address) \(String(describing: $0.applied(to: $0.before)))"
        }
        return "\(result.gasUsed) \(result.succeeded) \(accounts.sorted())"
      } catch { return "\(error)" }
    }
  }

  private func table(_ terms: ForeseenTerms) -> ForeseenTable {
    ForeseenTable(Array(repeating: Foreseen(), count: Self.transactions.count), terms: terms)
  }

  @Test("changes nothing that comes out, of valid transactions and of others")
  func sameOutcomes() {
    let processor = processor()
    let plain = outcomes(processor, expecting: nil)
    #expect(Set(plain).count == plain.count)
    #expect(outcomes(processor, expecting: table(ForeseenTerms(processor))) == plain)
  }

  @Test("changes nothing where it was worked out for another block")
  func otherBlocks() {
    let one = processor()
    let dearer = processor(baseFee: 8)
    let others = processor(Array(Self.transactions.reversed()))
    #expect(outcomes(one, expecting: nil) != outcomes(dearer, expecting: nil))
    for block in [one, dearer, others] {
      let plain = outcomes(block, expecting: nil)
      for terms in [one, dearer, others].map(ForeseenTerms.init) {
        #expect(outcomes(block, expecting: table(terms)) == plain)
      }
    }
  }

  @Test("is used for the very transactions in a block with that environment, if their form is right")
  func used() {
    func uses(_ processor: BlockProcessor, _ terms: ForeseenTerms, expecting shift: Int = 0) -> [Int] {
      var machine = processor.makeMachine(on: Self.state)
      return unsafe processor.block.transactions.withUnsafeBufferPointer { transactions in
        transactions.indices.filter { index in
          machine.expect(table(terms), at: index + shift)
          guard let first = transactions.baseAddress else { return false }
          return unsafe machine.useForeseenTerms(ofTransactionAt: first + index)
        }
      }
    }
    let one = processor()
    #expect(uses(one, ForeseenTerms(one)) == Self.rightForm)
    #expect(uses(one, ForeseenTerms(one), expecting: 1) == [])
    #expect(uses(processor(baseFee: 8), ForeseenTerms(one)) == [])
    #expect(uses(processor(Self.transactions.map { $0 }), ForeseenTerms(one)) == [])
  }
}
