import AccessAnalysis
import EVMState
import EthereumTypes

/// What the pre-pass has shown of one transaction: slots it only adds to, whatever they hold between two bounds, as long
/// as conditions hold.
///
/// Where such a slot turns out to hold another value than the transaction found, but both are within the bounds and
/// the conditions hold on the state that a serial run would find, then a serial run would have done the same and
/// left as much more: what the transaction left is corrected, and it need not run again.
struct IncrementRule: Sendable {
  private let increments: [Increment]
  private let conditions: [Condition]

  /// The rule that follows from a prediction; nil for none, or where nobody vouches for it.
  init?(_ prediction: Prediction) {
    guard prediction.trust.isVouchedFor, !prediction.increments.isEmpty else { return nil }
    increments = prediction.increments
    conditions = prediction.conditions
  }

  /// The increment that a transaction has done to a slot, if it has done what was foretold.
  func increment(_ slot: SlotEffect) -> Increment? {
    let location = Location.storage(slot.address, slot.key)
    guard let increment = increments.first(where: { $0.location == location }),
      slot.after == slot.before &+ increment.delta, increment.admits(slot.before)
    else { return nil }
    return increment
  }

  /// Whether all conditions hold. What is asked of the fee recipient counts as not holding: its account is kept elsewhere.
  func conditionsHold(on state: MemoryState, exceptFor coinbase: Address) -> Bool {
    do {
      return try conditions.allSatisfy { try $0.location.address != coinbase && $0.holds(in: state) }
    } catch { return false }
  }
}
