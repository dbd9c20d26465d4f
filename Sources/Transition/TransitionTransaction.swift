public import EVM
public import EthereumTypes

/// A transaction that wants to be in the block.
public enum TransitionTransaction: Sendable {
  /// A transaction in the form of its type.
  case readable(Transaction)
  /// One that has no place in any block, and why.
  case unreadable(String)
}

extension TransitionTransaction {
  /// Reads the items of an RLP list of transactions, the form of a block's body.
  ///
  /// - Throws: where the bytes are not an RLP list; what is wrong with an item only rejects that item.
  public static func list(decoding bytes: Bytes) throws(TransitionError) -> [TransitionTransaction] {
    let value: RLP
    do throws(RLPError) { value = try RLP(decoding: bytes) } catch {
      throw TransitionError(.rlp, "the transactions are not RLP: \(error)")
    }
    guard case .list(let items) = value else {
      throw TransitionError(.rlp, "the transactions are a byte string, expected an RLP list")
    }
    return items.map { item in
      do throws(ChainDecodingError) { return .readable(try Transaction(blockItem: item)) } catch {
        return .unreadable(rejectionText(error))
      }
    }
  }

  /// Why a transaction does not decode, in the words of `evm t8n` where tools look for them.
  private static func rejectionText(_ error: ChainDecodingError) -> String {
    switch error.problem {
    case .unknownValue where error.field == "transaction.type": "transaction type not supported"
    case .missingRecipient(let type):
      missingRecipient(type == 3 ? "(types.BlobTx)" : "(types.SetCodeTx)", in: "(types.Transaction)")
    default: "rlp: \(error)"
    }
  }

  /// What tools look for where a type that cannot create contracts has no recipient.
  static func missingRecipient(_ type: String, in structure: String = "") -> String {
    "rlp: input string too short for common.Address, decoding into \(structure)\(type).To"
  }
}
