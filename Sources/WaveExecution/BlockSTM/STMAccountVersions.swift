import EVMState
import EthereumTypes

/// What the last executions of the transactions did to one account, in block order.
///
/// An account that everybody pays into has as many versions as there are transactions, and a change of it is as a rule a
/// difference: so what comes of every sixteen of them is kept until one of them changes.
struct STMAccountVersions: Sendable {
  private struct Version: Sendable {
    let index: Int
    var change: AccountEffect
    var isEstimate = false

    /// Whether the transaction must run again before anyone can know what it leaves. The estimate of a mere credit counts
    /// for its value: whether the reader minds is seen when it is validated.
    var blocks: Bool { isEstimate && !change.isCredit }
  }

  private var versions: [Version] = []
  /// What is left behind the first 16, 32, 48… versions, none of which blocks.
  private var folded: [Account?] = []
  private static var stride: Int { 16 }

  /// The account as transaction `index` finds it.
  ///
  /// - Parameter base: the account before the block.
  mutating func account(before index: Int, over base: Account?) -> STMMemory.Found<Account?> {
    let end = position(of: index)
    let known = min(folded.count, end / Self.stride)
    var account = known > 0 ? folded[known - 1] : base
    for position in known * Self.stride..<end {
      if versions[position].blocks { return .estimate(by: versions[position].index) }
      account = versions[position].change.applied(to: account)
      if (position + 1) % Self.stride == 0 { folded.append(account) }
    }
    return .value(account)
  }

  /// The last transaction before one that destroyed the account.
  func destruction(before index: Int) -> Int? {
    versions.last { $0.index < index && $0.change.isDestroyed }?.index
  }

  /// Replaces what the transaction did before.
  ///
  /// - Returns: that, if anything.
  mutating func put(_ change: AccountEffect, by index: Int) -> AccountEffect? {
    let place = position(of: index)
    forget(from: place)
    let version = Version(index: index, change: change)
    guard place < versions.count, versions[place].index == index else {
      versions.insert(version, at: place)
      return nil
    }
    let replaced = versions[place].change
    versions[place] = version
    return replaced
  }

  /// Removes what the transaction did.
  mutating func remove(_ index: Int) {
    let place = position(of: index)
    guard place < versions.count, versions[place].index == index else { return }
    forget(from: place)
    versions.remove(at: place)
  }

  /// Turns what the transaction did into an estimate.
  mutating func markEstimate(_ index: Int) {
    let place = position(of: index)
    guard place < versions.count, versions[place].index == index else { return }
    versions[place].isEstimate = true
    if versions[place].blocks { forget(from: place) }
  }

  private mutating func forget(from place: Int) {
    let left = place / Self.stride
    if folded.count > left { folded.removeLast(folded.count - left) }
  }

  /// How many versions are of transactions before `index`: binary search.
  private func position(of index: Int) -> Int {
    var low = 0
    var high = versions.count
    while low < high {
      let middle = (low + high) / 2
      if versions[middle].index < index { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

extension AccountEffect {
  /// Whether it only adds to the balance.
  var isCredit: Bool {
    guard case .add = balance else { return false }
    return nonce == nil && codeHash == nil && !isCreated && !isDestroyed
  }
}
