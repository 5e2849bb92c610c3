// SPDX-License-Identifier: Apache-2.0

// What this build is. A C target, because a compiler definition is the one thing that Package.swift
// can hand to code without writing a file: definitions of Swift targets carry no value.

#ifndef HALLMARK_BUILD_VERSION_H
#define HALLMARK_BUILD_VERSION_H

/// The version of the package; RELEASING.md says when it changes.
#define HALLMARK_VERSION "0.1.0"

/// The commit as 40 hexadecimal digits, followed by "+modified" when the tree had changes that are
/// not in it; "unknown" for a build outside a git checkout.
const char *hallmark_build_commit(void);

/// Version and commit as `--version` shows them after the program's name.
const char *hallmark_build_version(void);

#endif
