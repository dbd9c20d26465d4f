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
  private let offsets: [Int]
  private let increments: [Increment]
  private let conditions: [[Condition]]

  /// The rules that follow from the predictions of a block; nil where there are none, or nobody vouches for them.
  init?(_ predictions: [Prediction]) {
    var offsets = [0]
    var increments: [Increment] = []
    for prediction in predictions {
      if prediction.trust.isVouchedFor { increments += prediction.increments }
      offsets.append(increments.count)
    }
    guard !increments.isEmpty else { return nil }
    self.offsets = offsets
    self.increments = increments
    conditions = predictions.map { $0.increments.isEmpty ? [] : $0.conditions }
  }

  /// The number of transactions.
  var count: Int { conditions.count }

  /// The increment that transaction `index` has done to a slot, if it has done what was foretold.
  func increment(_ slot: SlotEffect, of index: Int) -> Increment? {
    let (first, end) = (offsets[index], offsets[index &+ 1])
    guard first < end else { return nil }
    let location = Location.storage(slot.address, slot.key)
    for number in first..<end where increments[number].location == location {
      let increment = increments[number]
      let isAsForetold = slot.after == slot.before &+ increment.delta && increment.admits(slot.before)
      return isAsForetold ? increment : nil
    }
    return nil
  }

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
