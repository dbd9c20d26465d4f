/// Which earlier transactions each transaction must wait for when the order is given: the true dependencies.
///
/// Under multi-version execution a transaction must wait only for values that it reads:
/// - a read depends on the last transaction that overwrote the location and on every add since;
/// - a write that does not read, and an add, depend on nothing;
/// - an *unknown* transaction depends on all before it and all after it depend on it (edges that other edges
///   imply are left out, so a run of unknowns costs linear space).
///
/// Write-after-read and write-after-write are no edges. Edges run from lower to higher index, so there are no
/// cycles. Built in time linear in accesses plus edges. Edges are linear in accesses as well: where many
/// readers would each depend on many adds, and the graph has passed `16 × accesses + 2²⁰` edges, later
/// readers of a location depend on an earlier reader instead of on what that one waits for.
public struct DependencyGraph: Hashable, Sendable {
  /// For each transaction the earlier ones it depends on, ascending.
  public let predecessors: CompactRows
  /// For each transaction the later ones that depend on it, ascending.
  public let successors: CompactRows

  /// The number of transactions.
  public var count: Int { predecessors.count }
  /// The number of dependencies.
  public var edgeCount: Int { predecessors.values.count }

  /// Takes rows of predecessors, each ascending and less than the number of its row.
  init(predecessors: CompactRows) {
    self.predecessors = predecessors
    successors = predecessors.transposed()
  }

  /// The true dependencies of transactions that run in the order of the list.
  public init(_ transactions: [ScheduledTransaction]) { self.init(AccessIndex(transactions)) }

  /// The true dependencies of transactions that run in the order of the index.
  public init(_ index: AccessIndex) { self.init(index, edgeBudget: nil) }

  /// With another number of edges up to which the graph is exact; nil for the one documented above.
  init(_ index: AccessIndex, edgeBudget: Int?) {
    var builder = Builder(index, edgeBudget: edgeBudget ?? 16 * index.accesses.values.count + 1 << 20)
    // Turning edges sorts them: twice is cheaper than sorting each row.
    successors = builder.build().transposed()
    predecessors = successors.transposed()
  }
}

/// One sweep over the transactions that remembers, for each location, who last set it and who added since.
private struct Builder {
  /// Who gave a location its present value.
  struct Provenance {
    /// The last transaction that overwrote it, or -1.
    var writer: Int32 = -1
    /// The head of the chain, in `links`, of adds since then, or -1.
    var adds: Int32 = -1
  }

  private let index: AccessIndex
  private var provenance: [Provenance]
  /// Chains of adds, newest first.
  private var links: [(transaction: Int32, next: Int32)] = []
  /// For each transaction the one that last took it for a predecessor: keeps duplicates out.
  private var takenBy: [Int32]
  private var rows: CompactRows
  private let edgeBudget: Int

  init(_ index: AccessIndex, edgeBudget: Int) {
    self.index = index
    provenance = [Provenance](repeating: Provenance(), count: index.locationCount)
    takenBy = [Int32](repeating: -1, count: index.count)
    rows = CompactRows(reservingRows: index.count, values: index.count * 4)
    self.edgeBudget = edgeBudget
  }

  mutating func build() -> CompactRows {
    /// What came before the last unknown transaction is reached through it.
    var horizon: Int32 = -1
    for transaction in 0..<Int32(truncatingIfNeeded: index.count) {
      if index.isUnknown[Int(transaction)] {
        for earlier in max(horizon, 0)..<transaction {
          // Where anything lies in between, the last unknown is reached through that.
          if earlier > horizon || earlier == transaction - 1 { rows.append(earlier) }
        }
        horizon = transaction
      } else {
        if horizon >= 0 { take(horizon, for: transaction) }
        for position in index.accesses.range(Int(transaction)) {
          visit(index.accesses.values[position], by: transaction, horizon)
        }
      }
      rows.endRow()
    }
    return rows
  }

  private mutating func visit(_ access: Int32, by transaction: Int32, _ horizon: Int32) {
    let location = Int(access >> 2)
    let kind = access & 3
    if kind & AccessIndex.Kind.read.rawValue != 0 {
      let source = provenance[location]
      if source.writer > horizon { take(source.writer, for: transaction) }
      var link = source.adds
      while link >= 0 {
        let add = links[Int(link)]
        if add.transaction <= horizon { break }
        take(add.transaction, for: transaction)
        link = add.next
      }
      if source.adds >= 0 && rows.values.count > edgeBudget {
        provenance[location] = Provenance(writer: transaction)
      }
    }
    if kind & AccessIndex.Kind.write.rawValue != 0 {
      provenance[location] = Provenance(writer: transaction)
    } else if kind == AccessIndex.Kind.add.rawValue {
      links.append((transaction, provenance[location].adds))
      provenance[location].adds = Int32(truncatingIfNeeded: links.count - 1)
    }
  }

  private mutating func take(_ predecessor: Int32, for transaction: Int32) {
    if takenBy[Int(predecessor)] == transaction { return }
    takenBy[Int(predecessor)] = transaction
    rows.append(predecessor)
  }
}
