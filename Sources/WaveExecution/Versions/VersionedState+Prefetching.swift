import EVMState
import EthereumTypes

/// Fetching ahead what a transaction will read.
extension VersionedState {
  /// Asks for what transaction `index` will look at; the footprints must fit.
  func prefetch(_ footprints: Footprints, of index: Int) {
    guard let rows else { return }
    footprints.forEachAccount(of: index) {
      rows.prefetchAccount($0)
      accountLists.prefetch(Int($0.row))
    }
    footprints.forEachSlot(of: index) {
      rows.prefetchSlot($0)
      slotLists.prefetch(Int($0.row))
    }
  }
}
