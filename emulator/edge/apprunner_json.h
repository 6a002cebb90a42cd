#pragma once
// App Runner's structures in JSON, read and written. For the sources of this folder.
//
// Source: facts/aws-platform 1.2, 1.5 and 1.6.
#include "emulator/edge/members.h"
#include "emulator/platform/services/ports.h"

namespace emulator::edge {

// Of a call; what is wrong is a problem of `in`.
services::Source source_in(Members& in, const kernel::Json& value);
services::Machine machine_in(Members& in, const kernel::Json& value);
compute::HealthConfig health_in(Members& in, const kernel::Json& value);

kernel::Json service_json(const services::Service& service, const services::ServicesApi& box);
kernel::Json service_summary_json(const services::Service& service);
kernel::Json operation_json(const services::Operation& operation);
kernel::Json scaling_json(const services::Scaling& scaling);
kernel::Json scaling_summary_json(const services::Scaling& scaling);

}  // namespace emulator::edge
