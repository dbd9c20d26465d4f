import AccessAnalysis
import EVMState
import EthereumTypes

/// What the pre-pass has shown of a block's transactions: slots that one only adds to, whatever they hold between two
/// bounds, as long as conditions hold.
///
/// Where such a slot turns out to hold another value than the transaction found, but both are within the bounds and
/// the conditions hold on the state that a serial run would find, then a serial run would have done the same and
/// left as much more: what the transaction left is corrected, and it need not run again.
///
/// One table for the whole block, which nobody changes: a rule of its own for each transaction would be counted as in
/// use by every worker that looks at it, and such counts travel between cores.
final class IncrementRules: Sendable {
  /// Where each transaction's increments begin; one more at the end.
  private let offsets: [Int32]
  private let increments: [Increment]
  /// The lowest limb of each increment's slot, which tells nearly all slots of one transaction apart.
  private let tags: [UInt64]
  private let conditions: [[Condition]]

  /// The rules that follow from the predictions of a block; nil where there are none, or nobody vouches for them.
  init?(_ predictions: [Prediction]) {
    var offsets: [Int32] = [0]
    var increments: [Increment] = []
    for prediction in predictions {
      if prediction.trust.isVouchedFor { increments += prediction.increments }
      offsets.append(Int32(truncatingIfNeeded: increments.count))
    }
    guard !increments.isEmpty else { return nil }
    self.offsets = offsets
    self.increments = increments
    tags = increments.map(\.location.slot.l0)
    conditions = predictions.map { $0.increments.isEmpty ? [] : $0.conditions }
  }

  /// The number of transactions.
  var count: Int { conditions.count }

  /// The number of the increment that transaction `index` has done to a slot, if it has done what was foretold; otherwise nil.
  @inline(__always)
  func increment(_ slot: borrowing SlotEffect, of index: Int) -> Int? {
    for number in Int(offsets[index])..<Int(offsets[index &+ 1]) where tags[number] == slot.key.l0 {
      if isIncrement(number, slot) { return number }
    }
    return nil
  }

  private func isIncrement(_ number: Int, _ slot: borrowing SlotEffect) -> Bool {
    guard increments[number].location == .storage(slot.address, slot.key) else { return false }
    guard slot.after == slot.before &+ increments[number].delta else { return false }
    return increments[number].admits(slot.before)
  }

  /// What an increment adds.
  func delta(_ number: Int) -> UInt256 { increments[number].delta }

  /// Whether an increment is one where the slot holds this value.
  func admits(_ number: Int, _ value: UInt256) -> Bool { increments[number].admits(value) }

  /// Whether all conditions of transaction `index` hold.
  ///
  /// - Parameter latest: the fee recipient, where that is not the one in `state`.
  func conditionsHold(
    of index: Int, on state: MemoryState, coinbase: Address, latest: Account??
  ) -> Bool {
    do {
      return try conditions[index].allSatisfy {
        let location = $0.location
        guard let latest, location.address == coinbase, location.field != .storage else {
          return try $0.holds(in: state)
        }
        return $0.admits(location.field.word(of: latest))
      }
    } catch { return false }
  }
}
