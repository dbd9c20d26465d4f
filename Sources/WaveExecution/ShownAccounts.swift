import AccessAnalysis
import EthereumTypes

/// Which transactions show what they do to accounts before it is final.
///
/// Accounts are credited by many and looked at by few, and showing a change takes memory that another core must fetch. So
/// a transaction shows its changes only where one behind it is predicted to look at them. Slots are always shown, and
/// who looks at an account against all predictions is found out in the end and runs again.
enum ShownAccounts {
  /// For each transaction, whether it shows its changes of accounts. Linear in the locations.
  ///
  /// - Parameter predictions: one for each transaction, in block order.
  static func find(_ predictions: [Prediction]) -> [Bool] {
    var shown = [Bool](repeating: true, count: predictions.count)
    // What transactions behind the present one look at.
    var wanted: Set<Location> = []
    for (index, prediction) in predictions.enumerated().reversed() {
      // Whoever may look at anything may look at everything before.
      guard prediction.trust != .unknown else { return shown }
      let access = prediction.access
      let isWanted = { (location: Location) in location.field != .storage && wanted.contains(location) }
      shown[index] = access.writes.contains(where: isWanted) || access.adds.contains(where: isWanted)
      for location in access.reads where location.field != .storage { wanted.insert(location) }
    }
    return shown
  }
}
