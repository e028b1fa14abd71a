// SPDX-License-Identifier: Apache-2.0
// One function a kind of simulated device, in `src/simulate/<id>.cpp`.
#pragma once

#include "simulate/device.hpp"

namespace cairn::simulate {

Kind slope_water_kind();

}  // namespace cairn::simulate
