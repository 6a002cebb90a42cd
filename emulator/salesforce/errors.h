#pragma once
// Refusals that several calls share: facts/salesforce 1.3.
#include "emulator/salesforce/ports.h"

namespace emulator::salesforce {

OrgError not_found();

}  // namespace emulator::salesforce
