import Foundation
import Synchronization

/// Standard output and error, used with care: whole lines, no half-written result, progress only for a person.
enum Terminal {
  /// Whether standard error is a terminal, so that progress may be shown there.
  static var showsProgress: Bool { isatty(2) == 1 }

  /// Prints a line on standard error.
  static func complain(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

  /// Writes text on standard error as it is.
  static func writeError(_ text: [UInt8]) { FileHandle.standardError.write(Data(text)) }

  /// Shows what is being done, on one line that the next call replaces; nothing where nobody looks.
  static func progress(_ text: String) {
    guard showsProgress else { return }
    FileHandle.standardError.write(Data("\r\u{1B}[K\(text)".utf8))
  }

  /// Removes the progress line.
  static func endProgress() { progress("") }

  /// Ends the process.
  static func exit(_ status: ExitStatus) -> Never { exit(status.rawValue) }

  /// Ends the process with the code of another tool that it stands in for.
  static func exit(_ code: Int32) -> Never {
    fflush(nil)
    Foundation.exit(code)
  }

  /// Writes a whole file or nothing: to a new file beside it first, which then takes its place.
  static func write(_ bytes: [UInt8], to path: String) throws(CommandFailure) {
    do { try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
      throw CommandFailure("\(path): cannot be written: \(error.localizedDescription)", .badInput)
    }
  }
}
