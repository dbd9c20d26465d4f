import ChainFormats
import EVM
import EVMBytecode
import EVMState
import EthereumTypes
import Foundation
import Testing

@testable import Transition

@Suite("Reading the inputs of a transition")
struct TransitionReadingTests {
  private static func value(_ text: String) throws -> JSONValue {
    try JSONDocument(Bytes(text.utf8), file: "test.json").root
  }

  @Test(
    "Numbers are read in every form that tools write",
    arguments: [
      (#""0x10""#, 16), (#""0x00010""#, 16), (#""16""#, 16), ("16", 16), (#""0x""#, 0),
    ] as [(String, UInt64)])
  func numbers(_ text: String, _ number: UInt64) throws {
    #expect(try Self.value(text).flexibleUInt64() == number)
  }

  @Test(
    "What is no number is an error that names file and field",
    arguments: [#""0xg""#, #""""#, #""-1""#, "-1", "1.5", "true", "[]", #""0x1" "#.replacing("1", with: "é")])
  func noNumbers(_ text: String) throws {
    let root = try Self.value("{\"currentCoinbase\": \"\(Address.zero)\", \"currentGasLimit\": \(text)}")
    let error = #expect(throws: FormatError.self) { try TransitionEnvironment(root) }
    #expect(error?.description.hasPrefix("test.json: currentGasLimit") == true)
  }

  @Test("Storage keys and values may be short, addresses may lack 0x, zeros are no slots")
  func allocForms() throws {
    let state = try MemoryState(
      alloc: Self.value(
        #"{"00000000000000000000000000000000000000aa": {"balance": "5", "storage": {"0x1": "0x02", "3": "0x00"}}}"#
      ))
    #expect(try state.account(Address(0xAA))?.balance == 5)
    #expect(try state.storage(Address(0xAA), 1) == 2)
    #expect(state.entries[Address(0xAA)]?.storage.count == 1)
  }

  @Test("Transactions that can be in no block are left out, each for its own reason")
  func unreadable() throws {
    let common =
      ##""nonce": "0x0", "gas": "0x5208", "value": "0x0", "input": "0x", "maxFeePerGas": "0x1", "##
      + ##""maxPriorityFeePerGas": "0x1""##
    let candidates = try TransitionTransaction.list(
      Self.value(
        """
        [{\(common), "type": "0x7f"},
         {\(common), "type": "0x3", "maxFeePerBlobGas": "0x1", "blobVersionedHashes": []},
         {\(common), "type": "0x4", "authorizationList": []}]
        """), fork: .prague, chainID: 1)
    let reasons = candidates.map { candidate in
      if case .unreadable(let reason) = candidate { reason } else { "" }
    }
    #expect(reasons[0] == "transaction type not supported")
    #expect(reasons[1].hasSuffix("decoding into (types.BlobTx).To"))
    #expect(reasons[2].hasSuffix("decoding into (types.SetCodeTx).To"))
  }

  @Test(
    "RLP of a type that needs a recipient and has none is left out with geth's reason",
    arguments: [UInt8(3), 4])
  func noRecipient(_ type: UInt8) throws {
    let kind = try #require(Transaction.Kind(rawValue: type))
    let body = RLP.list([Transaction(kind: kind, chainID: 1).blockItem]).encoded
    let candidate = try #require(TransitionTransaction.list(decoding: body).first)
    guard case .unreadable(let reason) = candidate else {
      Issue.record("readable")
      return
    }
    let name = type == 3 ? "BlobTx" : "SetCodeTx"
    #expect(
      reason
        == "rlp: input string too short for common.Address, decoding into (types.Transaction)(types.\(name)).To"
    )
  }

  @Test(
    "Bytes that are no list of transactions are an RLP error", arguments: ["0x", "0x80", "0xc1", "0xf8ff"])
  func badRLP(_ text: String) throws {
    let error = #expect(throws: TransitionError.self) {
      try TransitionTransaction.list(Self.value("\"\(text)\""), fork: .london, chainID: 1)
    }
    #expect(error?.code == .rlp)
  }

  /// Signs on curve secp256k1 with the nonces of RFC 6979; the address is the key's well-known one.
  @Test("A signature names its signer, whatever the key", arguments: 1...40)
  func signing(_ seed: UInt64) throws {
    let hash = keccak256(Bytes("\(seed)".utf8))
    let signature = try #require(ECDSASigning.sign(hash, with: UInt256(seed)))
    let again = try #require(ECDSASigning.sign(keccak256([0]), with: UInt256(seed)))
    let signer = ECDSARecovery.signer(
      of: hash, recoveryID: signature.recoveryID, r: signature.r, s: signature.s)
    #expect(signer != nil)
    #expect(
      signer
        == ECDSARecovery.signer(of: keccak256([0]), recoveryID: again.recoveryID, r: again.r, s: again.s))
    #expect(signature.s <= ECDSARecovery.halfOrder)
  }

  @Test("Zero and the group order are no keys")
  func badKeys() {
    let order = UInt256(limbs: 0xBFD2_5E8C_D036_4141, 0xBAAE_DCE6_AF48_A03B, 0xFFFF_FFFF_FFFF_FFFE, .max)
    for key in [.zero, order, .max] { #expect(ECDSASigning.sign(.zero, with: key) == nil) }
    #expect(ECDSASigning.sign(.zero, with: order &- .one) != nil)
  }

  @Test("No change of a byte of the input crashes a transition")
  func mutations() throws {
    var random = SystemRandomNumberGenerator()
    let text = try FileContents.read(Vector.folder.appendingPathComponent("Prague.json").path)
    for _ in 0..<400 {
      var changed = text
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let place = Int.random(in: 0..<changed.count / 3, using: &random)
        changed[place] = UInt8.random(in: 0x20...0x7E, using: &random)
      }
      do {
        let input = try JSONDocument(changed, file: "changed.json").root.member("input")
        let environment = try TransitionEnvironment(input.member("env"))
        let rules = try TransitionRules(fork: "Prague", environment: environment)
        let candidates = try TransitionTransaction.list(
          input.member("txs"), fork: rules.phase.fork, chainID: rules.chainID)
        _ = try Transition(
          environment, rules: rules, on: MemoryState(alloc: input.member("alloc")), candidates
        )
        .result()
      } catch is FormatError {} catch is TransitionError {}
    }
  }
}
