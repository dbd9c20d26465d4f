import EVMState
import EthereumTypes

/// Fetching ahead what a transaction will read. What points to something must be there before that can be asked for, so
/// there are three steps, each of which should have some time before the next.
extension VersionedState {
  /// The number of steps.
  static var prefetchSteps: Int { 3 }

  /// Takes a step for transaction `index`, from 0 on.
  func prefetch(_ footprints: Footprints, of index: Int, step: Int) {
    switch step {
    case 0: prefetchTables(footprints, index)
    case 1: prefetchCells(footprints, index)
    default: prefetchValues(footprints, index)
    }
  }

  private func prefetchTables(_ footprints: Footprints, _ index: Int) {
    footprints.forEachAccount(of: index) {
      accounts.prefetchBucket($0)
      bottom?.prefetchIndex($0)
    }
    footprints.forEachSlot(of: index) { slots.prefetchBucket(SlotKey.mix($0.account, $0.key)) }
  }

  /// Cells that are there, otherwise what their values will come from.
  private func prefetchCells(_ footprints: Footprints, _ index: Int) {
    footprints.forEachAccount(of: index) {
      if let cell = unsafe accounts.likelyCell($0) {
        unsafe Prefetch.fetch(UnsafePointer(cell))
      } else {
        bottom?.prefetch($0)
      }
    }
    footprints.forEachSlot(of: index) {
      if let cell = unsafe slots.likelyCell(SlotKey.mix($0.account, $0.key)) {
        unsafe Prefetch.fetch(UnsafePointer(cell))
      } else {
        bottom?.prefetchIndex($0.account, $0.key)
      }
    }
  }

  private func prefetchValues(_ footprints: Footprints, _ index: Int) {
    footprints.forEachAccount(of: index) {
      if let cell = unsafe accounts.likelyCell($0) { unsafe cell.pointee.content.list.prefetchLatest() }
    }
    footprints.forEachSlot(of: index) {
      if let cell = unsafe slots.likelyCell(SlotKey.mix($0.account, $0.key)) {
        unsafe cell.pointee.content.list.prefetchLatest()
      } else {
        bottom?.prefetch($0.account, $0.key)
      }
    }
  }
}
