// SPDX-License-Identifier: Apache-2.0
// A link's profile as one self-contained SVG drawing, legible at the width of a phone.
#pragma once

#include <string>

#include "core/label.hpp"
#include "plan/link_profile.hpp"

namespace cairn::plan {

// Ground over the bulged Earth, the ray, the first Fresnel zone and 60 % of it, horizons and
// the edge that stands for all obstacles; the title says loss and level, the foot where the
// heights come from.
std::string link_svg(const LinkProfile& link, Language language);

}  // namespace cairn::plan
