import EthereumTypes

/// Gives each distinct location a small number, in order of first appearance.
///
/// Open addressing with linear probing. Storage slots are chosen by whoever writes the transaction, so the hash
/// is keyed with numbers drawn when the process starts: nobody outside can prepare slots that collide.
struct LocationInterner {
  /// The locations by their numbers.
  private(set) var locations: [Location] = []
  /// 0 where free; else the upper half of the hash above the location's number plus one.
  private var table: [UInt64]
  /// How far the upper half of a hash is shifted down to give a place in the table.
  private var shift: UInt64
  private let key: HashKey

  /// Makes room for about that many locations.
  init(expecting count: Int) {
    var bits: UInt64 = 8
    while bits < 31 && (1 << bits) < count { bits += 1 }
    table = [UInt64](repeating: 0, count: 1 << Int(bits))
    shift = 64 - bits
    key = HashKey.ofProcess
    locations.reserveCapacity(count / 2)
  }

  /// The number of a location, new or known. Expected constant time.
  @inline(__always)
  mutating func number(of location: Location) -> Int32 {
    let hash = key.hash(location)
    let tag = hash & 0xFFFF_FFFF_0000_0000
    let mask = table.count - 1
    var place = Int(truncatingIfNeeded: hash >> shift)
    while true {
      let entry = table[place]
      if entry == 0 { break }
      if entry & 0xFFFF_FFFF_0000_0000 == tag {
        let number = Int(truncatingIfNeeded: entry & 0xFFFF_FFFF) - 1
        if locations[number] == location { return Int32(truncatingIfNeeded: number) }
      }
      place = (place + 1) & mask
    }
    locations.append(location)
    table[place] = tag | UInt64(locations.count)
    if locations.count > table.count / 4 * 3 { grow() }
    return Int32(truncatingIfNeeded: locations.count - 1)
  }

  /// Doubles the table. The upper half of each hash is in the table and the place comes from it alone, so no
  /// location is looked at.
  private mutating func grow() {
    let old = table
    table = [UInt64](repeating: 0, count: old.count * 2)
    shift -= 1
    let mask = table.count - 1
    for entry in old where entry != 0 {
      var place = Int(truncatingIfNeeded: entry >> shift)
      while table[place] != 0 { place = (place + 1) & mask }
      table[place] = entry
    }
  }
}

/// Secret multipliers for hashing locations: products of 64-bit halves folded together.
private struct HashKey {
  /// Drawn once per process. Numbers are given in order of appearance, so no result depends on it.
  static let ofProcess = HashKey()

  let k0 = UInt64.random(in: .min ... .max)
  let k1 = UInt64.random(in: .min ... .max)
  let k2 = UInt64.random(in: .min ... .max)
  let k3 = UInt64.random(in: .min ... .max)
  let k4 = UInt64.random(in: .min ... .max)
  let k5 = UInt64.random(in: .min ... .max)
  let k6 = UInt64.random(in: .min ... .max)

  @inline(__always)
  private func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }

  @inline(__always)
  func hash(_ location: Location) -> UInt64 {
    let slot = location.slot
    let address = location.address
    let tail = UInt64(address.hi) << 8 | UInt64(location.field.rawValue)
    let low = fold(slot.l0 ^ k0, slot.l1 ^ k1) &+ fold(slot.l2 ^ k2, slot.l3 ^ k3)
    let high = fold(address.lo ^ k4, address.mid ^ k5)
    return fold(low ^ high ^ tail, k6 | 1)
  }
}
