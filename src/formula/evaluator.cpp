// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "core/text.hpp"
#include "formula/eval_explain.hpp"
#include "formula/eval_region.hpp"
#include "formula/formula.hpp"

namespace cairn::formula {
namespace {

std::optional<Instant> instant_of(Instant newest) {
  if (newest == Instant::min()) return std::nullopt;
  return newest;
}

void put_value(const Vec& vec, std::size_t lane, Cell& cell) {
  const std::size_t i = vec.at(lane);
  switch (vec.type) {
    case Type::number:
    case Type::boolean:
      cell.value = vec.numbers[i];
      break;
    case Type::text:
      cell.other = model::Value{std::string(vec.texts[i])};
      break;
    case Type::time:
      cell.other = model::Value{Instant{vec.times[i]}};
      break;
    case Type::date:
      cell.other = model::Value{date_of(Instant{vec.times[i]}, Zone{})};
      break;
    default:
      cell.other = *vec.values[i];
  }
}

std::string near_indicator(const model::Catalog& catalog, std::string_view id) {
  std::vector<std::string> names;
  for (const model::IndicatorDef& known : catalog.indicators) names.push_back(known.id);
  const auto near = nearest(id, names);
  return near ? format("; did you mean {}?", *near) : "";
}

}  // namespace

Cell make_cell(const RegionColumn& column, std::size_t lane) {
  Cell cell;
  if (!column.basis.empty()) {
    const Basis& basis = column.basis[lane];
    cell.reported = basis.reported;
    cell.expected = basis.expected;
    cell.estimated = basis.estimated;
    cell.data_time = instant_of(basis.newest);
    cell.reason = basis.reason;
  }
  if (column.vec.present(lane)) {
    cell.reason.clear();
    put_value(column.vec, lane, cell);
  } else if (cell.reason.empty()) {
    cell.reason = to_string(column.vec.lack[column.vec.at(lane)]);
  }
  return cell;
}

struct Evaluator::Impl {
  Impl(const Library& from, const model::Snapshot& of) : library(from), regions(of) {}

  Library library;
  RegionEvaluator regions;
};

Evaluator::Evaluator(const Library& library, const model::Snapshot& snapshot)
    : impl_(std::make_unique<Impl>(library, snapshot)) {}

Evaluator::~Evaluator() = default;

Answer Evaluator::evaluate(const Compiled& formula, const Request& request) {
  impl_->regions.trim();
  Answer answer;
  answer.unit = formula.unit;
  const Program& program = *formula.program;
  if (program.row_type >= 0) {
    Cell cell;
    cell.reason = "the formula is about one thing, not about a region";
    answer.cells.assign(request.regions.size(), cell);
    return answer;
  }
  const std::size_t known_regions = impl_->regions.snapshot().regions->size();
  for (const model::RegionIndex region : request.regions) {
    if (region < known_regions) continue;
    Cell cell;
    cell.reason = "a region of the request is not known";
    answer.cells.assign(request.regions.size(), cell);
    return answer;
  }
  Frame& frame = impl_->regions.frame(request.regions, request.as_of);
  const auto known = frame.indicators.find(formula.program);
  const RegionColumn column = known != frame.indicators.end()
                                  ? *known->second
                                  : impl_->regions.evaluate(program.root, program, frame);
  if (known == frame.indicators.end() && program.indicator >= 0) {
    frame.indicators.emplace(formula.program, std::make_shared<const RegionColumn>(column));
  }
  answer.cells.reserve(request.regions.size());
  for (std::size_t lane = 0; lane < request.regions.size(); ++lane) {
    answer.cells.push_back(make_cell(column, lane));
  }
  return answer;
}

Result<Answer> Evaluator::indicator(std::string_view id, const Request& request) {
  const Compiled* formula = impl_->library.indicator(id);
  if (formula != nullptr) return evaluate(*formula, request);
  const model::Catalog& catalog = impl_->library.catalog();
  if (const model::IndicatorDef* broken = catalog.indicator(id)) {
    return fail(Code::invalid, format("the indicator '{}' has an error", id), broken->place);
  }
  return fail(Code::not_found,
              format("there is no indicator '{}'{}", id, near_indicator(catalog, id)));
}

Explanation Evaluator::explain(const Compiled& formula, model::RegionIndex region, Instant as_of,
                               std::size_t max_inputs) {
  impl_->regions.trim();
  if (region >= impl_->regions.snapshot().regions->size() || formula.program->row_type >= 0) {
    Explanation nothing;
    nothing.text = formula.text;
    nothing.unit = formula.unit;
    nothing.as_of = as_of;
    nothing.cell = evaluate(formula, {{region}, as_of}).cells[0];
    return nothing;
  }
  return explain_program(impl_->regions, formula.program, region, as_of, max_inputs);
}

Result<Explanation> Evaluator::explain_indicator(std::string_view id, model::RegionIndex region,
                                                 Instant as_of, std::size_t max_inputs) {
  const Compiled* formula = impl_->library.indicator(id);
  if (formula != nullptr) return explain(*formula, region, as_of, max_inputs);
  return fail(Code::not_found, format("there is no indicator '{}'{}", id,
                                      near_indicator(impl_->library.catalog(), id)));
}

std::vector<std::uint32_t> Evaluator::select(const Compiled& predicate, std::string_view type,
                                             Instant as_of) {
  impl_->regions.trim();
  std::vector<std::uint32_t> selected;
  const model::Snapshot& snapshot = impl_->regions.snapshot();
  const int index = snapshot.catalog->type_index(type);
  if (index < 0 || predicate.program->row_type != index || predicate.type != Type::boolean) {
    return selected;
  }
  const auto type_index = static_cast<std::uint32_t>(index);
  const model::Table& table = *snapshot.tables[type_index];
  const RowScope scope{snapshot, table, as_of, impl_->regions.last_cache()};
  const std::span<const std::uint32_t> rows =
      impl_->regions.rows(type_index, as_of, predicate.program->any_status);
  RowNotes notes;
  for (std::size_t begin = 0; begin < rows.size(); begin += chunk_rows) {
    const auto chunk = rows.subspan(begin, std::min(chunk_rows, rows.size() - begin));
    notes.reset(chunk.size());
    const Vec truth = evaluate_rows(predicate.program->root, scope, chunk, notes);
    for (std::size_t lane = 0; lane < chunk.size(); ++lane) {
      if (truth.present(lane) && truth.numbers[truth.at(lane)] != 0) {
        selected.push_back(chunk[lane]);
      }
    }
  }
  return selected;
}

Cell Evaluator::row_value(const Compiled& formula, std::string_view type, std::uint32_t row,
                          Instant as_of) {
  Cell cell;
  const model::Snapshot& snapshot = impl_->regions.snapshot();
  const model::Table* table = snapshot.table(type);
  if (table == nullptr || row >= table->size() ||
      formula.program->row_type != snapshot.catalog->type_index(type)) {
    cell.reason = format("the formula is not about a {}", type);
    return cell;
  }
  const RowScope scope{snapshot, *table, as_of, impl_->regions.last_cache()};
  RowNotes notes;
  notes.reset(1);
  const Vec vec = evaluate_rows(formula.program->root, scope, std::span(&row, 1), notes);
  cell.expected = 1;
  cell.estimated = notes.estimated[0] != 0 || table->estimated[row] != 0;
  cell.data_time = instant_of(notes.newest[0]);
  if (vec.present(0)) {
    cell.reported = 1;
    put_value(vec, 0, cell);
  } else {
    cell.reason = to_string(vec.lack[vec.at(0)]);
  }
  return cell;
}

std::vector<std::optional<double>> Evaluator::row_numbers(const Compiled& formula,
                                                          std::string_view type,
                                                          std::span<const std::uint32_t> rows,
                                                          Instant as_of) {
  std::vector<std::optional<double>> out(rows.size());
  const model::Snapshot& snapshot = impl_->regions.snapshot();
  const model::Table* table = snapshot.table(type);
  if (table == nullptr || formula.program->row_type != snapshot.catalog->type_index(type)) {
    return out;
  }
  const RowScope scope{snapshot, *table, as_of, impl_->regions.last_cache()};
  RowNotes notes;
  for (std::size_t first = 0; first < rows.size(); first += chunk_rows) {
    const auto chunk = rows.subspan(first, std::min(chunk_rows, rows.size() - first));
    notes.reset(chunk.size());
    const Vec vec = evaluate_rows(formula.program->root, scope, chunk, notes);
    if (vec.type != Type::number && vec.type != Type::boolean) return out;
    for (std::size_t lane = 0; lane < chunk.size(); ++lane) {
      if (vec.present(lane)) out[first + lane] = vec.numbers[vec.at(lane)];
    }
  }
  return out;
}

}  // namespace cairn::formula
