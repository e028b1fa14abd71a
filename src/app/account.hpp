// SPDX-License-Identifier: Apache-2.0
// `cairn account …` and `cairn audit …`: over the data directory, also while the server runs.
#pragma once

#include "app/args.hpp"

namespace cairn::app {

extern const CommandSpec account_add_command;
extern const CommandSpec account_list_command;
extern const CommandSpec account_grant_command;
extern const CommandSpec account_password_command;
extern const CommandSpec account_disable_command;
extern const CommandSpec account_token_command;
extern const CommandSpec audit_list_command;
extern const CommandSpec audit_verify_command;

int run_account_add(const Args& args);
int run_account_list(const Args& args);
int run_account_grant(const Args& args);
int run_account_password(const Args& args);
int run_account_disable(const Args& args);
int run_account_token(const Args& args);
int run_audit_list(const Args& args);
int run_audit_verify(const Args& args);

}  // namespace cairn::app
