#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/cluster/kernel/job_id.h"
#include "core/observe/job_view.h"

namespace orrery::cluster {

struct Job;

/// The list of jobs for people: the jobs of all partitions of one index are one row, and so are
/// the jobs of one kind beyond the first ones. Follows each change, so that showing the list, which
/// happens with every snapshot, costs the same however many jobs there are.
class JobList {
public:
    /// The rows of a kind; the last one has all further jobs. A kind that can be cancelled has a
    /// row for each job: its number of jobs is bounded.
    static constexpr std::size_t kRowsMax = 20;

    /// Jobs are added in the order of their ids.
    void add(const Job& job);
    /// Call it before the progress of a job changes,
    void changes(const Job& job);
    /// and afterwards.
    void changed(const Job& job);
    /// The subject of a job has changed. Jobs in one row have the same.
    void renamed(const Job& job);
    void remove(const Job& job);

    /// In the order of their ids.
    std::vector<observe::JobView> rows() const;

private:
    struct Sum {
        std::size_t jobs = 0;
        std::size_t stopped = 0;
        std::size_t waitForRoom = 0;
        std::uint64_t done = 0;
        std::uint64_t total = 0;

        Sum& operator+=(const Sum& other);
        Sum& operator-=(const Sum& other);
    };
    struct Row {
        std::string subject;
        CalendarTime since;
        Sum sum;
    };
    struct Kind {
        std::map<JobId, Row> rows;  ///< By the first job of the row.
        Sum sum;                    ///< Of all rows.
    };

    static Sum sumOf(const Job& job);
    Kind& kindOf(const Job& job);
    /// The first job of the row with this job.
    JobId rowOf(const Job& job) const;
    void addRows(observe::JobKind kind, std::vector<observe::JobView>& views) const;

    std::array<Kind, static_cast<std::size_t>(observe::JobKind::FillReplica) + 1> m_kinds;
    std::map<KeySpaceId, JobId> m_fillings;  ///< The row of each index that is being filled.
};

}  // namespace orrery::cluster
