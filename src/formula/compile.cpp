// SPDX-License-Identifier: Apache-2.0
#include "formula/compile.hpp"

#include <utility>

#include "core/text.hpp"

namespace cairn::formula {
namespace {

Status fit(Program& program, const Declared& declared) {
  Expr& root = program.root;
  if (root.type != declared.type) {
    return fail(Code::invalid, format("the formula gives a {}, but a {} is declared",
                                      to_string(root.type), to_string(declared.type)));
  }
  if (root.type != Type::number) return {};
  if (root.bare) root.unit = declared.unit;
  if (!root.unit.compatible(declared.unit)) {
    return fail(Code::invalid, format("the formula gives {} ({}), but the declared unit is {} ({})",
                                      root.unit.text, dimension_text(root.unit), declared.unit.text,
                                      dimension_text(declared.unit)));
  }
  const Conversion c = conversion(root.unit, declared.unit);
  if (c.identity()) {
    root.unit = declared.unit;
    return {};
  }
  Expr outer;
  outer.kind = ExprKind::convert;
  outer.at = root.at;
  outer.unit = declared.unit;
  outer.conversion = c;
  outer.args.push_back(std::move(root));
  root = std::move(outer);
  ++program.depth;
  return {};
}

}  // namespace

Result<std::shared_ptr<const Program>> compile_program(const Environment& environment,
                                                       std::string_view text,
                                                       const model::TypeDef* row_type,
                                                       const Declared* declared) {
  const auto tree = parse(text);
  if (!tree) return fail(tree.error());
  auto program = Checker(environment, text, row_type).run(**tree);
  if (!program || declared == nullptr) return program;
  auto fitted = std::make_shared<Program>(**program);
  if (const auto ok = fit(*fitted, *declared); !ok) return fail(ok.error());
  return std::shared_ptr<const Program>(std::move(fitted));
}

std::vector<std::string> names_in(const Node& node) {
  std::vector<std::string> names;
  std::vector<const Node*> open{&node};
  while (!open.empty()) {
    const Node* at = open.back();
    open.pop_back();
    if (at->kind == Kind::name) names.push_back(at->name);
    for (const auto& arg : at->args) open.push_back(arg.get());
    if (at->where) open.push_back(at->where.get());
  }
  return names;
}

}  // namespace cairn::formula
