// SPDX-License-Identifier: Apache-2.0

import Storage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Ports of 127.0.0.1.
enum LoopbackPort {
  /// Finds out whether ports are free, and free ports where 0 is asked for.
  ///
  /// All of them are held at the same time, so that they differ. They are free again on return: the
  /// listeners take them a moment later and report it if somebody was faster.
  ///
  /// - Parameters:
  ///   - ports: the wanted ports; 0 for any.
  ///   - help: what to do about one that is taken.
  /// - Returns: the ports, in the same order, none 0.
  /// - Throws: `StorageError`.
  static func reserve(_ ports: [UInt16], help: String) throws -> [UInt16] {
    var descriptors: [Int32] = []
    defer { for descriptor in descriptors { close(descriptor) } }
    var reserved: [UInt16] = []
    for port in ports {
      #if canImport(Glibc)
        let type = Int32(SOCK_STREAM.rawValue)
      #else
        let type = SOCK_STREAM
      #endif
      let descriptor = socket(AF_INET, type, 0)
      guard descriptor >= 0 else { throw failure(errno, port: port, help: help) }
      descriptors.append(descriptor)
      reserved.append(try bindLoopback(descriptor, to: port, help: help))
    }
    return reserved
  }

  /// The error about a listener that cannot be opened.
  static func failure(_ code: Int32, port: UInt16, help: String) -> StorageError {
    switch code {
    case EADDRINUSE: StorageError("port \(port) on 127.0.0.1 is already in use", help: help)
    case EACCES:
      StorageError(
        "port \(port) on 127.0.0.1 needs more rights than this user has",
        help: "choose a port from 1024 on; 0 means a free one")
    default:
      StorageError(
        "cannot listen on port \(port) of 127.0.0.1: \(String(cString: strerror(code)))",
        help: "check the network settings of this machine")
    }
  }

  private static func bindLoopback(
    _ descriptor: Int32, to port: UInt16, help: String
  ) throws -> UInt16 {
    // As the listeners do: connections of an earlier server that are still closing do not count.
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(descriptor, pointer, length) == 0 ? getsockname(descriptor, pointer, &length) : -1
      }
    }
    guard status == 0 else { throw failure(errno, port: port, help: help) }
    return UInt16(bigEndian: address.sin_port)
  }
}
