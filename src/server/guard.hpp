// SPDX-License-Identifier: Apache-2.0
// What handlers ask before they act, and what they tell the audit trail afterwards.
//
//   Response send(const Call& call, …) {
//     if (auto no = refuse(call, Action::send_warning, region, {}, group)) return std::move(*no);
//     auto sent = desk.send(…);                              // begins its own Ledger::Write
//     if (!sent) return failed(call, Action::send_warning, region, sent.error());
//     audited(call, Action::send_warning, region, sent->id);  // "done", with the number it got
//
// Every attempt at a guarded action is in the audit trail, allowed or not; of plain reading
// (incidents, channels, the trail itself) only refusals are. None of it may be called while a
// Ledger::Write is held: the trail begins its own.
#pragma once

#include <optional>
#include <string_view>

#include "core/result.hpp"
#include "model/actor.hpp"
#include "server/router.hpp"

namespace cairn::server {

// Nothing when the actor has the right in `region` (code; empty: of no region, wants a grant for
// everywhere) and towards `unit` (empty: any). Otherwise the answer: 401 when nobody is signed in,
// 403 with the missing right. 503 when the attempt cannot be written down: then it must not be.
// `subject` is what it is about, as far as that is known.
std::optional<Response> refuse(const Call& call, model::Action action, std::string_view region,
                               std::string_view unit = {}, std::string_view subject = {});
// For lists and pages: the right in any region at all. What is shown of it, may() decides.
std::optional<Response> refuse_anywhere(const Call& call, model::Action action);
// Without a record: to leave out of an answer what the actor may not see.
bool may(const Call& call, model::Action action, std::string_view region,
         std::string_view unit = {});

// It succeeded: `subject` is what was made or changed, `detail` one sentence.
void audited(const Call& call, model::Action action, std::string_view region,
             std::string_view subject, std::string_view detail = {});
// It had the right and did not succeed: writes that down and renders the error.
Response failed(const Call& call, model::Action action, std::string_view region, const Error& error,
                std::string_view subject = {});

}  // namespace cairn::server
