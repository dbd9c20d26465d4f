import EthereumTypes

/// Tells of most locations that they are not in a set, without hashing them.
struct LocationFilter {
  private static let bits = 16_384
  private var words = [UInt64](repeating: 0, count: bits / 64)
  private(set) var isEmpty = true

  private static func place(_ location: Location) -> Int {
    Int(truncatingIfNeeded: location.mixedBits >> 40) & (bits - 1)
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
