import EthereumTypes

/// A file of fixtures, and under which heading its cases are counted.
struct FixtureFile: Sendable {
  let path: String
  let suite: String
}

extension FixtureRunner {
  /// The cases of a file that are asked for. What is of another format goes into the report.
  func cases(in file: FixtureFile, _ report: inout FixtureReport) -> [FixtureCase] {
    let members: [JSONValue.Member]
    do throws(FormatError) {
      let root = try JSONDocument(contentsOf: file.path).root
      // A catalogue of other files, or what tests of the Engine API share.
      let isNoTest = root["test_cases"] != nil || (root["testIds"] != nil && root["pre"] != nil)
      members = isNoTest ? [] : try root.members()
    } catch { return [.unreadable("(the file)", error)].filter(filter.includes) }
    return members.flatMap { member in
      member.key == "_info" ? [] : cases(of: member, in: file, &report).filter(filter.includes)
    }
  }

  private func cases(
    of member: JSONValue.Member, in file: FixtureFile, _ report: inout FixtureReport
  ) -> [FixtureCase] {
    guard let format = FixtureFormat(member.value) else {
      return [FixtureCase(name: member.key, fork: "-", index: 0, work: .skip("is of an unknown format"))]
    }
    if format == .snapshotPayloads, kind == .block {
      let reason = "starts from a snapshot of a live network, which the file does not have"
      return [FixtureCase(name: member.key, fork: "-", index: 0, work: .skip(reason))]
    }
    guard kind.formats.contains(format) else {
      report.others[format, default: 0] += 1
      return []
    }
    let cases: [FixtureCase]
    do throws(FormatError) {
      switch format {
      case .stateTest: cases = try StateTest.fixtureCases(member, trace: trace)
      case .blockTest: cases = [try BlockTest(name: member.key, member.value).fixtureCase]
      case .enginePayloads: cases = [try EngineTest(name: member.key, member.value).fixtureCase]
      case .transactionTest: cases = try TransactionTest(name: member.key, member.value).fixtureCases()
      default: cases = []
      }
    } catch { return [.unreadable(member.key, error)] }
    return cases.map { item in
      FixtureFormat.reasonToSkip(file: file.path, fork: item.fork).map {
        FixtureCase(name: item.name, fork: item.fork, index: item.index, work: .skip($0))
      } ?? item
    }
  }
}

extension StateTest {
  /// One case for each transaction under each fork.
  ///
  /// - Parameter trace: gets the traces, if wanted.
  static func fixtureCases(
    _ member: JSONValue.Member, trace: (@Sendable (Bytes) -> Void)?
  ) throws(FormatError) -> [FixtureCase] {
    let test = try StateTest(name: member.key, member.value)
    let cases = try test.cases()
    return cases.map { item in
      FixtureCase(
        name: test.name, fork: item.forkName, index: item.index,
        work: .run { worker throws(FormatError) in
          var difference = try test.run(item, on: worker, trace: trace)
          if difference == nil, let check = worker.check {
            difference = try test.check(item, among: cases, check)
          }
          return difference.map { FixtureCase.Difference(text: $0) }
        })
    }
  }
}

extension BlockTest {
  /// The whole chain as one case.
  var fixtureCase: FixtureCase {
    FixtureCase(
      name: name, fork: network, index: 0,
      work: .run { worker throws(FormatError) in
        try run(check: worker.check).map { FixtureCase.Difference(text: $0.difference, block: $0.block) }
      })
  }
}

extension EngineTest {
  /// The whole chain as one case.
  var fixtureCase: FixtureCase {
    FixtureCase(
      name: name, fork: network, index: 0,
      work: .run { worker throws(FormatError) in
        try run(check: worker.check).map { FixtureCase.Difference(text: $0.difference, block: $0.block) }
      })
  }
}

extension TransactionTest {
  /// One case for each fork.
  func fixtureCases() throws(FormatError) -> [FixtureCase] {
    try results().map { fork, expected in
      FixtureCase(
        name: name, fork: fork, index: 0,
        work: .run { _ throws(FormatError) in
          try run(fork, expected).map { FixtureCase.Difference(text: $0) }
        })
    }
  }
}
