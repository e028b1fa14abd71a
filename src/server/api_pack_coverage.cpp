// SPDX-License-Identifier: Apache-2.0
#include "server/api_pack_coverage.hpp"

#include <algorithm>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "core/text.hpp"
#include "model/pack_coverage.hpp"
#include "model/workspace.hpp"
#include "server/detail/render.hpp"
#include "server/inquiry.hpp"

namespace cairn::server {
namespace {

Json count_json(const model::CoverageCount& count) {
  return {{"passages", count.passages}, {"answered", count.answered}, {"partly", count.partly},
          {"never", count.never},       {"outside", count.outside},   {"later", count.later},
          {"open", count.open}};
}

Json chapter_json(const model::Chapter& chapter) {
  Json packs = Json::array();
  Json left_out = Json::array();
  Json open = Json::array();
  for (const model::Passage& passage : chapter.passages) {
    for (const std::string& pack : passage.packs) {
      if (std::find(packs.begin(), packs.end(), pack) == packs.end()) packs.push_back(pack);
    }
    for (const model::LeftOut& one : passage.left_out) {
      left_out.push_back({{"kind", std::string(model::name_of(one.kind))},
                          {"line", one.line},
                          {"quote", one.quote},
                          {"reason", json_label(one.reason)}});
    }
    if (model::state_of(passage) == model::PassageState::open) {
      open.push_back({{"line", passage.line}, {"text", passage.text}});
    }
  }
  Json out = count_json(model::count_of(chapter));
  out["title"] = chapter.title;
  out["path"] = chapter.path;
  out["line"] = chapter.line;
  out["packs"] = std::move(packs);
  out["left_out"] = std::move(left_out);
  out["open_passages"] = std::move(open);
  return out;
}

Json plan_json(const model::PlanCoverage& coverage) {
  Json chapters = Json::array();
  for (const model::Chapter& chapter : coverage.chapters) chapters.push_back(chapter_json(chapter));
  Json out = count_json(model::count_of(coverage));
  out["plan"] = coverage.plan;
  out["label"] = json_label(coverage.label);
  out["chapters"] = std::move(chapters);
  return out;
}

Json whole_json(const std::vector<model::PlanCoverage>& coverages) {
  Json plans = Json::array();
  model::CoverageCount count;
  for (const model::PlanCoverage& coverage : coverages) {
    count += model::count_of(coverage);
    plans.push_back(plan_json(coverage));
  }
  Json out = count_json(count);
  out["plans"] = std::move(plans);
  return out;
}

// Worked out once for what is loaded.
class PassageDesk {
 public:
  explicit PassageDesk(const Files& files) : files_(files) {}

  Response answer(const Call& call) {
    Inquiry in(call);
    const std::string wanted = in.params.text_or("plan", "");
    if (!in.ready()) return in.refusal();
    const auto workspace = call.state->workspace;
    if (!wanted.empty() && workspace->plan(wanted) == nullptr) {
      return problem({Code::not_found, format("there is no plan '{}'", wanted), "query:plan"});
    }
    const std::scoped_lock lock(mutex_);
    if (of_ != workspace) work_out(*workspace);
    of_ = workspace;
    std::vector<model::PlanCoverage> plans;
    for (const model::PlanCoverage& plan : plans_) {
      if (wanted.empty() || plan.plan == wanted) plans.push_back(plan);
    }
    return json_response(whole_json(plans));
  }

 private:
  void work_out(const model::Workspace& workspace) {
    plans_.clear();
    const model::Catalog& catalog = *workspace.catalog;
    std::string path;
    if (!catalog.packs.empty()) {
      const std::string& directory = catalog.packs[0].directory;
      path = directory.substr(0, directory.rfind('/')) + "/left-out.yaml";
    }
    Problems ignored;  // `cairn pack coverage` tells them
    const auto left_out = model::load_left_out(files_, path, workspace.plans, ignored);
    plans_ = model::pack_coverage(workspace.plans, workspace.home, catalog, left_out);
  }

  const Files& files_;
  std::mutex mutex_;
  std::shared_ptr<const model::Workspace> of_;  // shared: as the state holds it
  std::vector<model::PlanCoverage> plans_;
};

}  // namespace

std::string pack_coverage_json(const std::vector<model::PlanCoverage>& coverages) {
  return whole_json(coverages).dump(2) + "\n";
}

void add_pack_coverage_routes(Router& router, const Files& files) {
  const auto desk = std::make_shared<PassageDesk>(files);  // shared: held by the route
  router.add_first({"GET", "/v1/packs/coverage", Access::read, 0,
                    [desk](const Call& call) { return desk->answer(call); }});
}

}  // namespace cairn::server
