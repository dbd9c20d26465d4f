import EVMState
import EthereumTypes

/// Fetching ahead what a transaction will read.
extension VersionedState {
  /// Asks for what transaction `index` will look at; the footprints must fit.
  func prefetch(_ footprints: Footprints, of index: Int) {
    guard let rows else { return }
    footprints.forEachAccount(of: index) {
      rows.prefetchAccount($0)
      let row = Int($0.row)
      if accountOwners?.sharing(row, else: 0, by: index) == .shared { accountLists.prefetch(row) }
    }
    footprints.forEachSlot(of: index) {
      rows.prefetchSlot($0)
      let row = Int($0.row)
      if slotOwners?.sharing(row, else: 0, by: index) == .shared { slotLists.prefetch(row) }
    }
  }
}
