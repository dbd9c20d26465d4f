public import EthereumTypes
import Glibc

/// Whole files as bytes, without Foundation: a command that reads one small file should start in a millisecond.
public enum FileContents {
  /// Larger files are refused: offsets in a parsed document have 32 bits.
  public static let maximumSize = 2_000_000_000

  /// Reads a file; `-` is standard input.
  public static func read(_ path: String) throws(FormatError) -> Bytes {
    let descriptor = unsafe path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw systemError(path) }
    defer { if path != "-" { close(descriptor) } }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw systemError(path) }
    let size = Int(status.st_size)
    guard size <= maximumSize else {
      throw FormatError(file: path, .tooLarge(bytes: size, limit: maximumSize))
    }
    var bytes = Bytes()
    bytes.reserveCapacity(size + 1)
    // A pipe tells no size, and a file may grow while it is read: read on until nothing comes.
    var chunk = Bytes(repeating: 0, count: min(max(size + 1, 1 << 16), 1 << 24))
    while true {
      let count = unsafe chunk.withUnsafeMutableBytes {
        unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw systemError(path) }
      if count == 0 { return bytes }
      if bytes.isEmpty, count == chunk.count, size == 0 { bytes.reserveCapacity(count * 4) }
      bytes.append(contentsOf: chunk[..<count])
      guard bytes.count <= maximumSize else {
        throw FormatError(file: path, .tooLarge(bytes: bytes.count, limit: maximumSize))
      }
    }
  }

  private static func systemError(_ path: String) -> FormatError {
    FormatError(file: path, .unreadable(unsafe String(cString: strerror(errno))))
  }
}
