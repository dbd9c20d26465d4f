/// A value's place in the text and in the list of nodes.
package struct JSONNode {
  /// What kind of value it is.
  package enum Kind: UInt8 {
    case null, `true`, `false`, number, string, escapedString, array, object
  }

  /// What it is; an escaped string has to be unescaped before use.
  package var kind: Kind
  /// Where its content starts: behind the quote of a string, at the first character of a number.
  package var start: UInt32
  /// Bytes of a string or number; elements of an array; members of an object.
  package var count: UInt32
  /// The index of the node behind this value and all its parts.
  package var end: UInt32
}
