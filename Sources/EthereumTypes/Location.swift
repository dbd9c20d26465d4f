/// The smallest thing that two transactions can fight over.
public struct Location: Hashable, Sendable {
  /// Which part of an account a location names.
  public enum Field: UInt8, Sendable, CaseIterable {
    /// The account's balance in wei.
    case balance
    /// The account's nonce.
    case nonce
    /// The account's code.
    case code
    /// Whether the account is dead in the sense of EIP-161: absent, or without nonce, balance and code.
    case liveness
    /// One 32-byte storage slot.
    case storage
  }

  /// The account.
  public var address: Address
  /// The part of it.
  public var field: Field
  /// The storage slot; zero for the other fields.
  public var slot: UInt256

  /// Makes the location of a field other than storage.
  @inlinable
  public init(_ address: Address, _ field: Field) {
    self.address = address
    self.field = field
    self.slot = .zero
  }

  /// Makes the location of a storage slot.
  @inlinable
  public init(_ address: Address, slot: UInt256) {
    self.address = address
    self.field = .storage
    self.slot = slot
  }

  /// `balance(a)`.
  public static func balance(_ address: Address) -> Location { Location(address, .balance) }
  /// `nonce(a)`.
  public static func nonce(_ address: Address) -> Location { Location(address, .nonce) }
  /// `code(a)`.
  public static func code(_ address: Address) -> Location { Location(address, .code) }
  /// `liveness(a)`.
  public static func liveness(_ address: Address) -> Location { Location(address, .liveness) }
  /// `storage(a, slot)`.
  public static func storage(_ address: Address, _ slot: UInt256) -> Location {
    Location(address, slot: slot)
  }

  /// Whether all parts are equal. Spelt out so that it is inlined where tables are probed.
  @inlinable
  public static func == (a: Location, b: Location) -> Bool {
    a.slot == b.slot && a.address == b.address && a.field.rawValue == b.field.rawValue
  }

  /// Feeds one mixed limb to the hasher.
  @inlinable
  public func hash(into hasher: inout Hasher) { hasher.combine(mixedBits) }

  /// All parts mixed into one limb with the secret of this process; for hash tables of our own.
  @inlinable
  public var mixedBits: UInt64 {
    HashKey.fold(address.mixedBits ^ UInt64(field.rawValue) &<< 56, slot.mixedBits | 1)
  }
}

extension Location: Comparable {
  /// By address, then field, then slot.
  @inlinable
  public static func < (a: Location, b: Location) -> Bool {
    if a.address != b.address { return a.address < b.address }
    if a.field != b.field { return a.field.rawValue < b.field.rawValue }
    return a.slot < b.slot
  }
}

extension Location: CustomStringConvertible {
  /// `0x<address>/balance|nonce|code|liveness|0x<64 hexadecimal digits>`.
  public var description: String { "\(address)/\(field == .storage ? slot.paddedHex : "\(field)")" }

  /// Parses what `description` prints; the slot may be written without leading zeros.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let address = Address(hex: parts[0]) else { return nil }
    if let field = Field.allCases.first(where: { $0 != .storage && "\($0)" == parts[1] }) {
      self.init(address, field)
    } else {
      guard parts[1].hasPrefix("0x"), let slot = UInt256(hex: parts[1]) else { return nil }
      self.init(address, slot: slot)
    }
  }
}
