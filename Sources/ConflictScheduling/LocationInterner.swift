import EthereumTypes

/// Gives each distinct location of a list of access sets a small number, in order of first appearance.
///
/// Open addressing with linear probing. The table of a large block is larger than any cache, and waiting for
/// memory is all that interning costs, so:
/// - locations are told apart by fingerprints of 96 bits, not by going back to where each stands. Fingerprints
///   are keyed with numbers drawn when the process starts: since slots are chosen by whoever writes a
///   transaction, nobody outside may be able to prepare collisions. That any two of a million locations
///   collide by accident has a chance of 2⁻⁵⁷, and a wrong schedule costs speed, never the result;
/// - lookups are gathered, and those of a batch load what they need before any of them waits.
struct LocationInterner {
  /// Where a location stands: in which set, in which of its lists, at what place.
  struct Origin {
    let set: Int32
    /// The place, with the list in the two upper bits.
    private let place: UInt32

    private static let listShift: UInt32 = 30

    @inline(__always)
    private init(_ set: Int32, list: UInt32, _ place: Int) {
      self.set = set
      self.place = list << Self.listShift | UInt32(truncatingIfNeeded: place)
    }

    @inline(__always)
    static func read(_ place: Int, of set: Int32) -> Origin { Origin(set, list: 0, place) }
    @inline(__always)
    static func write(_ place: Int, of set: Int32) -> Origin { Origin(set, list: 1, place) }
    @inline(__always)
    static func add(_ place: Int, of set: Int32) -> Origin { Origin(set, list: 2, place) }

    @inline(__always)
    func location(in set: AccessSet) -> Location {
      let place = Int(place & (1 << Self.listShift - 1))
      return switch self.place >> Self.listShift {
      case 0: set.reads[place]
      case 1: set.writes[place]
      default: set.adds[place]
      }
    }
  }

  /// Where each location first appeared, by number.
  private(set) var origins: [Origin] = []
  /// The lower 64 bits of each location's fingerprint, by number.
  private var checks: [UInt64] = []
  /// 0 where free; else the upper 32 bits of a fingerprint above the location's number plus one.
  private var table: [UInt64]
  /// How far an entry is shifted down to give its place in the table.
  private var shift: UInt64
  private let key = HashKey.ofProcess
  /// The lookups of the batch at hand.
  private var asked: [(tag: UInt64, check: UInt64, origin: Origin)] = []
  /// The sum of what was loaded ahead of use; kept only so that the loads are.
  private var loadedAhead: UInt64 = 0

  private static let tagMask: UInt64 = 0xFFFF_FFFF_0000_0000

  /// How many lookups there will be, and how many have been answered.
  private let total: Int
  private var answered = 0

  /// Prepares for that many lookups in all.
  init(expecting total: Int) {
    self.total = total
    table = [UInt64](repeating: 0, count: 1 << 12)
    shift = 64 - 12
  }

  /// The number of lookups gathered.
  var pending: Int { asked.count }

  /// Gathers a lookup.
  @inline(__always)
  mutating func ask(_ location: Location, at origin: Origin) {
    let (tag, check) = key.fingerprint(location)
    asked.append((tag & Self.tagMask, check, origin))
  }

  /// Adds four times the number of each location asked for to the last of `values`, and forgets the lookups.
  /// Expected linear time.
  mutating func answer(into values: inout [Int32]) {
    // Room for the whole batch first, so that the table stays where it is.
    if origins.count + asked.count > table.count / 4 * 3 { grow() }
    loadAhead()
    let first = values.count - asked.count
    var values = values.mutableSpan
    for index in asked.indices { values[first + index] += number(of: index) << 2 }
    answered += asked.count
    asked.removeAll(keepingCapacity: true)
  }

  @inline(__always)
  private mutating func number(of index: Int) -> Int32 {
    let (tag, check, origin) = asked[index]
    var place = Int(truncatingIfNeeded: tag >> shift)
    while true {
      let entry = table[place]
      if entry == 0 { break }
      if entry & Self.tagMask == tag {
        let number = Int(truncatingIfNeeded: entry & ~Self.tagMask) - 1
        if checks[number] == check { return Int32(truncatingIfNeeded: number) }
      }
      place = place + 1 == table.count ? 0 : place + 1
    }
    origins.append(origin)
    checks.append(check)
    table[place] = tag | UInt64(origins.count)
    return Int32(truncatingIfNeeded: origins.count - 1)
  }

  private mutating func loadAhead() {
    var sum: UInt64 = 0
    for (tag, _, _) in asked { sum &+= table[Int(truncatingIfNeeded: tag >> shift)] }
    for (tag, _, _) in asked {
      let entry = table[Int(truncatingIfNeeded: tag >> shift)]
      if entry & Self.tagMask == tag && entry != 0 {
        sum &+= checks[Int(truncatingIfNeeded: entry & ~Self.tagMask) - 1]
      }
    }
    loadedAhead &+= sum
  }

  /// Makes room for the batch at hand, and for all to come if they go on to bring as many new locations as those so
  /// far: growing step by step would touch the memory of every step. Entries hold all that their places come from.
  private mutating func grow() {
    let projected = Double(origins.count) * Double(total) / Double(max(answered, 1))
    let needed = max(origins.count + asked.count, Int(min(projected, Double(total))))
    var count = table.count
    while needed > count / 4 * 3 {
      count *= 2
      shift -= 1
    }
    let old = table
    table = [UInt64](repeating: 0, count: count)
    for entry in old where entry != 0 {
      var place = Int(truncatingIfNeeded: entry >> shift)
      while table[place] != 0 { place = place + 1 == table.count ? 0 : place + 1 }
      table[place] = entry
    }
  }
}

/// Secret numbers for fingerprinting locations by folded 64-bit products.
private struct HashKey {
  /// Drawn once per process. Numbers are given in order of appearance, so no result depends on it.
  static let ofProcess = HashKey()

  private let k: InlineArray<12, UInt64> = .init { _ in UInt64.random(in: .min ... .max) }

  @inline(__always)
  private func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }

  /// Two hashes that pair the parts of a location differently.
  @inline(__always)
  func fingerprint(_ location: Location) -> (UInt64, UInt64) {
    let (slot, address) = (location.slot, location.address)
    let tail = UInt64(address.hi) << 8 | UInt64(location.field.rawValue)
    let a =
      fold(slot.l0 ^ k[0], slot.l1 ^ k[1]) &+ fold(slot.l2 ^ k[2], slot.l3 ^ k[3])
      &+ fold(address.lo ^ k[4], address.mid ^ k[5])
    let b =
      fold(slot.l0 ^ k[6], address.lo ^ k[7]) &+ fold(slot.l1 ^ k[8], slot.l2 ^ k[9])
      &+ fold(slot.l3 ^ k[10], address.mid ^ k[11])
    return (fold(a ^ tail, k[6] | 1), fold(b &+ tail, k[0] | 1))
  }
}
