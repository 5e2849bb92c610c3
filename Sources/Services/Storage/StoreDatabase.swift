// SPDX-License-Identifier: Apache-2.0

package import GRDB

/// Opens the SQLite databases of the server's stores.
package enum StoreDatabase {
  /// Opens or creates a database for one writer and many readers.
  ///
  /// A transaction that returned is on disk (write-ahead log with `synchronous=FULL`), foreign keys
  /// are enforced, and text is never read back where a schema says otherwise.
  ///
  /// - Parameters:
  ///   - path: the file; its folder must exist.
  ///   - migrator: the schema's versions, in order.
  /// - Returns: the open database.
  /// - Throws: ``StorageError``, also for a database that a newer program has written.
  package static func open(_ path: String, migrator: DatabaseMigrator) throws -> DatabasePool {
    do {
      // SQLite would create the file with the permissions of the process's mask.
      try SystemFile.touch(path, mode: 0o600)
      var configuration = Configuration()
      configuration.foreignKeysEnabled = true
      configuration.busyMode = .timeout(10)
      configuration.maximumReaderCount = 4
      configuration.prepareDatabase { database in
        try database.execute(sql: "PRAGMA trusted_schema = OFF")
      }
      let pool = try DatabasePool(path: path, configuration: configuration)
      // Opening a pool sets NORMAL, which may lose the last transactions in a power cut.
      try pool.writeWithoutTransaction { database in
        try database.execute(sql: "PRAGMA synchronous = FULL")
      }
      guard try !pool.read({ try migrator.hasBeenSuperseded($0) }) else {
        throw StorageError(
          "`\(path)` was written by a newer version of hallmark-server",
          help: "use that version, or another data folder")
      }
      try migrator.migrate(pool)
      return pool
    } catch {
      throw StorageError.database(error, path)
    }
  }
}
