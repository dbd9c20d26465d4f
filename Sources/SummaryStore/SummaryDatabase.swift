public import AccessAnalysis
import EVMBytecode
import EthereumTypes
import Foundation
import GRDB
import Synchronization

/// Contract summaries in one SQLite file, keyed by code hash, fork and analyser version.
///
/// Any number of processes may use a file at once (write-ahead log; whoever has to wait waits up to five seconds). Each
/// row carries a checksum; a row that does not fit it, or that decodes to nothing valid, is as good as none and is
/// replaced. A file that is no database of ours, or a damaged one, is set aside as `FILE.damaged-N` and made anew. What
/// goes wrong later is told by `problems` and costs time only: what cannot be read is found out anew.
public final class SummaryDatabase: SummaryStorage {
  private let database: DatabasePool
  private let version: String
  private let found = Mutex<[String]>([])

  /// Tells other programs' files from ours (SQLite's `application_id`): "WAVE".
  private static let applicationID = 0x5741_5645
  /// The layout of the tables (SQLite's `user_version`).
  private static let layout = 1
  /// Rows of versions that were not used for so long are dropped when the file is opened.
  private static let maximumAge = 90 * 86_400

  /// What went wrong so far, a line each for a person.
  public var problems: [String] { found.withLock { $0 } }

  /// Opens or makes a file.
  ///
  /// - Parameters:
  ///   - path: the file. Its folder must exist.
  ///   - version: what the summaries are of.
  /// - Throws: `SummaryDatabaseError` where there can be no such file.
  public init(path: String, version: String = AccessAnalyzer.summaryVersion) throws(SummaryDatabaseError) {
    self.version = version
    do {
      database = try Self.open(path)
    } catch let first {
      guard Self.isDamage(first) else { throw SummaryDatabaseError(path: path, reason: "\(first)") }
      do {
        let aside = try Self.setAside(path)
        database = try Self.open(path)
        found.withLock { $0.append("\(path) was no usable summary cache (\(first)); it is \(aside) now") }
      } catch { throw SummaryDatabaseError(path: path, reason: "\(error)") }
    }
  }

  private static func open(_ path: String) throws -> DatabasePool {
    var configuration = Configuration()
    configuration.busyMode = .timeout(5)
    configuration.maximumReaderCount = 4
    // A lost last transaction costs an analysis; a damaged file must not come of it.
    configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = NORMAL") }
    let database = try openPool(path, configuration)
    try database.write { db in
      let application = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
      let layout = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
      let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0
      if application != applicationID || layout != self.layout {
        guard application == 0, layout == 0, tables == 0 else { throw ForeignFile() }
        try db.execute(sql: "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(self.layout)")
      }
      try db.execute(
        sql: """
          CREATE TABLE IF NOT EXISTS summary (
            version TEXT NOT NULL, fork TEXT NOT NULL, code_hash BLOB NOT NULL, saved INTEGER NOT NULL,
            data BLOB NOT NULL, checksum BLOB NOT NULL, PRIMARY KEY (version, fork, code_hash)
          ) WITHOUT ROWID
          """)
      try db.execute(
        sql: "DELETE FROM summary WHERE saved < ?", arguments: [now - maximumAge])
    }
    return database
  }

  /// Opens the file, again and again for as long as a reader would wait: where several processes make the file at once,
  /// SQLite lets all but one fail at switching to the write-ahead log, without waiting.
  private static func openPool(_ path: String, _ configuration: Configuration) throws -> DatabasePool {
    let deadline = ContinuousClock.now + .seconds(5)
    while true {
      do {
        return try DatabasePool(path: path, configuration: configuration)
      } catch let error as DatabaseError
        where error.resultCode == .SQLITE_BUSY && ContinuousClock.now < deadline
      {
        Thread.sleep(forTimeInterval: 0.01)
      }
    }
  }

  private struct ForeignFile: Error, CustomStringConvertible {
    var description: String { "another program's database, or another layout" }
  }

  private static func isDamage(_ error: any Error) -> Bool {
    if error is ForeignFile { return true }
    guard let error = error as? DatabaseError else { return false }
    return [.SQLITE_NOTADB, .SQLITE_CORRUPT, .SQLITE_FORMAT, .SQLITE_ERROR].contains(error.resultCode)
  }

  private static func setAside(_ path: String) throws -> String {
    let files = FileManager.default
    var number = 1
    while files.fileExists(atPath: "\(path).damaged-\(number)") { number += 1 }
    let aside = "\(path).damaged-\(number)"
    try files.moveItem(atPath: path, toPath: aside)
    // Along with what was written to it last: it may be somebody else's.
    for suffix in ["-wal", "-shm"] where files.fileExists(atPath: path + suffix) {
      try files.moveItem(atPath: path + suffix, toPath: aside + suffix)
    }
    return aside
  }

  private static var now: Int { Int(Date().timeIntervalSince1970) }

  // MARK: SummaryStorage

  /// The bytes kept for a key; nil where there are none, or none that fit their checksum. One look-up.
  public func summary(_ key: SummaryKey) -> [UInt8]? {
    do {
      let row = try database.read { db in
        try Row.fetchOne(
          db, sql: "SELECT data, checksum FROM summary WHERE version = ? AND fork = ? AND code_hash = ?",
          arguments: [version, key.fork.rawName, Data(key.codeHash.bytes)])
      }
      guard let row else { return nil }
      guard let data = Data.fromDatabaseValue(row[0]), let checksum = Data.fromDatabaseValue(row[1]),
        checksum == self.checksum([UInt8](data), key)
      else {
        reject(key)
        return nil
      }
      return [UInt8](data)
    } catch {
      note("reading \(key.codeHash): \(error)")
      return nil
    }
  }

  /// Keeps bytes, all in one transaction.
  public func save(_ summaries: [(key: SummaryKey, bytes: [UInt8])]) {
    do {
      try database.write { db in
        let statement = try db.cachedStatement(
          sql:
            "INSERT OR REPLACE INTO summary (version, fork, code_hash, saved, data, checksum) VALUES (?, ?, ?, ?, ?, ?)"
        )
        for (key, bytes) in summaries {
          try statement.execute(arguments: [
            version, key.fork.rawName, Data(key.codeHash.bytes), Self.now, Data(bytes), checksum(bytes, key),
          ])
        }
      }
    } catch { note("saving \(summaries.count) summaries: \(error)") }
  }

  /// Notes a row that could not be used.
  public func reject(_ key: SummaryKey) {
    note("the row of \(key.codeHash) (\(key.fork)) is damaged; the code is analysed anew")
  }

  private func note(_ problem: String) {
    found.withLock { if $0.count < 1_000 { $0.append(problem) } }
  }

  /// Over the key too: a row must not pass for another one's.
  private func checksum(_ bytes: [UInt8], _ key: SummaryKey) -> Data {
    Data(
      keccak256(bytes + key.codeHash.bytes + Array("\(version)/\(key.fork.rawName)".utf8)).bytes.prefix(16))
  }
}

extension Fork {
  fileprivate var rawName: String { "\(self)" }
}

/// A summary cache that can be neither opened nor made.
public struct SummaryDatabaseError: Error, CustomStringConvertible {
  /// The file.
  public var path: String
  /// Why, in SQLite's words or the system's.
  public var reason: String
  /// One line for a person.
  public var description: String {
    "\(path): cannot be used as a summary cache: \(reason); name a file in a folder that you may write to, or use --no-cache"
  }
}
