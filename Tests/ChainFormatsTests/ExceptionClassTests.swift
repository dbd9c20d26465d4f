import EVM
import EVMBytecode
import EthereumTypes
import Testing

@testable import ChainFormats

@Suite("The classes of refusals")
struct ExceptionClassTests {
  static let tooLow = Refusal.transaction(.intrinsicGasTooLow(required: 21_000, limit: 20_999))

  @Test("are compared as a whole, alternatives one by one")
  func exact() {
    let name = "TransactionException.INTRINSIC_GAS_TOO_LOW"
    #expect(Self.tooLow.matches(expected: name, in: .osaka))
    #expect(Self.tooLow.matches(expected: "TransactionException.NONCE_IS_MAX|" + name, in: .osaka))
    for other in [
      "INTRINSIC_GAS_TOO_LOW", "TransactionException.INTRINSIC_GAS_TOO", "BlockException.X", "", name + "S",
    ] {
      #expect(!Self.tooLow.matches(expected: other, in: .osaka), "\(other)")
    }
  }

  @Test("have the names that older generations of fixtures gave them")
  func older() {
    #expect(Self.tooLow.matches(expected: "TR_IntrinsicGas", in: .london))
    #expect(Self.tooLow.matches(expected: "IntrinsicGas", in: .london))
    #expect(Self.tooLow.matches(expected: "TR_NoFundsOrGas", in: .london))
    #expect(!Self.tooLow.matches(expected: "TR_NoFunds", in: .london))
    #expect(!Self.tooLow.matches(expected: "TR_TypeNotSupported", in: .london))
  }

  @Test("are told where another one is expected")
  func mismatch() {
    let text = Self.tooLow.mismatch(expected: "TransactionException.SENDER_NOT_EOA", in: .osaka)
    #expect(text.contains("TransactionException.SENDER_NOT_EOA"))
    #expect(text.contains("TransactionException.INTRINSIC_GAS_TOO_LOW"))
  }

  @Test("of too many blobs depend on whose limit it is")
  func blobs() {
    let schedule = BlobSchedule(target: 6, maximum: 9, updateFraction: 5_007_716)
    func refusal(count: Int, used: UInt64) -> Refusal? {
      let transaction = Transaction(
        kind: .blob, blobVersionedHashes: Array(repeating: .zero, count: count))
      do throws(TransactionRejection) {
        try schedule.admit(transaction, after: used * BlobSchedule.gasPerBlob)
        return nil
      } catch { return .transaction(error) }
    }
    let allowance = "TransactionException.TYPE_3_TX_MAX_BLOB_GAS_ALLOWANCE_EXCEEDED"
    let count = "TransactionException.TYPE_3_TX_BLOB_COUNT_EXCEEDED"
    #expect(refusal(count: 9, used: 0) == nil)
    #expect(refusal(count: 3, used: 7)?.matches(expected: allowance, in: .prague) == true)
    #expect(refusal(count: 3, used: 7)?.matches(expected: count, in: .prague) == false)
    #expect(refusal(count: 10, used: 0)?.matches(expected: count, in: .prague) == true)
    #expect(refusal(count: 10, used: 0)?.matches(expected: allowance, in: .osaka) == true)
    #expect(refusal(count: 10, used: 0)?.matches(expected: count, in: .osaka) == false)
  }

  /// A legacy transaction's fields, of which one is written wrongly.
  static func classes(_ fields: [RLP]) -> [String] {
    do throws(ChainDecodingError) { _ = try Transaction(decoding: RLP.list(fields).encoded) } catch {
      return Refusal.malformed(error).classes(in: .osaka).map(\.description)
    }
    return []
  }

  @Test("of malformed transactions name the field and what is wrong with it")
  func malformed() {
    let fields: [RLP] = [
      .bytes([1]), .bytes([2]), .bytes([3]), .bytes(Bytes(repeating: 4, count: 20)), .bytes([]), .bytes([]),
      .bytes([27]), .bytes([8]), .bytes([9]),
    ]
    #expect(Self.classes(fields).isEmpty)
    let changes: [(Int, RLP, String)] = [
      (0, .bytes([0, 1]), "RLP_LEADING_ZEROS_NONCE"),
      (0, .bytes(Bytes(repeating: 1, count: 9)), "NONCE_OVERFLOW"),
      (0, .list([]), "RLP_INVALID_NONCE"), (1, .bytes([0]), "RLP_LEADING_ZEROS_GASPRICE"),
      (2, .bytes(Bytes(repeating: 1, count: 9)), "GASLIMIT_OVERFLOW"),
      (3, .bytes(Bytes(repeating: 4, count: 19)), "ADDRESS_TOO_SHORT"),
      (3, .bytes(Bytes(repeating: 4, count: 21)), "ADDRESS_TOO_LONG"),
      (4, .bytes(Bytes(repeating: 1, count: 33)), "VALUE_OVERFLOW"), (6, .bytes([0]), "RLP_LEADING_ZEROS_V"),
      (8, .bytes([0, 1]), "RLP_LEADING_ZEROS_S"),
    ]
    for (index, value, name) in changes {
      var changed = fields
      changed[index] = value
      #expect(Self.classes(changed).first == "TransactionException." + name)
    }
    #expect(Self.classes(Array(fields.dropLast())) == ["TransactionException.RLP_TOO_FEW_ELEMENTS"])
    #expect(Self.classes(fields + [.bytes([1])]) == ["TransactionException.RLP_TOO_MANY_ELEMENTS"])
  }

  @Test("of authorizations are their format, or their signature")
  func authorizations() {
    let format = "TransactionException.TYPE_4_INVALID_AUTHORIZATION_FORMAT"
    let signature = "TransactionException.TYPE_4_INVALID_AUTHORITY_SIGNATURE"
    for (field, expected, other) in [
      ("transaction.authorizationList[0].nonce", format, signature),
      ("block.transactions[1].authorizationList[0].address", format, signature),
      ("transaction.authorizationList[0]", format, signature),
      ("transaction.authorizationList[3].s", signature, format),
    ] {
      let refusal = Refusal.malformed(ChainDecodingError(field, .leadingZero))
      #expect(refusal.matches(expected: expected, in: .prague), "\(field)")
      #expect(!refusal.matches(expected: other, in: .prague), "\(field)")
    }
    let nonce = Refusal.malformed(ChainDecodingError("transaction.nonce", .leadingZero))
    #expect(!nonce.matches(expected: format, in: .prague))
  }

  @Test("A block access list that differs has one name for both ways of differing")
  func accessLists() {
    let refusal = Refusal.block(BlockRejection(.blockAccessList, expected: "", found: ""))
    for name in ["INVALID_BLOCK_ACCESS_LIST", "INVALID_BAL_EXTRA_ACCOUNT", "INVALID_BAL_MISSING_ACCOUNT"] {
      #expect(refusal.matches(expected: "BlockException." + name, in: .amsterdam))
    }
  }
}
