// SPDX-License-Identifier: Apache-2.0
// The operators and functions of expressions over vectors: batch in, batch out. Rows and regions
// use the same ones. No operator yields NaN or infinity: the lane then lacks a value and says why.
#pragma once

#include <span>

#include "formula/program.hpp"

namespace cairn::formula {

// The evaluated arguments of an operator, wherever they stand.
class Args {
 public:
  explicit Args(std::span<const Vec* const> vecs) : vecs_(vecs) {}
  const Vec& operator[](std::size_t i) const { return *vecs_[i]; }
  std::size_t size() const { return vecs_.size(); }
  Args from(std::size_t first) const { return Args(vecs_.subspan(first)); }
  std::span<const Vec* const> pointers() const { return vecs_; }

  struct Iterator {
    const Vec* const* at;
    const Vec& operator*() const { return **at; }
    Iterator& operator++() {
      ++at;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return at != other.at; }
  };
  Iterator begin() const { return {vecs_.data()}; }
  Iterator end() const { return {vecs_.data() + vecs_.size()}; }

 private:
  std::span<const Vec* const> vecs_;
};

// Computes `e` (an operator, no leaf) from its evaluated arguments.
Vec apply(const Expr& e, std::span<const Vec> args, std::size_t lanes);
// The same into a vector whose storage is used again; not one of the arguments.
void apply(const Expr& e, Args args, std::size_t lanes, Vec& out);

}  // namespace cairn::formula
