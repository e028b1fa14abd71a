// SPDX-License-Identifier: Apache-2.0
#include "server/sta_plan.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/limits.hpp"
#include "core/text.hpp"

namespace cairn::server::sta {
namespace {

Status bind_select(const Options& options, Set set, BoundOptions& out) {
  const auto chosen = [&](std::string_view name) {
    if (options.select.empty()) return true;
    return std::any_of(options.select.begin(), options.select.end(), [&](const std::string& s) {
      return s == name || s == "*" || (s == "id" && name == "@iot.id") ||
             (s == "selfLink" && name == "@iot.selfLink");
    });
  };
  for (const std::string& name : options.select) {
    if (name == "*" || find_property(set, name) != nullptr ||
        find_navigation(set, name) != nullptr) {
      continue;
    }
    return fail(Code::invalid, format("{} have no '{}'", set_name(set), name), "query:$select");
  }
  for (const PropDef& def : properties_of(set)) {
    if (chosen(def.name)) out.properties.push_back(&def);
  }
  for (const NavDef& def : navigation_of(set)) {
    const bool expanded = std::any_of(options.expand.begin(), options.expand.end(),
                                      [&](const Expand& e) { return e.name == def.name; });
    if (!expanded && chosen(def.name)) out.links.push_back(&def);
  }
  return {};
}

}  // namespace

Result<BoundOptions> bind_options(const Options& options, Set set) {
  BoundOptions out;
  out.options = &options;
  out.top = std::min(options.top.value_or(limits::page_default), limits::page_max);
  out.skip = options.skip;
  out.count = options.count;
  if (options.data_array && set != Set::observations) {
    return fail(Code::invalid, "only Observations come as a data array", "query:$resultFormat");
  }
  if (options.filter) {
    auto filter = bind(*options.filter, set);
    if (!filter) return fail(Code::invalid, filter.error().message, "query:$filter");
    out.filter = std::move(*filter);
  }
  for (const OrderBy& key : options.order_by) {
    auto by = bind(key.by, set);
    if (!by) return fail(Code::invalid, by.error().message, "query:$orderby");
    out.order.push_back({std::move(*by), key.descending});
  }
  if (auto read = bind_select(options, set, out); !read) return fail(read.error());
  for (const Expand& item : options.expand) {
    const NavDef* nav = find_navigation(set, item.name);
    if (nav == nullptr) {
      std::vector<std::string> names;
      for (const NavDef& def : navigation_of(set)) names.emplace_back(def.name);
      return fail(Code::invalid,
                  format("{} lead to {}, not to '{}'", set_name(set), join(names, ", "), item.name),
                  "query:$expand");
    }
    auto inner = bind_options(item.options, nav->target);
    if (!inner) return fail(Code::invalid, inner.error().message, "query:$expand");
    out.expand.push_back({nav, std::move(*inner)});
  }
  return out;
}

namespace {

using Keys = std::vector<Value>;

// Sorts by the keys of `order`; equal ones stay as they were.
void sort_by(std::vector<Ref>& refs, const std::vector<Keys>& keys,
             const std::vector<BoundOptions::Key>& order) {
  std::vector<std::size_t> index(refs.size());
  std::iota(index.begin(), index.end(), std::size_t{0});
  std::stable_sort(index.begin(), index.end(), [&](std::size_t a, std::size_t b) {
    for (std::size_t k = 0; k < order.size(); ++k) {
      const Value& x = keys[order[k].descending ? b : a][k];
      const Value& y = keys[order[k].descending ? a : b][k];
      if (sorts_before(x, y)) return true;
      if (sorts_before(y, x)) return false;
    }
    return false;
  });
  std::vector<Ref> sorted;
  sorted.reserve(refs.size());
  for (const std::size_t i : index) sorted.push_back(refs[i]);
  refs = std::move(sorted);
}

void sort_refs(const Evaluator& evaluator, std::vector<Ref>& refs, const BoundOptions& options) {
  if (options.order.empty()) return;
  std::vector<Keys> keys;
  keys.reserve(refs.size());
  for (const Ref& ref : refs) {
    Keys& key = keys.emplace_back();
    for (const BoundOptions::Key& by : options.order) key.push_back(evaluator.value(by.by, ref));
  }
  sort_by(refs, keys, options.order);
}

void cut(std::vector<Ref>& refs, const BoundOptions& options, Page& page) {
  const std::size_t begin = std::min(options.skip, refs.size());
  const std::size_t end = begin + std::min(options.top, refs.size() - begin);
  page.more = end < refs.size();
  page.refs.assign(refs.begin() + static_cast<std::ptrdiff_t>(begin),
                   refs.begin() + static_cast<std::ptrdiff_t>(end));
}

// Samples in order of time, read in windows that double until `visit` has enough (false).
template <class Visit>
void walk(const Entities& entities, std::uint32_t stream, TimeBounds bounds, bool descending,
          Visit visit) {
  const Entities::Datastream& d = entities.datastream(stream);
  const Instant after = std::max(bounds.after, d.first_end - 1);
  const Instant until = std::min(bounds.until, d.last_end);
  const auto total = static_cast<std::int64_t>(d.count);
  std::int64_t width = std::max<std::int64_t>((d.last_end.ns - d.first_end.ns) / total * 128, 1);
  std::vector<model::Sample> samples;
  Instant at = descending ? until : after;
  while (after < until && (descending ? after < at : at < until)) {
    const Instant next = descending ? std::max(after, at - width) : std::min(until, at + width);
    samples.clear();
    entities.snapshot().history->read(d.series, descending ? next : at, descending ? at : next,
                                      samples);
    if (descending) std::reverse(samples.begin(), samples.end());
    for (const model::Sample& sample : samples) {
      if (!visit(sample)) return;
    }
    at = next;
    width = width > INT64_MAX / 2 ? INT64_MAX : width * 2;
  }
}

// The parts of a filter that are joined by `and`.
void conjuncts(const Bound& filter, std::vector<const Bound*>& out) {
  if (filter.kind == Expr::Kind::op && filter.op == Op::and_) {
    conjuncts(filter.args[0], out);
    conjuncts(filter.args[1], out);
  } else {
    out.push_back(&filter);
  }
}

// Every path leads over the datastream or its feature: one answer for all its observations.
bool same_for_stream(const Bound& bound) {
  if (bound.kind == Expr::Kind::path) return !bound.navigation.empty();
  return std::all_of(bound.args.begin(), bound.args.end(), same_for_stream);
}

bool is_time_key(const Bound& by) {
  return by.kind == Expr::Kind::path && by.navigation.empty() && by.inside.empty() &&
         (by.prop == Prop::result_time || by.prop == Prop::phenomenon_time);
}

class Scan {
 public:
  Scan(const Entities& entities, const Evaluator& evaluator, const BoundOptions& options)
      : entities_(entities), evaluator_(evaluator), options_(options) {
    if (options.filter) {
      conjuncts(*options.filter, terms_);
      bounds_ = time_bounds(*options.filter);
      const auto middle = std::stable_partition(terms_.begin(), terms_.end(),
                                                [](const Bound* b) { return same_for_stream(*b); });
      stream_terms_.assign(terms_.begin(), middle);
      terms_.erase(terms_.begin(), middle);
    }
  }

  Page run(std::span<const std::uint32_t> streams);

 private:
  bool wanted(std::uint32_t stream) const {
    const Ref ref{Set::observations, stream, entities_.first_sample(stream)};
    return std::all_of(stream_terms_.begin(), stream_terms_.end(),
                       [&](const Bound* term) { return evaluator_.test(*term, ref); });
  }
  bool passes(const Ref& ref) const {
    return std::all_of(terms_.begin(), terms_.end(),
                       [&](const Bound* term) { return evaluator_.test(*term, ref); });
  }
  // Adds the matches of one stream, at most `limit` of them; counts on when a count is asked for.
  void collect(std::uint32_t stream, bool descending, std::size_t limit, std::vector<Ref>& out);

  const Entities& entities_;
  const Evaluator& evaluator_;
  const BoundOptions& options_;
  std::vector<const Bound*> terms_;
  std::vector<const Bound*> stream_terms_;
  TimeBounds bounds_;
  std::size_t matched_ = 0;
};

void Scan::collect(std::uint32_t stream, bool descending, std::size_t limit,
                   std::vector<Ref>& out) {
  std::size_t here = 0;
  const bool count_all = options_.count && !terms_.empty();
  if (options_.count && terms_.empty()) matched_ += entities_.datastream(stream).count;
  if (limit == 0 && !count_all) return;
  walk(entities_, stream, bounds_, descending, [&](const model::Sample& sample) {
    const Ref ref{Set::observations, stream, sample};
    if (!passes(ref)) return true;
    ++here;
    if (here <= limit) out.push_back(ref);
    return here < limit || count_all;
  });
  if (count_all) matched_ += here;
}

Page Scan::run(std::span<const std::uint32_t> streams) {
  Page page;
  std::vector<Ref> found;
  // One more than the page, to know whether there is a next one.
  const std::size_t enough =
      options_.skip > SIZE_MAX - options_.top - 1 ? SIZE_MAX : options_.skip + options_.top + 1;
  bool by_time = options_.order.size() == 1 && is_time_key(options_.order[0].by);
  if (by_time && options_.order[0].by.prop == Prop::phenomenon_time) {
    by_time = std::all_of(streams.begin(), streams.end(), [&](std::uint32_t stream) {
      return entities_.datastream(stream).begins_ascend;
    });
  }
  const bool sorted = !options_.order.empty() && !by_time;
  const bool descending = by_time && options_.order[0].descending;
  for (const std::uint32_t stream : streams) {
    if (!wanted(stream)) continue;
    // In the streams' own order the first ones may fill the page.
    const std::size_t limit = sorted    ? SIZE_MAX
                              : by_time ? enough
                                        : enough - std::min(enough, found.size());
    if (limit == 0 && !options_.count) break;
    collect(stream, descending, limit, found);
  }
  if (options_.count) page.count = matched_;
  if (sorted || (by_time && streams.size() > 1)) sort_refs(evaluator_, found, options_);
  cut(found, options_, page);
  return page;
}

}  // namespace

Page page_of(const Evaluator& evaluator, std::vector<Ref> refs, const BoundOptions& options) {
  Page page;
  if (options.filter) {
    std::erase_if(refs, [&](const Ref& ref) { return !evaluator.test(*options.filter, ref); });
  }
  if (options.count) page.count = refs.size();
  sort_refs(evaluator, refs, options);
  cut(refs, options, page);
  return page;
}

Page observations_page(const Entities& entities, const Evaluator& evaluator,
                       std::span<const std::uint32_t> streams, const BoundOptions& options) {
  return Scan(entities, evaluator, options).run(streams);
}

}  // namespace cairn::server::sta
