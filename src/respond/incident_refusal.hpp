// SPDX-License-Identifier: Apache-2.0
// Why an incident does not move, in both languages: "中文 · English".
#pragma once

#include <string>
#include <vector>

#include "core/label.hpp"
#include "flow/statechart.hpp"

namespace cairn::respond::refusal {

std::string one_line(const Label& label);

Label label_unchecked();
Label label_no_evidence();
Label label_own_work();
std::string unchecked();    // it would close without a check
std::string no_evidence();  // it would close with nothing to show
std::string own_work();     // who handled it would check it
std::string ended();
std::string not_by(const std::vector<std::string>& roles);  // only these may

// What the guards that said no were waiting for.
Label explain_label(const flow::Chart& chart, const flow::Instance& instance,
                    const flow::Step& step, const flow::Event& event);
std::string explain(const flow::Chart& chart, const flow::Instance& instance,
                    const flow::Step& step, const flow::Event& event);

// "duty officer or unit".
Label role_names(const std::vector<std::string>& roles);

}  // namespace cairn::respond::refusal
