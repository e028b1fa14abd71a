// SPDX-License-Identifier: Apache-2.0
#include "model/alert.hpp"

namespace cairn::model {

const char* to_string(AlertState state) {
  switch (state) {
    case AlertState::pending:
      return "pending";
    case AlertState::firing:
      return "firing";
    case AlertState::clearing:
      return "clearing";
    case AlertState::resolved:
      return "resolved";
    case AlertState::retracted:
      return "retracted";
  }
  return "pending";
}

}  // namespace cairn::model
