// SPDX-License-Identifier: Apache-2.0

import Encodings
import Foundation
import SimulatedServices

// `simulated-services FOLDER` runs the services of a simulated instance until standard input ends.
// It writes what clients need into the folder and prints one line of JSON about it.

guard CommandLine.arguments.count == 2 else {
  FileHandle.standardError.write(Data("usage: simulated-services FOLDER\n".utf8))
  exit(2)
}
let folder = CommandLine.arguments[1]
let instance = try await SimulatedInstance()
var announcement = JSONObject([
  ("url", .string(instance.url)),
  ("tokenURL", .string("\(instance.url)/identity/token?for=test")),
])
for (name, document) in try instance.documents() {
  let path = "\(folder)/\(name).json"
  try Data(document.indentedText.utf8).write(to: URL(fileURLWithPath: path))
  announcement[name] = .string(path)
}
FileHandle.standardOutput.write(Data((JSONValue.object(announcement).compactText + "\n").utf8))
while readLine() != nil {}
await instance.stop()
