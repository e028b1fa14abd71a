// SPDX-License-Identifier: Apache-2.0
// A stated change against baseline and target: cumulative, or compound growth a year.
#include <array>
#include <cmath>
#include <optional>

#include "core/text.hpp"
#include "plan/detail/rules.hpp"

namespace cairn::plan::detail {
namespace {

// The readings a printed change can have. Percentages are in percent.
enum class Reading { difference, yearly, total, mean, yearly_less, yearly_more };

struct Case {
  const model::Plan& plan;
  const model::Claim& claim;
  const model::StatedChange& change;
  Point base;
  Point target;
  int years = 0;
  bool falls = false;  // the target lies below the baseline: the change is taken as a magnitude

  double per_unit() const { return target.unit.unit.scale; }
  Range stated() const { return number_range(change.figure, Doubt::rounded); }
};

Range number(const Point& point, Doubt doubt) {
  return number_range(*point.figure, doubt, point.unit.unit.scale);
}

// What the change would be in the given reading, as a magnitude when it falls.
Range reading(const Case& c, Reading kind, Doubt doubt) {
  const Range base = number(c.base, doubt);
  const Range target = number(c.target, doubt);
  if (kind == Reading::difference) {
    return (c.falls ? base - target : target - base) * (1 / c.per_unit());
  }
  const Range ratio = target / base;
  Range growth;
  switch (kind) {
    case Reading::yearly:
      growth = yearly_growth(ratio, c.years);
      break;
    case Reading::yearly_less:
      growth = yearly_growth(ratio, c.years - 1);
      break;
    case Reading::yearly_more:
      growth = yearly_growth(ratio, c.years + 1);
      break;
    case Reading::mean:
      growth = (ratio - Range{1, 1}) * (1.0 / c.years);
      break;
    default:
      growth = ratio - Range{1, 1};
  }
  growth = growth * 100;
  return c.falls ? Range{-growth.hi, -growth.lo} : growth;
}

// The same of the printed numbers without any doubt.
double nominal(const Case& c, Reading kind) {
  return reading(c, kind, Doubt::none).lo;
}

bool fits(const Case& c, Reading kind, Doubt doubt) {
  return overlap(reading(c, kind, doubt), c.stated());
}

Reading stated_reading(const Case& c) {
  return c.change.kind == model::ChangeKind::cagr ? Reading::yearly : Reading::difference;
}

int change_decimals(const Case& c) {
  const int printed = c.change.figure.decimals;
  if (c.change.kind == model::ChangeKind::cagr) return std::max(printed + 1, 2);
  return std::max({printed, c.base.figure->decimals, c.target.figure->decimals});
}

std::string number_text(const Point& point) {
  return computed(*point.figure->value, point.figure->decimals);
}

// "19.6 − 18.3 = 1.3" or "(50 ÷ 40.5)^(1/5) − 1 = 4.3 %"; units are converted where they differ.
std::string formula_text(const Case& c, Reading kind, int decimals) {
  std::string base = number_text(c.base);
  if (c.base.unit.unit.scale != c.target.unit.unit.scale) {
    base = computed(c.base.nominal() / c.per_unit(), 6);
  }
  const std::string target = number_text(c.target);
  const std::string value = computed(nominal(c, kind), decimals);
  switch (kind) {
    case Reading::difference:
      return c.falls ? format("{} − {} = {}", base, target, value)
                     : format("{} − {} = {}", target, base, value);
    case Reading::total:
      return c.falls ? format("1 − {} ÷ {} = {} %", target, base, value)
                     : format("{} ÷ {} − 1 = {} %", target, base, value);
    case Reading::mean:
      return format("({} ÷ {} − 1) ÷ {} = {} %", target, base, c.years, value);
    default:
      break;
  }
  const int years = c.years + (kind == Reading::yearly_more) - (kind == Reading::yearly_less);
  return c.falls ? format("1 − ({} ÷ {})^(1/{}) = {} %", target, base, years, value)
                 : format("({} ÷ {})^(1/{}) − 1 = {} %", target, base, years, value);
}

std::string stated_text(const Case& c) {
  return figure_text(c.change.figure) + (c.change.kind == model::ChangeKind::cagr ? " %" : "");
}

// What else the printed number is, in words; empty when it fits nothing.
Label other_kind(Reading kind) {
  switch (kind) {
    case Reading::difference:
      return {"累计变化量", "the change over the whole period"};
    case Reading::yearly:
      return {"年均增速", "the growth a year"};
    case Reading::total:
      return {"期间总增幅（百分比）", "the growth over the whole period in percent"};
    case Reading::mean:
      return {"总增幅除以年数", "the total growth divided by the years"};
    case Reading::yearly_less:
      return {"少算一年的年均增速", "the growth a year over one year less"};
    case Reading::yearly_more:
      return {"多算一年的年均增速", "the growth a year over one year more"};
  }
  return {};
}

std::optional<Reading> fitting_kind(const Case& c) {
  const bool cagr = c.change.kind == model::ChangeKind::cagr;
  // A loose number such as 5 or 20 fits many readings by chance; only a narrow one says something.
  const Range stated = c.stated();
  if ((stated.hi - stated.lo) > 0.05 * std::fabs(*c.change.figure.value)) return std::nullopt;
  for (const Reading kind : {Reading::difference, Reading::yearly, Reading::total, Reading::mean,
                             Reading::yearly_less, Reading::yearly_more}) {
    if (kind == stated_reading(c) || (kind == Reading::yearly_less && c.years < 2)) continue;
    if (!cagr && (kind == Reading::yearly_less || kind == Reading::yearly_more)) continue;
    const Range range = reading(c, kind, Doubt::rounded);
    if (range.hi - range.lo > 0.1 * std::fabs(*c.change.figure.value)) continue;
    if (overlap(range, stated)) return kind;
  }
  return std::nullopt;
}

// The three numbers of the row, each as it would have to be for the other two.
Label remedies(const Case& c) {
  const double stated = *c.change.figure.value;
  const double base = *c.base.figure->value * c.base.unit.unit.scale / c.per_unit();
  const double target = *c.target.figure->value;
  const std::string change = computed(nominal(c, stated_reading(c)), change_decimals(c));
  const int decimals = std::max(c.target.figure->decimals, c.base.figure->decimals);
  double other_target = 0;
  double other_base = 0;
  std::string percent;
  if (c.change.kind == model::ChangeKind::cagr) {
    const double factor = std::pow(1 + (c.falls ? -stated : stated) / 100, c.years);
    other_target = base * factor;
    other_base = target / factor;
    percent = " %";
  } else {
    other_target = c.falls ? base - stated : base + stated;
    other_base = c.falls ? target + stated : target - stated;
  }
  other_base *= c.per_unit() / c.base.unit.unit.scale;
  return {format("应写 {}{}；或目标 {}；或基期 {}。", change, percent,
                 computed(other_target, decimals), computed(other_base, decimals)),
          format("Print {}{}; or the target {}; or the baseline {}.", change, percent,
                 computed(other_target, decimals), computed(other_base, decimals))};
}

Finding of_case(const Case& c, Severity severity, std::string_view rule) {
  Finding finding = start(severity, rule);
  cite(finding, c.target);
  if (c.base.claim != c.target.claim) cite(finding, c.base);
  const char* zh_kind = c.change.kind == model::ChangeKind::cagr ? "年均" : "累计";
  const char* en_kind = c.change.kind == model::ChangeKind::cagr ? "a year" : "in total";
  const std::string follows = computed(nominal(c, stated_reading(c)), change_decimals(c)) +
                              (c.change.kind == model::ChangeKind::cagr ? " %" : "");
  finding.text = {
      format("{}由 {} 年的 {} 到 {} 年的 {}，{}变化为 {}，文中写 {}。", name(c.claim, Language::zh),
             year_of(c.base), point_text(c.base), year_of(c.target), point_text(c.target), zh_kind,
             follows, stated_text(c)),
      format("{} goes from {} in {} to {} in {}: {} {}, but {} is printed.",
             name(c.claim, Language::en), point_text(c.base), year_of(c.base), point_text(c.target),
             year_of(c.target), follows, en_kind, stated_text(c))};
  finding.arithmetic =
      format("{} ≠ {}", formula_text(c, stated_reading(c), change_decimals(c)), stated_text(c));
  finding.suggestion = remedies(c);
  return finding;
}

void judge(const Case& c, Findings& findings) {
  const Reading kind = stated_reading(c);
  const bool positive = *c.change.figure.value > 0;
  if (fits(c, kind, Doubt::rounded)) {
    // A fall may be printed as a magnitude where falling is the aim; otherwise it misleads.
    if (c.falls && positive && c.claim.better != model::Better::lower) {
      Finding finding = of_case(c, Severity::note, "decline-printed-as-growth");
      finding.suggestion = {format("应写 −{}。", stated_text(c)),
                            format("Print −{}.", stated_text(c))};
      findings.push_back(std::move(finding));
    }
    return;
  }
  // Printed with its sign.
  if (c.falls && !positive) {
    const Range stated = c.stated();
    if (overlap(reading(c, kind, Doubt::rounded), {-stated.hi, -stated.lo})) return;
  }
  if (fits(c, kind, Doubt::significant)) {
    Finding finding = of_case(c, Severity::note, "change-only-after-rounding");
    finding.text.zh += "仅当基期或目标的末位零也是取整所得时才相符。";
    finding.text.en += " It fits only if the trailing zeros of the baseline or target are rounded.";
    findings.push_back(std::move(finding));
    return;
  }
  if (const auto other = fitting_kind(c)) {
    Finding finding = of_case(c, Severity::error, "change-of-another-kind");
    const Label words = other_kind(*other);
    finding.arithmetic += "; " + formula_text(c, *other, c.change.figure.decimals + 1);
    finding.text.zh += format("它正是{}。", words.zh);
    finding.text.en += format(" It is {}.", words.en);
    findings.push_back(std::move(finding));
    return;
  }
  findings.push_back(of_case(c, Severity::error, "change-does-not-follow"));
}

// -1 below, +1 above, 0 exact.
int side(model::Bound bound) {
  switch (bound) {
    case model::Bound::above:
    case model::Bound::at_least:
      return 1;
    case model::Bound::below:
    case model::Bound::at_most:
      return -1;
    default:
      return 0;
  }
}

// "<1.3" from 1.4 means a fall of more than 0.1; "<0.1" would be the opposite.
void judge_bound(const Case& c, Findings& findings) {
  const int target = side(c.target.figure->bound);
  const int change = side(c.change.figure.bound);
  const int expected = c.falls ? -target : target;
  if (target == 0 || change == 0 || change == expected) return;
  if (side(c.base.figure->bound) != 0) return;
  Finding finding = start(Severity::warning, "bound-points-the-wrong-way");
  cite(finding, c.target);
  if (c.base.claim != c.target.claim) cite(finding, c.base);
  const std::string right =
      (expected > 0 ? ">" : "<") + computed(*c.change.figure.value, c.change.figure.decimals);
  finding.text = {
      format("{}由 {} 到 {}，变化量应为 {}，文中写 {}。", name(c.claim, Language::zh),
             point_text(c.base), point_text(c.target), right, stated_text(c)),
      format("{} from {} to {} is a change of {}, but {} is printed.", name(c.claim, Language::en),
             point_text(c.base), point_text(c.target), right, stated_text(c))};
  finding.suggestion = {format("应写 {}。", right), format("Print {}.", right)};
  findings.push_back(std::move(finding));
}

// Without a baseline only one thing is known: what cannot be negative cannot grow by more than
// where it ends.
void judge_without_base(const model::Plan& plan, const model::Claim& claim, Findings& findings) {
  const model::Figure& change = claim.change->figure;
  if (!claim.target || !claim.target->value || claim.baseline ||
      claim.change->kind == model::ChangeKind::cagr || side(change.bound) != 0) {
    return;
  }
  const Range target = meaning(*claim.target, Doubt::rounded);
  if (!above(number_range(change, Doubt::rounded), target)) return;
  Finding finding = start(Severity::error, "change-exceeds-target");
  cite(finding, plan, claim);
  const std::string goal = figure_text(*claim.target);
  const std::string stated = figure_text(change);
  finding.text = {
      format("{}的目标为 {}，增量却为 {}：基期将为负数。", name(claim, Language::zh), goal, stated),
      format("{} is to reach {} by growing {}: the baseline would be negative.",
             name(claim, Language::en), goal, stated)};
  finding.arithmetic = format("{} − {} < 0", goal, stated);
  finding.suggestion = {"核对目标与增量。", "Compare the target and the change with their source."};
  findings.push_back(std::move(finding));
}

void judge_prices(const Point& base, const Point& target, Findings& findings) {
  Finding finding =
      start(target.claim->change ? Severity::error : Severity::warning, "price-bases-mixed");
  cite(finding, target);
  if (base.claim != target.claim) cite(finding, base);
  finding.text = {
      format("{}的基期 {}（{} 年价格）与目标 {}（{} 年价格）不可直接相比。",
             name(*target.claim, Language::zh), point_text(base), base.price_base(),
             point_text(target), target.price_base()),
      format("{}: the baseline {} is in prices of {}, the target {} in prices of {}; they cannot "
             "be compared.",
             name(*target.claim, Language::en), point_text(base), base.price_base(),
             point_text(target), target.price_base())};
  finding.arithmetic = format("{} [{}] ↔ {} [{}]", point_text(base), base.price_base(),
                              point_text(target), target.price_base());
  if (const auto& change = target.claim->change;
      change && change->kind == model::ChangeKind::cagr) {
    const int years = year_of(target) - year_of(base);
    const double factor = std::pow(1 + *change->figure.value / 100, years);
    const std::string implied = computed(*target.figure->value / factor, 1);
    finding.arithmetic += format("; {} ÷ (1 + {} %)^{} = {}", computed(*target.figure->value, 4),
                                 figure_text(change->figure), years, implied);
    finding.suggestion = {
        format("把基期换算为 {} 年价格；按所写增速应约为 {} {}。", target.price_base(), implied,
               target.claim->unit),
        format("Give the baseline in prices of {}; by the growth printed it would "
               "be about {} {}.",
               target.price_base(), implied, target.claim->unit)};
  } else {
    finding.suggestion = {format("把两个数都换算为 {} 年价格。", target.price_base()),
                          format("Give both numbers in prices of {}.", target.price_base())};
  }
  findings.push_back(std::move(finding));
}

void judge_claim(const model::Plan& plan, const model::Claim& claim, Findings& findings) {
  const std::vector<Point> points = points_of(plan, claim);
  if (points.size() == 2 && points[0].number() && points[1].number() &&
      price_bases_differ(points[0], points[1])) {
    judge_prices(points[0], points[1], findings);
    return;
  }
  if (!claim.change) return;
  auto base = baseline_of(plan, claim);
  if (!base) {
    judge_without_base(plan, claim, findings);
    return;
  }
  if (points.empty() || !points.back().target || !points.back().number()) return;
  const Point& target = points.back();
  const int years = year_of(target) - year_of(*base);
  if (years <= 0 || base->figure->value_max || target.figure->value_max) return;
  if (claim.change->kind == model::ChangeKind::cagr && !(base->nominal() > 0)) return;
  const Case c{
      plan, claim, *claim.change, *base, target, years, target.nominal() < base->nominal()};
  judge(c, findings);
  judge_bound(c, findings);
}

}  // namespace

bool price_bases_differ(const Point& a, const Point& b) {
  return !a.price_base().empty() && !b.price_base().empty() && a.price_base() != b.price_base();
}

void check_change(const Context& context, Findings& findings) {
  for (const model::Plan& plan : context.plans) {
    for (const model::Claim& claim : plan.claims) judge_claim(plan, claim, findings);
  }
}

}  // namespace cairn::plan::detail
