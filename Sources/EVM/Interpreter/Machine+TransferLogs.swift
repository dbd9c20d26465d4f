import EVMState
import EthereumTypes

/// The logs that ether leaves when it moves or is burnt (EIP-7708).
enum TransferLog {
  static let transferTopic = keccak256(Bytes("Transfer(address,address,uint256)".utf8))
  static let burnTopic = keccak256(Bytes("Burn(address,uint256)".utf8))
}

extension Machine {
  /// Logs a transfer of ether to another account; nothing of nothing.
  mutating func logTransfer(
    _ amount: UInt256, from sender: Journal.AccountHandle, to recipient: Journal.AccountHandle
  ) {
    guard rules.hasTransferLogs, !amount.isZero, sender != recipient else { return }
    journal.append(
      Log(
        address: Self.systemAddress,
        topics: [
          TransferLog.transferTopic, Hash32(word: journal.address(of: sender).word),
          Hash32(word: journal.address(of: recipient).word),
        ], data: amount.bigEndianBytes))
  }

  /// Logs that an account's ether is gone with it; nothing of nothing.
  mutating func logBurn(_ amount: UInt256, of account: Journal.AccountHandle) {
    guard rules.hasTransferLogs, !amount.isZero else { return }
    journal.append(
      Log(
        address: Self.systemAddress,
        topics: [TransferLog.burnTopic, Hash32(word: journal.address(of: account).word)],
        data: amount.bigEndianBytes))
  }

  /// Logs, by ascending address, what the accounts still hold that are removed at the end of the transaction.
  mutating func logFinalBurns() {
    guard rules.hasTransferLogs else { return }
    let removed = journal.destroyedAccounts.sorted { journal.address(of: $0) < journal.address(of: $1) }
    for account in removed { logBurn(journal.balance(account), of: account) }
  }
}
