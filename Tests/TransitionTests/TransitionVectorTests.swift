import ChainFormats
import EVM
import EVMState
import EthereumTypes
import Testing

@testable import Transition

@Suite("Transitions equal those of the executable specification")
struct TransitionVectorTests {
  @Test("There is a vector for each rule set from Frontier to Osaka")
  func vectorsAreThere() { #expect(Vector.all.count == 14) }

  @Test("The header's commitments are the same", arguments: Vector.all)
  func commitments(_ vector: Vector) throws {
    let result = try vector.transition().result().reread
    let expected = try vector.expected.member("result")
    for key in [
      "stateRoot", "txRoot", "receiptsRoot", "withdrawalsRoot", "logsHash", "logsBloom", "gasUsed",
      "currentDifficulty", "currentBaseFee", "currentExcessBlobGas", "requestsHash",
    ] {
      #expect(try result.text(key) == expected.text(key), "\(key)")
    }
    #expect(
      try result.optional("requests")?.elements().map { try $0.string() }
        == expected.optional("requests")?.elements().map { try $0.string() })
  }

  @Test("Receipts say how each transaction ended and what it cost", arguments: Vector.all)
  func receipts(_ vector: Vector) throws {
    let receipts = try vector.transition().result().reread.member("receipts").elements()
    let expected = try vector.expected.member("result").member("receipts").elements()
    #expect(receipts.count == expected.count)
    for (receipt, expected) in zip(receipts, expected) {
      #expect(try receipt.text("transactionHash") == expected.text("transactionHash"))
      #expect(try receipt.text("cumulativeGasUsed") == expected.text("cumulativeGasUsed"))
      #expect(try receipt.text("logsBloom") == expected.text("bloom"))
      if let succeeded = try expected.optional("succeeded")?.bool() {
        #expect(try receipt.text("status") == (succeeded ? "0x1" : "0x0"))
      } else {
        #expect(try receipt.text("root") == expected.text("post_state"))
      }
      let logs = try receipt.member("logs").elements()
      let expectedLogs = try expected.member("logs").elements()
      #expect(logs.count == expectedLogs.count)
      for (log, expected) in zip(logs, expectedLogs) {
        #expect(try log.text("address") == expected.text("address"))
        #expect(try log.text("data") == expected.text("data"))
      }
    }
  }

  @Test("The state behind the block is the same account by account", arguments: Vector.all)
  func alloc(_ vector: Vector) throws {
    let found = try MemoryState(alloc: vector.transition().alloc().reread)
    let expected = try MemoryState(alloc: vector.expected.member("alloc"))
    #expect(try found.firstDifference(from: expected) == nil)
  }

  @Test("The candidate with the wrong nonce is left out and named", arguments: Vector.all)
  func rejection(_ vector: Vector) throws {
    let rejected = try vector.transition().result().reread.member("rejected").elements()
    try #require(rejected.count == 1)
    #expect(try rejected[0].member("index").integer() == 3)
    // The sender's address carries the checksum of EIP-55.
    let reason = try rejected[0].member("error").string()
    #expect(
      reason == "nonce too high: address 0xa94f5374Fce5edBC8E2a8697C15331677e6EbF0B, tx: 8 state: 3")
  }

  @Test(
    "The body, given back as RLP, makes the same block without the rejected candidate", arguments: Vector.all)
  func bodyIsInput(_ vector: Vector) throws {
    let first = try vector.transition()
    let body = try first.body.reread.bytes()
    let second = try vector.transition(TransitionTransaction.list(decoding: body))
    #expect(second.rejected.isEmpty)
    #expect(second.state.stateRoot() == first.state.stateRoot())
    #expect(try second.body.reread.bytes() == body)
  }
}
