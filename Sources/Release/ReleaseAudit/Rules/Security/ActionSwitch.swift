// SPDX-License-Identifier: Apache-2.0

import Workflows

/// When an action does something, by its inputs.
indirect enum ActionSwitch: Sendable {
  /// Whatever the inputs.
  case always
  /// A flag that turns it on; whether it is on where the flag is not given.
  case on(String, byDefault: Bool)
  /// A flag that turns it off.
  case off(String)
  /// A text that turns it on where it is not empty.
  case text(String)
  /// A text that turns it on where it is one of some; whether it does where it is not given.
  case oneOf(String, [String], byDefault: Bool)
  /// An address that turns it on where it is of one of some hosts; whether it does where it is not
  /// given.
  case host(String, [String], byDefault: Bool)
  /// A flag that turns it on in versions before one, by default.
  case onBefore(ActionVersion, String)
  /// A flag that is there from a version on; where it is not turned off, the project's files decide.
  case onFrom(ActionVersion, String)
  case any([Self])
  case all([Self])
  case not(Self)

  /// Whether it does; nil where only a run tells.
  func isOn(_ uses: UsesReference, _ with: WorkflowMapping?) -> Bool? {
    if with?.expression != nil { return nil }
    switch self {
    case .always: return true
    case .on(let name, let byDefault): return Self.flag(with?[name], byDefault)
    case .off(let name): return Self.flag(with?[name], false).map { !$0 }
    case .text(let name): return !(with?[name]?.value.isEmpty ?? true)
    case .oneOf(let name, let texts, let byDefault):
      guard let value = with?[name] else { return byDefault }
      return value.hasExpressions ? nil : texts.contains(value.value)
    case .host(let name, let hosts, let byDefault):
      guard let value = with?[name], !value.value.isEmpty else { return byDefault }
      // An expression behind the host leaves no doubt which index it is.
      guard let host = value.value.literalHost else { return value.hasExpressions ? nil : false }
      return hosts.contains(host)
    case .onBefore(let version, let name):
      guard let flag = Self.flag(with?[name], true) else { return nil }
      guard flag else { return false }
      return ActionVersion(of: uses).map { $0 < version }
    case .onFrom(let version, let name):
      guard let flag = Self.flag(with?[name], true) else { return nil }
      guard flag, let used = ActionVersion(of: uses) else { return flag ? nil : false }
      return used < version ? false : nil
    case .any(let parts):
      let values = parts.map { $0.isOn(uses, with) }
      return values.contains(true) ? true : values.contains(nil) ? nil : false
    case .all(let parts):
      let values = parts.map { $0.isOn(uses, with) }
      return values.contains(false) ? false : values.contains(nil) ? nil : true
    case .not(let part): return part.isOn(uses, with).map { !$0 }
    }
  }

  /// What is neither `false` nor an expression counts as `true`.
  private static func flag(_ value: WorkflowText?, _ byDefault: Bool) -> Bool? {
    guard let value else { return byDefault }
    return value.isExpression ? nil : value.value != "false"
  }
}
