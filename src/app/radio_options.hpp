// SPDX-License-Identifier: Apache-2.0
// Options that every command about radio has: model, percentages, polarisation.
#pragma once

#include "app/args.hpp"
#include "radio/propagation.hpp"

namespace cairn::app {

extern const OptionSpec model_option;
extern const OptionSpec time_option;
extern const OptionSpec locations_option;
extern const OptionSpec polarisation_option;
extern const OptionSpec air_option;

// Errors name the option. The receiver's mast is the caller's.
Result<radio::Propagation> propagation_of(const Args& args);

// A number of an option within bounds; `otherwise` where it is not given.
Result<double> number_option(const Args& args, std::string_view name, double lowest, double highest,
                             double otherwise);

}  // namespace cairn::app
