#include "core/observe/job_view.h"

#include <array>
#include <cstddef>

#include "core/base/check.h"

namespace orrery::observe {
namespace {

constexpr std::array<JobSpec, 7> kSpecs = {{
    {JobKind::FillIndex, "fill-index", "Filling", "items", false},
    {JobKind::ReclaimSpace, "reclaim-space", "Reclaiming the space of", "keys", false},
    {JobKind::ScanChecksums, "scan-checksums", "Reading the checksums of", "items", true},
    {JobKind::CopyReplica, "copy-replica", "Copying", "items", false},
    {JobKind::RecoverTransactions, "recover-transactions", "Finishing the transactions of",
     "transactions", false},
    {JobKind::FillExpiry, "fill-expiry", "Indexing", "items", false},
    {JobKind::FillReplica, "fill-replica", "Filling", "items", false},
}};

}  // namespace

std::span<const JobSpec> jobSpecs() {
    return kSpecs;
}

const JobSpec& specOf(JobKind kind) {
    const JobSpec& spec = kSpecs.at(static_cast<std::size_t>(kind));
    CHECK(spec.kind == kind);
    return spec;
}

}  // namespace orrery::observe
