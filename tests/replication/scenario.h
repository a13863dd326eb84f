#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/replication/group.h"

namespace orrery::test {

// A scenario file is a list of blocks, separated by blank lines. A block is lines of commands, the
// line `----`, and the lines that they are expected to print. Lines of `#` are comments.
//
//   cluster zones=a,b,c [latency=1ms] [disk=0ms] [leader=a] [seed=1]
//       a new group; with `leader` that zone is appointed, otherwise none is known
//   elect Z            a request reaches zone Z; runs until some zone can serve
//   request Z          a request reaches zone Z
//   propose W…         one record for each word, to the zone that serves, or else leads
//   propose-at Z W…    the same to zone Z
//   hand-over Y Z      zone Y, which serves, lets zone Z lead
//   run 100ms          lets time pass
//   run-until-served   until some zone can serve; prints how long it took
//   lose-zone Z  restore-zone Z           power, with what the disk had not finished
//   cut A B  heal A B  cut A>B  heal A>B  both directions, or one
//   stop               the process stops and starts again
//   trim N             every log loses the records up to N that its tree has
//   logs               prints every zone's records
//   trace              messages that arrive from here to the end of the block are printed
//
// Each block ends by printing every zone: role, term, commit LSN; then, where true: the end of the
// log if it is not committed, the records by which its commit LSN is behind the group's, `serves`
// for a leader with its lease, `at rest`, `not caught up`, `needs a copy`, `copying`.

/// Runs one scenario and gives back the same text with what was really printed.
class Scenario {
public:
    /// The file's text with each block's output as it came out. An unknown command or a wrong
    /// argument is printed there as well.
    static std::string run(std::string_view text);

private:
    class Listener;
    using Words = std::span<const std::string_view>;

    Scenario();
    ~Scenario();

    void execute(std::string_view line);
    void makeCluster(Words arguments);
    void proposeTo(std::optional<ZoneIndex> zone, Words records);
    void waitForServer();
    void runUntilServed();
    void changeLink(std::string_view command, Words arguments);
    void printLogs();
    void printZones();
    std::string describe(ZoneIndex zone) const;
    std::optional<ZoneIndex> server() const;

    std::unique_ptr<Listener> m_listener;
    std::optional<Group> m_group;
    std::string m_printed;
};

}  // namespace orrery::test
