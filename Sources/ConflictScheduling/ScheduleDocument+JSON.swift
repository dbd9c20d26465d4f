import EthereumTypes

extension ScheduleDocument {
  /// Reads the JSON form. What it returns has the right shape; whether it can be run at all is for `schedule()`
  /// to say, whether it is right for given transactions for `violations(against:)`.
  ///
  /// - Throws: `ScheduleFormatError` naming the first wrong field.
  public init(decoding bytes: Bytes) throws(ScheduleFormatError) {
    let document = try JSONField(parsing: bytes)
    // First of all, so that a later version is called a later version and not a missing field.
    let format = try document.required("format")
    guard try format.string() == Self.format else { throw format.error("\"\(Self.format)\"") }
    self.format = Self.format
    kind = try document.required("kind").name(Schedule.Kind.self)
    costUnit = try document.required("costUnit").name(CostUnit.self)
    block = try document.optional("block").map { field throws(ScheduleFormatError) in try Block(field) }
    transactionHashes = try document.optional("transactionHashes").map {
      field throws(ScheduleFormatError) in try Self.hashes(field)
    }
    costs = try document.required("costs").integers(0...ScheduledTransaction.costLimit)
    order = try document.required("order").integers()
    waves = try document.required("waves").integerRows()
    dependencies = try document.required("dependencies").integerRows()
    priorities = try document.required("priorities").integers()
    bounds = try LowerBounds(try document.required("bounds"))
    makespans = []
    for field in try document.required("makespans").items() { makespans.append(try Makespan(field)) }
  }

  /// The JSON form: one line of UTF-8, keys sorted, so that equal documents are equal bytes.
  public func encoded() -> Bytes {
    JSON.object([
      (
        "block",
        block.map {
          .object([
            ("hash", $0.hash.map { .string($0.description) }),
            ("number", $0.number.map { .integer(Int(clamping: $0)) }),
          ])
        }
      ),
      (
        "bounds",
        .object([
          ("clique", .integer(bounds.clique)), ("criticalPath", .integer(bounds.criticalPath)),
          ("hotSpot", .integer(bounds.hotSpot)), ("largest", .integer(bounds.largest)),
          ("total", .integer(bounds.total)),
        ])
      ),
      ("costUnit", .string(costUnit.rawValue)),
      ("costs", .integers(costs)),
      ("dependencies", .array(dependencies.map { .integers($0) })),
      ("format", .string(format)),
      ("kind", .string(kind.rawValue)),
      (
        "makespans",
        .array(
          makespans.map {
            .object([
              ("barrierFree", .integer($0.barrierFree)), ("barriers", .integer($0.barriers)),
              ("workers", .integer($0.workers)),
            ])
          })
      ),
      ("order", .integers(order)),
      ("priorities", .integers(priorities)),
      ("transactionHashes", transactionHashes.map { .array($0.map { .string($0.description) }) }),
      ("waves", .array(waves.map { .integers($0) })),
    ]).encoded
  }

  private static func hashes(_ field: JSONField) throws(ScheduleFormatError) -> [Hash32] {
    var hashes: [Hash32] = []
    for item in try field.items() { hashes.append(try item.hash()) }
    return hashes
  }
}

extension ScheduleDocument.Block {
  fileprivate init(_ field: JSONField) throws(ScheduleFormatError) {
    number = try field.optional("number").map { number throws(ScheduleFormatError) in
      UInt64(try number.integer(in: 0...Int.max))
    }
    hash = try field.optional("hash").map { hash throws(ScheduleFormatError) in try hash.hash() }
  }
}

extension ScheduleDocument.Makespan {
  fileprivate init(_ field: JSONField) throws(ScheduleFormatError) {
    workers = try field.required("workers").integer(in: 1...Int(Int32.max))
    barrierFree = try field.required("barrierFree").integer(in: 0...Int.max)
    barriers = try field.required("barriers").integer(in: 0...Int.max)
  }
}

extension LowerBounds {
  fileprivate init(_ field: JSONField) throws(ScheduleFormatError) {
    self.init(
      criticalPath: try field.required("criticalPath").integer(in: 0...Int.max),
      total: try field.required("total").integer(in: 0...Int.max),
      largest: try field.required("largest").integer(in: 0...Int.max),
      clique: try field.required("clique").integer(in: 0...Int.max),
      hotSpot: try field.required("hotSpot").integer(in: 0...Int.max))
  }
}
