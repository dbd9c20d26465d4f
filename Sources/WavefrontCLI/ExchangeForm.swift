import ArgumentParser

/// The forms in which other programs tell what transactions touch or what they wait for.
enum ExchangeForm: String, CaseIterable, ExpressibleByArgument {
  /// `block-snapshot/1`: the pre-pass predicts what its transactions touch.
  case block
  /// `wavefront-schedule/1`.
  case schedule
  /// For each transaction those it waits for, a JSON array of arrays.
  case dependencies
  /// The `extraData` of a Polygon Bor header, which carries `TxDependency` (PIP-16).
  case bor
  /// BNB Smart Chain's TxDAG (BEP-396).
  case txdag
  /// Access lists (EIP-2930), a JSON array with one for each transaction.
  case accessLists = "access-lists"
  /// A block access list (EIP-7928), JSON or RLP.
  case blockAccessList = "block-access-list"
  /// Read/write sets of any chain, Hyperledger Fabric's included, as JSON.
  case readWriteSets = "rwsets"

  /// What can be read: all but a schedule, which is what reading ends in.
  static let readable: [ExchangeForm] = allCases.filter { $0 != .schedule }
  /// What can be written: all but a block.
  static let writable: [ExchangeForm] = allCases.filter { $0 != .block }

  /// Names of forms, for messages.
  static func names(_ forms: [ExchangeForm]) -> String { forms.map(\.rawValue).joined(separator: ", ") }
}
