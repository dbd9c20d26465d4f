import EVMBytecode
import EthereumTypes

/// A word of which some bits are known.
struct KnownBits: Hashable {
  /// The bits; zero where they are not known.
  var word: UInt256
  /// Ones where they are not known.
  var unknown: UInt256

  init(_ word: UInt256, unknown: UInt256 = .zero) {
    self.word = word
    self.unknown = unknown
  }

  /// A word of `width` unknown bits.
  init(width: Int) {
    self.init(.zero, unknown: width >= 256 ? .max : UInt256.max.shiftedRight(UInt64(256 - width)))
  }

  var isKnown: Bool { unknown.isZero }
  var unknownCount: Int {
    unknown.l0.nonzeroBitCount + unknown.l1.nonzeroBitCount + unknown.l2.nonzeroBitCount
      + unknown.l3.nonzeroBitCount
  }

  /// Whether the word can be `other`.
  func allows(_ other: UInt256) -> Bool { (other ^ word) & ~unknown == .zero }

  /// The word with its unknown bits taken from the low bits of `number`.
  func filled(_ number: Int) -> UInt256 {
    var result = word
    var rest = number
    for bit in 0..<256 where rest != 0 {
      let mask = UInt256.one.shiftedLeft(UInt64(bit))
      guard !(unknown & mask).isZero else { continue }
      if rest & 1 == 1 { result = result | mask }
      rest >>= 1
    }
    return result
  }
}

/// Tries all values of a few unknown bits, such as the remainder that picks a bucket of a selector table, and finds
/// what an expression is for each of them; bytes of the code are looked up.
struct Enumeration {
  let table: ExpressionTable
  let code: [UInt8]
  /// How many evaluations of one operation are left.
  var budget: Int
  private(set) var spent = 0
  private var fixed: [ExpressionID: UInt256] = [:]

  /// Values tried for one part.
  private static let maximumValues = 4096
  private static let maximumBits = 12
  /// Parts of an expression that are looked at.
  private static let maximumParts = 400

  init(table: ExpressionTable, code: [UInt8], budget: Int) {
    self.table = table
    self.code = code
    self.budget = budget
  }

  /// All values of `target`, each with that of `companion` (−1 for none) where it is known; nil where they cannot be
  /// enumerated.
  mutating func values(of target: ExpressionID, with companion: ExpressionID) -> [(UInt256, UInt256?)]? {
    let order = parts(of: companion >= 0 ? [companion, target] : [target])
    guard order.count <= Self.maximumParts else { return nil }
    var found: [(UInt256, UInt256?)] = []
    return collect(target, companion, order, &found, depth: 0) ? found : nil
  }

  /// What is known of an expression without trying anything.
  mutating func bits(of id: ExpressionID) -> KnownBits {
    let order = parts(of: [id])
    guard order.count <= Self.maximumParts else { return KnownBits(width: 256) }
    return evaluate(order)[id] ?? KnownBits(width: 256)
  }

  /// The parts of expressions, operands first.
  private func parts(of roots: [ExpressionID]) -> [ExpressionID] {
    var order: [ExpressionID] = []
    var done = Set<ExpressionID>()
    var open = roots.map { (id: $0, isReady: false) }
    while let (id, isReady) = open.popLast(), order.count <= Self.maximumParts {
      if isReady {
        order.append(id)
        continue
      }
      guard done.insert(id).inserted else { continue }
      open.append((id, true))
      // What is inside a load or a hash says nothing of its bits.
      switch table[id].op {
      case Opcode.sload, Opcode.tload, Opcode.mload, Opcode.keccak256, ExpressionCode.hash,
        ExpressionCode.choice, Opcode.calldataload:
        continue
      default: for operand in table.operands(table[id]) { open.append((operand, false)) }
      }
    }
    return order
  }

  private mutating func collect(
    _ target: ExpressionID, _ companion: ExpressionID, _ order: [ExpressionID],
    _ found: inout [(UInt256, UInt256?)], depth: Int
  ) -> Bool {
    spent += order.count
    guard spent <= budget, depth < 8 else { return false }
    let bits = evaluate(order)
    guard let result = bits[target] else { return false }
    if result.isKnown {
      let other = companion >= 0 ? bits[companion] : nil
      found.append((result.word, other.flatMap { $0.isKnown ? $0.word : nil }))
      return true
    }
    guard let (part, values) = split(order, bits) else { return false }
    if part == target, companion < 0 {
      found += values.map { ($0, nil) }
      return true
    }
    for value in values {
      fixed[part] = value
      guard collect(target, companion, order, &found, depth: depth + 1) else { return false }
    }
    fixed[part] = nil
    return true
  }

  /// The first part with few possible values, remainders first.
  private func split(_ order: [ExpressionID], _ bits: [ExpressionID: KnownBits]) -> (ExpressionID, [UInt256])?
  {
    for id in order where table[id].op == Opcode.mod && bits[id]?.isKnown == false {
      if let modulus = bits[table[id].b], modulus.isKnown, modulus.word.fitsUInt64,
        modulus.word.l0 <= UInt64(Self.maximumValues)
      {
        return (id, (0..<Int(modulus.word.l0)).map { UInt256($0) })
      }
    }
    for id in order {
      guard let some = bits[id], !some.isKnown, some.unknownCount <= Self.maximumBits else { continue }
      let count: Int = 1 << some.unknownCount
      return (id, (0..<count).map { some.filled($0) })
    }
    return nil
  }

  private func evaluate(_ order: [ExpressionID]) -> [ExpressionID: KnownBits] {
    var bits: [ExpressionID: KnownBits] = [:]
    bits.reserveCapacity(order.count)
    for id in order {
      bits[id] = fixed[id].map { KnownBits($0) } ?? evaluate(id, table[id], bits)
    }
    return bits
  }

  private func evaluate(
    _ id: ExpressionID, _ node: Expression, _ bits: [ExpressionID: KnownBits]
  ) -> KnownBits {
    let anything = KnownBits(width: table.width(id))
    if let word = table.value(id) { return KnownBits(word) }
    if node.op == ExpressionCode.codeBytes {
      guard let source = bits[node.a], source.isKnown else { return anything }
      return KnownBits(bytes(source.word, Int(node.b)))
    }
    let count = WordOperation.operandCount(node.op)
    guard count > 0, let a = bits[node.a] else { return anything }
    let b = count > 1 ? bits[node.b] ?? anything : KnownBits(.zero)
    let c = count > 2 ? bits[node.c] ?? anything : KnownBits(.zero)
    if a.isKnown && b.isKnown && c.isKnown {
      return KnownBits(WordOperation.evaluate(node.op, a.word, b.word, c.word))
    }
    switch node.op {
    case Opcode.and:
      // A known zero on either side makes a known zero.
      let canBeOne = (a.word | a.unknown) & (b.word | b.unknown)
      return KnownBits(a.word & b.word, unknown: canBeOne & (a.unknown | b.unknown))
    case Opcode.or:
      let isOne = a.word | b.word
      return KnownBits(isOne, unknown: (a.unknown | b.unknown) & ~isOne)
    case Opcode.xor:
      let unknown = a.unknown | b.unknown
      return KnownBits((a.word ^ b.word) & ~unknown, unknown: unknown)
    case Opcode.not: return KnownBits(~a.word & ~a.unknown, unknown: a.unknown)
    case Opcode.shl where a.isKnown: return KnownBits(b.word << a.word, unknown: b.unknown << a.word)
    case Opcode.shr where a.isKnown: return KnownBits(b.word >> a.word, unknown: b.unknown >> a.word)
    case Opcode.byte where a.isKnown:
      return KnownBits(b.word.byte(a.word), unknown: b.unknown.byte(a.word))
    case Opcode.mod where b.isKnown: return KnownBits(width: b.word.bitWidthUsed)
    case Opcode.add, Opcode.sub, Opcode.mul:
      // Carries run upwards only: the bits below the first unknown one are known.
      let low = (a.unknown | b.unknown)
      let lowest = low & low.negated
      let known = lowest &- .one
      let word = WordOperation.evaluate(node.op, a.word, b.word, .zero)
      if node.op == Opcode.add, (a.unknown & b.unknown).isZero, (a.unknown & b.word).isZero,
        (b.unknown & a.word).isZero, (a.word & b.word).isZero
      {
        // Nothing overlaps: adding is OR.
        return KnownBits(a.word | b.word, unknown: low)
      }
      return KnownBits(word & known, unknown: ~known)
    default: return anything
    }
  }

  private func bytes(_ offset: UInt256, _ count: Int) -> UInt256 {
    var word = UInt256.zero
    guard offset.fitsUInt64, offset.l0 < UInt64(code.count) else { return word }
    for index in Int(offset.l0)..<Int(offset.l0) + count {
      word = word.shiftedLeft(8) | UInt256(UInt64(index < code.count ? code[index] : 0))
    }
    return word
  }
}
