import EthereumTypes

/// Tells of most locations that they are not in a set, without hashing them.
struct LocationFilter {
  private static let bits = 16_384
  private var words = [UInt64](repeating: 0, count: bits / 64)
  private(set) var isEmpty = true

  /// Without a secret: whoever makes places collide gains no more than that the set is asked.
  @inline(__always)
  private static func place(_ location: Location) -> Int {
    let bits =
      location.address.lo ^ (location.slot.l0 &+ UInt64(location.field.rawValue)) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: (bits &* 0xD6E8_FEB8_6659_FD93) >> 40) & (Self.bits - 1)
  }

  mutating func insert(_ location: Location) {
    let place = Self.place(location)
    words[place >> 6] |= 1 << UInt64(place & 63)
    isEmpty = false
  }

  mutating func insert(_ locations: some Sequence<Location>) {
    for location in locations { insert(location) }
  }

  /// False where the location was never inserted.
  @inline(__always)
  func mayContain(_ location: Location) -> Bool {
    if isEmpty { return false }
    let place = Self.place(location)
    return words[place >> 6] & 1 << UInt64(place & 63) != 0
  }
}

/// A set of addresses that tells of most others quickly that they are not in it.
struct AddressSet {
  private var addresses: Set<Address> = []
  private var filter = LocationFilter()

  var isEmpty: Bool { filter.isEmpty }

  mutating func insert(_ address: Address) {
    addresses.insert(address)
    filter.insert(.liveness(address))
  }

  func contains(_ address: Address) -> Bool {
    filter.mayContain(.liveness(address)) && addresses.contains(address)
  }
}
