#pragma once
// Which version of a secret is current, which was before, which is being made.
//
//            put                       put, or finishSecret
//   (none) ─────> AWSCURRENT ──────────────────────────────> AWSPREVIOUS ──> (no label: deprecated)
//                 of one version       the next one is current     once more
//
// Source: facts/aws-platform 2 (PutSecretValue, UpdateSecretVersionStage). Decisions on a secret; the caller
// has found it and keeps it.
#include <string>
#include <vector>

#include "emulator/platform/secrets/values.h"

namespace emulator::secrets_manager {

/// A version by its token. Equal token and value change nothing; equal token and another value are refused.
/// `stages` are taken from whoever has them; none means AWSCURRENT, which a secret without a current version
/// gets in any case.
Answer<> put_version(Secret& secret, const std::string& token, SecretValue value,
                     std::vector<std::string> stages, kernel::WallTime now);

/// UpdateSecretVersionStage.
Answer<> move_stage(Secret& secret, const StageMove& move);

/// Attaches `stage` to `version`. AWSPREVIOUS goes to the version that loses AWSCURRENT.
void attach_stage(Secret& secret, Version& version, const std::string& stage);
void detach_stage(Version& version, std::string_view stage);

/// Drops deprecated versions that are older than a day, the oldest first, until there are 100.
void drop_old_versions(Secret& secret, kernel::WallTime now);

/// Whether a rotation stands between createSecret and finishSecret.
bool is_rotation_open(const Secret& secret);

}  // namespace emulator::secrets_manager
