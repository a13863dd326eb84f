#include "core/engine/engine_impl.h"

#include <sys/resource.h>

#include <algorithm>

#include "core/api/api.h"
#include "core/api/operation_table.h"
#include "core/base/result.h"
#include "core/base/version.h"

namespace orrery::engine {

using namespace std::chrono_literals;

namespace {

constexpr std::string_view kScheme = "http://";
constexpr std::size_t kHandlersAtOnce = 256;
constexpr Duration kTickEvery = 1s;
constexpr Duration kFrame = 16ms;
constexpr Duration kFeedEvery = 20ms;
constexpr std::size_t kFeedEventsMax = 2000;
constexpr std::size_t kFollowerBacklogMax = 1024 * 1024;
/// A larger difference between the calendar and the clock that stops during sleep is more than a
/// correction.
constexpr Duration kCalendarMoved = 1s;
/// Clients that do not take their answers cannot delay the end for longer.
constexpr Duration kStopWithin = 3s;

http::Server::Options serverOptions(const EngineOptions& options) {
    http::Server::Options server;
    server.origins = options.origins;
    // The data folder needs some of the files.
    constexpr rlim_t kOtherFiles = 128;
    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) == 0)
        server.connectionsMax = std::clamp<std::size_t>(
            files.rlim_cur - std::min(kOtherFiles, files.rlim_cur), 16, server.connectionsMax);
    server.requestIdSeed =
        static_cast<std::uint64_t>(Loop::calendar().sinceEpoch().count()) ^ options.seed;
    return server;
}

Endpoint::Options endpointOptions(const EngineOptions& options) {
    Endpoint::Options endpoint;
    endpoint.namespaces = options.namespaces;
    endpoint.credentials = options.credentials;
    endpoint.clockSkewMax = options.clockSkewMax;
    endpoint.hostNames = options.allowedHosts;
    endpoint.hostNames.push_back(options.host);
    endpoint.anyPlainHost = options.host == "0.0.0.0" || options.host == "::";
    endpoint.remoteControl = options.remoteControl;
    endpoint.origins = options.origins;
    return endpoint;
}

ApiError withdrawn() {
    return {
        ErrorType::ServiceUnavailable,
        "The client ended the connection while the clock was paused; the request was withdrawn.",
        nullptr};
}

ApiError tooMuch() {
    return {ErrorType::ServiceUnavailable, "Too many requests are in progress.", nullptr};
}

}  // namespace

Engine::Impl::Impl(const EngineOptions& options)
    : m_options(options),
      m_handler(*this, endpointOptions(options)),
      m_server(m_loop.context(), m_handler, serverOptions(options)),
      m_answering(m_server) {
    m_handler.setServer(m_server);
}

Engine::Impl::~Impl() = default;

// Without address space, threads and the heap end the process without a message.
std::expected<void, std::string> Engine::Impl::checkAddressSpace() {
    constexpr rlim_t kBytesMin = rlim_t{512} << 20;
    rlimit limit{};
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur >= kBytesMin) return {};
    return std::unexpected("The limit on address space is " + std::to_string(limit.rlim_cur >> 20) +
                           " MB, and at least " + std::to_string(kBytesMin >> 20) +
                           " MB are needed; raise it (ulimit -v) and start again.");
}

std::expected<void, std::string> Engine::Impl::open() {
    TRY(checkAddressSpace());
    m_openedAt = Loop::now();
    m_calendarOffset = Loop::calendar().sinceEpoch() - m_openedAt;
    DriverOptions driver;
    driver.dataFolder = m_options.dataFolder;
    driver.durability = m_options.durability;
    driver.failure = m_options.failure;
    driver.onStorageChange = m_options.onStorageChange;
    driver.world.profile = m_options.profile;
    driver.world.profileIsChosen = m_options.profileIsChosen;
    driver.world.seed = m_options.seed;
    driver.world.traceEvents = m_options.traceEvents;
    // The window's thread may be reading its trace.
    driver.worldEnds = [this] {
        const std::lock_guard lock(m_mutex);
        m_trace = nullptr;
    };
    TRY_ASSIGN(m_driver,
               LiveDriver::open(driver, m_openedAt, Loop::calendar(), [this] { m_loop.wake(); }));
    m_trace = &m_driver->world().trace();
    m_notes = m_driver->world().notes();
    publish(Loop::now());
    return listen();
}

std::expected<void, std::string> Engine::Impl::listen() {
    if (!m_options.port) return {};
    m_server.tick(m_openedAt, Loop::calendar());
    const auto port = m_server.listen(m_options.host, *m_options.port);
    if (!port) {
        if (m_options.portRequired) return std::unexpected(port.error());
        m_endpointProblem = port.error();
        return {};
    }
    const bool v6 = m_options.host.find(':') != std::string::npos;
    const std::string host = v6 ? "[" + m_options.host + "]" : m_options.host;
    m_endpoint = std::string(kScheme) + host + ":" + std::to_string(*port);
    return {};
}

// --- the loop

void Engine::Impl::run() {
    for (;;) {
        m_loop.poll(kHandlersAtOnce);
        const Duration wall = Loop::now();
        round(wall);
        if (m_stopping && mayEnd(wall)) break;
        const auto until = sleepUntil(wall);
        if (!until || *until > wall) m_loop.wait(until);
    }
    m_driver->close();
}

void Engine::Impl::round(Duration wall) {
    tickServer(wall);
    // Keeps details while a client follows, in whichever world is open by now.
    if (m_driver->isUp())
        m_driver->world().setDetailedTrace(m_options.detailedTrace || !m_followers.empty());
    m_driver->turn(wall, Loop::calendar());
    noteGeneration();
    deliver();
    if (!m_held.empty()) finishHeld();
    if (!m_followers.empty()) feedFollowers(wall);
    publish(wall);
    const std::size_t held = m_held.size();
    m_server.flush();
    // Further requests of the same connections; they need a turn of their own.
    m_hasNewlyHeld = m_held.size() > held;
}

void Engine::Impl::tickServer(Duration wall) {
    if (wall - m_tickedAt < kTickEvery) return;
    m_tickedAt = wall;
    const CalendarTime calendar = Loop::calendar();
    m_server.tick(wall, calendar);
    // The machine slept, or its clock was set. A world paused or slowed on purpose keeps its own
    // calendar.
    const Duration offset = calendar.sinceEpoch() - wall;
    const Duration moved = offset - m_calendarOffset;
    m_calendarOffset = offset;
    if (moved < kCalendarMoved || !m_driver->isUp()) return;
    const sim::LiveClock& clock = m_driver->clock();
    if (!clock.paused() && clock.speed() == sim::LiveClock::kNormalSpeed)
        m_driver->setCalendar(calendar);
}

void Engine::Impl::deliver() {
    m_driver->takeReleased(m_answers);
    for (const cluster::Answered& answered : m_answers)
        m_answering.answer(m_calls.take(answered.id), answered);
    if (!m_driver->takeLoss()) return;
    // Answers clients in the order of their calls.
    for (const cluster::CallId id : m_calls.all())
        m_answering.fail(m_calls.take(id), ApiError::internal(m_driver->storageProblem()));
}

void Engine::Impl::noteGeneration() {
    if (m_driver->generation() == m_generation) return;
    m_generation = m_driver->generation();
    for (Follower& follower : m_followers)
        follower.after = EventId();
    const std::lock_guard lock(m_mutex);
    m_trace = m_driver->isUp() ? &m_driver->world().trace() : nullptr;
}

std::optional<Duration> Engine::Impl::sleepUntil(Duration wall) const {
    std::optional<Duration> until = m_driver->dueAt(wall);
    const auto notAfter = [&](Duration at) { until = std::min(until.value_or(at), at); };
    if (m_server.needsTicks()) notAfter(m_tickedAt + kTickEvery);
    if (!m_followers.empty()) notAfter(m_fedAt + kFeedEvery);
    if (m_stopping) notAfter(wall + 10ms);
    if (m_hasNewlyHeld || m_heldCanContinue) notAfter(wall);
    const std::lock_guard lock(m_mutex);
    if (m_snapshotWanted) notAfter(m_publishedAt + kFrame);
    return until;
}

void Engine::Impl::stop() {
    if (m_stopping) return;
    m_stopping = true;
    m_stopBy = Loop::now() + kStopWithin;
    m_server.stopListening();
    m_server.closeWhenAnswered();
}

bool Engine::Impl::mayEnd(Duration wall) const {
    if (wall >= m_stopBy) return true;
    // Requests waiting for a paused clock would wait forever.
    const bool waits = m_driver->isUp() && m_driver->clock().paused();
    const bool answered = waits || m_driver->openCalls() == 0;
    return answered && m_held.empty() && m_driver->isSettled() && (waits || !m_server.isBusy());
}

// --- calls

void Engine::Impl::submit(std::unique_ptr<cluster::Call> call, cluster::Caller caller,
                          Destination to) {
    if (!m_driver->isUp() || !mayRun(*call))
        return refuse(to, call->operationName(), call->tableName(),
                      ApiError::internal(m_driver->storageProblem()));
    if (m_driver->isFull()) return refuse(to, call->operationName(), call->tableName(), tooMuch());
    m_driver->submit(m_calls.add(std::move(to)), std::move(call), std::move(caller));
}

void Engine::Impl::refuse(const Destination& to, std::string_view operation, std::string_view table,
                          const ApiError& error) {
    m_driver->record({std::string(operation), std::string(table),
                      std::string(shortErrorName(error.type)), error.message,
                      httpStatus(error.type)});
    m_answering.fail(to, error);
}

bool Engine::Impl::mayRun(const cluster::Call& call) const {
    if (!m_driver->isReadOnly()) return true;
    const api::Effect effect = api::effectOf(call.operationName());
    return effect == api::Effect::Read ||
           (effect == api::Effect::Free && m_driver->acceptsDeletions());
}

// While the clock is paused, requests wait without an instant. Requests of a client that has left
// must not run when it resumes. A client that has only ended its side gets an error.
bool Engine::Impl::clientEnded(std::uint64_t connection) {
    if (!m_driver->isUp() || !m_driver->clock().paused()) return false;
    for (const cluster::CallId id : m_calls.ofConnection(connection))
        if (m_driver->withdraw(id)) m_answering.fail(m_calls.take(id), withdrawn());
    return true;
}

void Engine::Impl::clientGone(std::uint64_t connection) {
    for (const cluster::CallId id : m_calls.ofConnection(connection))
        if (m_driver->withdraw(id)) m_calls.take(id);
}

void Engine::Impl::callFromInside(const Scope& scope, std::string_view operation,
                                  std::string_view json, std::optional<Lsn> itemLsn,
                                  AnswerHandler handler) {
    Destination to;
    to.handler = std::move(handler);
    to.region = scope.region;
    const bool isWhole = operation.find('.') != operation.npos;
    const std::string target = (isWhole ? "" : "DynamoDB_20120810.") + std::string(operation);
    auto call = api::parseCall(target, json, scope.region);
    if (!call) return refuse(to, operation, {}, call.error());
    cluster::Caller caller;
    caller.accountId = scope.accountId;
    caller.accessKey = "orrery";
    caller.host = m_endpoint.empty() ? m_options.host : m_endpoint.substr(kScheme.size());
    caller.regionName = scope.region;
    caller.itemLsn = itemLsn;
    submit(*std::move(call), std::move(caller), std::move(to));
}

// --- views

void Engine::Impl::feedFollowers(Duration wall) {
    if (wall - m_fedAt < kFeedEvery) return;
    m_fedAt = wall;
    if (!m_driver->isUp()) return;
    const observe::Trace& trace = m_driver->world().trace();
    std::erase_if(m_followers, [&](Follower& follower) {
        const auto backlog = m_server.stream(follower.exchange, {});
        if (!backlog) return true;
        if (*backlog > kFollowerBacklogMax || trace.last() <= follower.after) return false;
        std::string lines;
        for (const observe::Event& event : trace.since(follower.after, kFeedEventsMax)) {
            lines += observe::eventJson(event);
            lines += '\n';
            follower.after = event.id;
        }
        return !m_server.stream(follower.exchange, lines);
    });
}

void Engine::Impl::publish(Duration wall) {
    if (m_snapshot && wall - m_publishedAt < kFrame) return;
    {
        const std::lock_guard lock(m_mutex);
        if (m_snapshot && !m_snapshotWanted) return;
        m_snapshotWanted = false;
    }
    m_publishedAt = wall;
    if (!m_driver->isUp()) {
        publishProblem();
        return;
    }
    const std::shared_ptr<observe::Snapshot> made = m_driver->showWorld();
    if (m_driver->isReadOnly()) made->writesRefused = m_driver->storageProblem();
    const sim::LiveClock& clock = m_driver->clock();
    made->clock.state = clock.paused() ? observe::ClockState::Paused : observe::ClockState::Running;
    made->clock.speed =
        static_cast<double>(clock.speed()) / static_cast<double>(sim::LiveClock::kNormalSpeed);
    made->clock.calendar = m_driver->world().calendar();
    made->clock.now = m_driver->world().now();
    made->clock.stretched = clock.stretched(wall);
    made->clock.waitingRequests = m_driver->waitingCalls() + m_server.waitingForRoom();
    const std::lock_guard lock(m_mutex);
    m_snapshot = made;
}

// No world is open: the last snapshot stays, and says why nothing changes.
void Engine::Impl::publishProblem() {
    const std::lock_guard lock(m_mutex);
    if (!m_snapshot || m_snapshot->writesRefused == m_driver->storageProblem()) return;
    auto made = std::make_shared<observe::Snapshot>(*m_snapshot);
    made->writesRefused = m_driver->storageProblem();
    m_snapshot = std::move(made);
}

observe::SnapshotPtr Engine::Impl::snapshot() {
    observe::SnapshotPtr snapshot;
    bool wasWanted = false;
    {
        const std::lock_guard lock(m_mutex);
        wasWanted = std::exchange(m_snapshotWanted, true);
        snapshot = m_snapshot;
    }
    if (!wasWanted) m_loop.wake();
    return snapshot;
}

std::vector<observe::Event> Engine::Impl::events(EventId after, std::size_t limit) const {
    const std::lock_guard lock(m_mutex);
    if (m_trace == nullptr) return {};
    // A reopened world numbers its events from 1 again.
    return m_trace->since(after > m_trace->last() ? EventId() : after, limit);
}

}  // namespace orrery::engine
