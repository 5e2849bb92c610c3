// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// One thing that a published file tells about how it was made, with what it was read from.
package struct InferredFact: Hashable, Sendable {
  /// What the fact is about; the raw value is its name in JSON.
  package enum Topic: String, Hashable, Sendable, CaseIterable {
    /// The build back end and its version.
    case generator
    /// What the build environment must hold beside what the project asks for.
    case requirement
    /// The moment after which nothing may have entered the build environment.
    case cutOff = "cut-off"
    /// The value of `SOURCE_DATE_EPOCH`, or that there was none.
    case date
    /// The modification times of the source files.
    case times
    /// The interpreter.
    case python
    /// Who wrote the tar archive, and how.
    case dialect
    /// The permissions that the builder's umask left.
    case modes
    /// The line endings of the checkout.
    case lineEndings = "line-endings"
  }

  /// What the fact is about.
  package let topic: Topic
  /// The fact, in a few words.
  package let value: String
  /// What it was read from, as a part of a sentence.
  package let reason: String

  /// States a fact.
  package init(_ topic: Topic, _ value: String, because reason: String) {
    self.topic = topic
    self.value = value
    self.reason = reason
  }

  /// The fact as a JSON object.
  package var json: JSONValue {
    [
      "topic": .string(topic.rawValue), "value": .string(value), "reason": .string(reason),
    ]
  }
}
