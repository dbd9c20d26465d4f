import EVM
import EVMState
import EthereumTypes

// What went wrong in the words of `evm t8n`: tools find out by them which rule was broken.

extension SignatureError {
  /// The reason as `evm t8n` gives it.
  var transitionReason: String { "invalid transaction v, r, s values (\(self))" }
}

extension BlockError {
  /// The reason as `evm t8n` gives it.
  var transitionReason: String {
    switch self {
    case .transaction(_, let rejection): rejection.description
    case .invalidSignature: "invalid transaction v, r, s values"
    case .state(let error): error.description
    case .missingSystemContract(let address):
      "System contract address \(address) does not contain code"
    case .failedSystemCall(let address):
      "system call failed to execute: System contract (\(address)) call failed: no success"
    case .malformedDeposit(let index):
      "failed to parse deposit logs: unable to parse deposit data: transaction \(index)"
    }
  }
}

extension TransactionRejection {
  /// The reason as `evm t8n` gives it.
  ///
  /// - Parameters:
  ///   - transaction: the transaction.
  ///   - sender: who signed it.
  ///   - state: the state it met.
  func transitionReason(
    of transaction: Transaction, from sender: Address, on state: MemoryState
  ) -> String {
    let address = "address \(sender.checksummed)"
    switch self {
    case .typeNotSupported: return "transaction type not supported"
    case .wrongChain(let expected, let found):
      return "invalid chain id for signer: have \(found) want \(expected)"
    case .feeCapBelowBaseFee(let cap, let base):
      return "max fee per gas less than block base fee: \(address), maxFeePerGas: \(cap.decimal), "
        + "baseFee: \(base.decimal)"
    case .tipAboveFeeCap(let tip, let cap):
      return "max priority fee per gas higher than max fee per gas: \(address), "
        + "maxPriorityFeePerGas: \(tip.decimal), maxFeePerGas: \(cap.decimal)"
    case .intrinsicGasTooLow(let required, let limit):
      return "intrinsic gas too low: have \(limit), want \(required)"
    case .gasLimitBelowFloor(let floor, let limit):
      return "insufficient gas for floor data gas cost: have \(limit), want \(floor)"
    case .gasLimitAboveCap(let cap, let limit):
      return "transaction gas limit too high (cap: \(cap), tx: \(limit))"
    case .intrinsicGasAboveCap(let cap, let required):
      return "intrinsic gas too high (cap: \(cap), tx: \(required))"
    case .gasLimitAboveBlock(let available, let limit):
      return "gas limit reached: have \(available), want \(limit)"
    case .nonceTooLow(let expected, let found):
      return "nonce too low: \(address), tx: \(found) state: \(expected)"
    case .nonceTooHigh(let expected, let found):
      return "nonce too high: \(address), tx: \(found) state: \(expected)"
    case .nonceIsMaximum: return "nonce has max value: \(address), nonce: \(transaction.nonce)"
    case .senderNotEOA: return "sender not an eoa: \(address), len(code): \(codeSize(of: sender, on: state))"
    case .insufficientFunds(let required, let balance):
      let want = required.asUInt256.map { " have \(balance.decimal) want \($0.decimal)" }
      return "insufficient funds for gas * price + value: \(address)"
        + (want ?? " required balance exceeds 256 bits")
    case .initCodeTooLarge(let limit, let count):
      return "max initcode size exceeded: code size \(count) limit \(limit)"
    case .blobCreatesContract: return TransitionTransaction.missingRecipient("(types.BlobTx)")
    case .noBlobs: return "blob transaction missing blob hashes"
    case .tooManyBlobs: return "blob transaction has too many blobs"
    case .blobsAboveBlock(let available, let maximum, let count):
      let gas = BigUInt(BlobSchedule.gasPerBlob)
      let used = gas * BigUInt(UInt64(maximum - available) + UInt64(count))
      let limit = gas * BigUInt(UInt64(maximum))
      return "blob gas (\(used.decimal)) would exceed maximum allowance \(limit.decimal)"
    case .unknownBlobVersion:
      let index = transaction.blobVersionedHashes.firstIndex { $0.bytes.first != 1 } ?? 0
      return "blob \(index) has invalid hash version"
    case .blobFeeCapBelowBaseFee(let cap, let base):
      return "max fee per blob gas less than block blob gas fee: \(address) blobGasFeeCap: \(cap.decimal), "
        + "blobBaseFee: \(base.decimal)"
    case .setCodeCreatesContract: return TransitionTransaction.missingRecipient("(types.SetCodeTx)")
    case .noAuthorizations: return "EIP-7702 transaction with empty auth list (sender \(sender.checksummed))"
    }
  }

  private func codeSize(of sender: Address, on state: MemoryState) -> Int {
    let hash = (try? state.account(sender))?.codeHash ?? .emptyCode
    return hash == .emptyCode ? 0 : (try? state.code(hash))?.count ?? 0
  }
}

extension Address {
  /// The hexadecimal digits behind 0x, with capitals that make up a checksum (EIP-55).
  var checksummed: String {
    let digits = Hex.encode(bytes)
    let hash = Hex.encode(keccak256(Bytes(digits.utf8)).bytes)
    return "0x"
      + zip(digits, hash).map { digit, check in check >= "8" ? digit.uppercased() : String(digit) }.joined()
  }
}
