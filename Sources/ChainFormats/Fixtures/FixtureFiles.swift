import Glibc

/// Finds fixture files.
enum FixtureFiles {
  /// The JSON files at a path: itself, or those in the folder and below, in the order of their names.
  ///
  /// - Throws: where a path leads nowhere or may not be read.
  static func find(_ path: String) throws(FormatError) -> [String] {
    guard unsafe access(path, R_OK) == 0 else {
      throw FormatError(file: path, .unreadable(unsafe String(cString: strerror(errno))))
    }
    guard let names = try entries(path) else { return [path] }
    var files: [String] = []
    for name in names.sorted() {
      let child = path.hasSuffix("/") ? path + name : "\(path)/\(name)"
      if isFolder(child) {
        files += try find(child)
      } else if name.hasSuffix(".json") {
        files.append(child)
      }
    }
    return files
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// The names in a folder, hidden ones left out; nil for what is no folder.
  private static func entries(_ path: String) throws(FormatError) -> [String]? {
    guard isFolder(path) else { return nil }
    guard let folder = unsafe opendir(path) else {
      throw FormatError(file: path, .unreadable(unsafe String(cString: strerror(errno))))
    }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names
  }
}
