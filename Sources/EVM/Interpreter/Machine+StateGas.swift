import EVMState
import EthereumTypes

extension Machine {
  /// Pays for a slot that comes into being, and pays back for one that this transaction made and unmakes (EIP-8037).
  ///
  /// - Returns: false where the gas does not suffice.
  mutating func payForSlot(
    _ slot: Journal.SlotHandle, from current: UInt256, to new: UInt256, _ gas: inout Int64
  ) -> Bool {
    guard current != new, journal.originalValue(slot).isZero else { return true }
    if current.isZero { return stateGas.charge(bytes: StateGas.slotBytes, &gas) }
    if new.isZero { refund &+= stateGas.payBack(bytes: StateGas.slotBytes) }
    return true
  }

  /// Pays back what the accounts cost that were made in this transaction and do not outlive it: the account, its code
  /// and its slots (EIP-8037).
  mutating func payBackDestroyedAccounts() {
    for account in journal.destroyedAccounts where journal.isCreatedHere(account) {
      let code = Int64(code(of: account).count)
      let slots = Int64(journal.nonZeroSlotCount(of: account))
      stateGas.payBackDestroyed(bytes: StateGas.accountBytes + code + slots &* StateGas.slotBytes)
    }
  }
}
