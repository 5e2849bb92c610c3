// SPDX-License-Identifier: Apache-2.0

import Testing
import Workflows

@Suite struct GitLabConditionTests {
  private static let values: [String: GitLabCondition.Value] = [
    "SOURCE": .text("push"), "TAG": .some, "BRANCH": .null, "ANY": .unknown, "EMPTY": .text(""),
    "DAILY": .everydayBranch,
  ]

  @Test(arguments: [
    ("$TAG", "yes"), ("$BRANCH", "no"), ("$ANY", "maybe"), ("$EMPTY", "no"), ("${TAG}", "yes"),
    ("$TAG == null", "no"), ("$BRANCH == null", "yes"), ("$TAG != null", "yes"),
    ("null == $BRANCH", "yes"), ("$SOURCE == \"push\"", "yes"), ("$SOURCE == 'web'", "no"),
    ("$SOURCE != 'web'", "yes"), ("$TAG == ''", "no"), ("$TAG == 'v1'", "maybe"),
    ("$BRANCH == 'main'", "no"), ("$BRANCH != 'main'", "yes"), ("$TAG == $TAG", "maybe"),
    ("$TAG =~ /^v/", "maybe"), ("$BRANCH =~ /^v/", "no"), ("$BRANCH !~ /^v/", "yes"),
    ("$SOURCE =~ /^(push|web)$/i", "yes"), ("$SOURCE =~ /^(api|web)$/", "no"),
    ("$SOURCE =~ /^p.*/", "maybe"), ("$SOURCE =~ $ANY", "maybe"),
    ("$TAG && $BRANCH", "no"), ("$TAG || $BRANCH", "yes"), ("$TAG && $ANY", "maybe"),
    ("$BRANCH && $TAG || $SOURCE == 'push'", "yes"),
    ("$SOURCE == 'push' || $ANY && $BRANCH", "yes"),
    ("($SOURCE == 'web' || $TAG) && $BRANCH", "no"), ("!$TAG", "no"),
    ("$TAG =~ /a\\/b/ && $BRANCH", "no"), ("  $TAG\n  || $BRANCH ", "yes"),
    ("$DAILY", "yes"), ("$DAILY == 'main'", "maybe"), ("$DAILY == 'release/1'", "no"),
    ("$DAILY =~ /^release/", "no"), ("$DAILY =~ /^feature/", "maybe"), ("$DAILY == null", "no"),
    ("", "-"), ("$", "-"), ("$TAG ==", "-"), ("$TAG &&", "-"), ("($TAG", "-"), ("$TAG)", "-"),
    ("\"a", "-"), ("/a", "-"), ("TAG", "-"), ("$TAG = 'x'", "-"), ("/a\\", "-"),
    (String(repeating: "(", count: 10_000) + "$TAG", "-"),
    (String(repeating: "!", count: 10_000) + "$TAG", "-"),
  ])
  func holds(text: String, expected: String) {
    let truth = GitLabCondition(text)?.holds { Self.values[$0] ?? .null }
    let name =
      switch truth {
      case .yes: "yes"
      case .no: "no"
      case .maybe: "maybe"
      case nil: "-"
      }
    #expect(name == expected)
  }
}
