// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/wide_sum.hpp"  // IWYU pragma: export
