import EthereumTypes
import StrictJSON

extension JSONValue {
  /// The value as JSON text without blanks, for readers that take whole documents. Linear; nested no deeper than the
  /// parser allows.
  var encoded: Bytes {
    switch node.kind {
    case .null: Bytes("null".utf8)
    case .true: Bytes("true".utf8)
    case .false: Bytes("false".utf8)
    case .number: Bytes(raw)
    case .string, .escapedString: [0x22] + raw + [0x22]
    case .array: [0x5B] + Bytes(((try? elements()) ?? []).map(\.encoded).joined(separator: [0x2C])) + [0x5D]
    case .object:
      [0x7B]
        + Bytes(
          ((try? members()) ?? []).map { $0.keyValue.encoded + [0x3A] + $0.value.encoded }
            .joined(separator: [0x2C])) + [0x7D]
    }
  }
}
