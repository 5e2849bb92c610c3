// SPDX-License-Identifier: Apache-2.0

#include "build_version.h"

#ifndef HALLMARK_COMMIT
#define HALLMARK_COMMIT "unknown"
#endif

const char *hallmark_build_commit(void) { return HALLMARK_COMMIT; }

const char *hallmark_build_version(void) {
  return HALLMARK_VERSION " (commit " HALLMARK_COMMIT ")";
}
