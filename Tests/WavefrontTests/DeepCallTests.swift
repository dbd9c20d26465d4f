import EVM
import EVMBytecode
import EVMState
import EthereumTypes
import Testing
import WaveExecution

@testable import Wavefront

@Suite("Chains of calls to the limit")
struct DeepCallTests {
  /// Calls itself with all its gas and nothing else.
  private static let caller: Bytes = [0x60, 0x00, 0x80, 0x80, 0x80, 0x80, 0x30, 0x5A, 0xF1, 0x00]
  /// The same by DELEGATECALL, and writes a slot whose number is what the call returned.
  private static let delegator: Bytes = [
    0x60, 0x00, 0x80, 0x80, 0x80, 0x30, 0x5A, 0xF4, 0x60, 0x01, 0x90, 0x55, 0x00,
  ]

  @Test(
    "are predicted, run and run in parallel without running out of native stack",
    arguments: [caller, delegator])
  func deepChains(code: Bytes) throws {
    let state = MemoryState()
    var header = BlockHeader()
    header.number = 1
    header.gasLimit = 1 << 50
    var block = Block(header: header)
    var senders: [Address] = []
    let contract = Address(0xBEEF)
    state.set(contract, nonce: 1, balance: 0, code: code, storage: [:])
    for number in 0..<4 as Range<UInt64> {
      let sender = Address(0x1000 + number)
      state.set(sender, nonce: 0, balance: 1, code: [], storage: [:])
      block.transactions.append(Transaction(gasLimit: 1 << 45, to: contract))
      senders.append(sender)
    }
    // Before EIP-150 nothing but the depth ends such a chain.
    for fork in [Fork.homestead, .istanbul] {
      let processor = BlockProcessor(block: block, senders: senders, fork: fork)
      let predictions = PrePass(threads: 4).predict(processor, on: state)
      #expect(predictions.count == 4)
      let serial = try BlockExecutor(kind: .serial, threads: 1).run(processor, on: state)
      let parallel = try BlockExecutor(kind: .dataflow, threads: 4).run(processor, on: state)
      #expect(try MainJob.firstDifference(serial, parallel) == nil)
      let check = try PredictionCheck(predictions.map(\.prediction), processor, preState: state)
      #expect(check.falseVouchers == 0)
    }
  }
}
