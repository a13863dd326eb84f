#include "core/cluster/repair/surveyed_values.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string_view>

#include "core/base/bytes.h"
#include "core/cluster/catalog/global_table.h"
#include "core/cluster/catalog/stored_version.h"
#include "core/cluster/catalog/stream_description.h"
#include "core/cluster/faults/experiment_codec.h"
#include "core/cluster/global/conflict.h"
#include "core/cluster/repair/trial.h"
#include "core/cluster/replicas/jobs.h"
#include "core/cluster/tables/table_values.h"
#include "core/storage/archive_rows.h"

namespace orrery::cluster {
namespace {

constexpr std::string_view kStartsValue = "starts";
/// More than any folder has counted, so that nothing gets a number that was given out before.
constexpr std::uint64_t kManyNumbers = std::uint64_t{1} << 32;

struct Consequence {
    std::string_view prefix;  ///< Of the value's name.
    std::string_view text;    ///< Follows "NAME is corrupt; ".
    bool isLoss;
};

constexpr std::array<Consequence, 23> kConsequences = {{
    {kTablePrefix, "the table is lost with all its items.", true},
    {kLedgerPrefix, "a transaction that was in progress may be done in part.", true},
    {kGlobalPrefix, "tables in several Regions are no longer replicas of one another.", true},
    {kStreamValuePrefix, "the stream is lost.", true},
    {"faults", "all faults are healed.", true},
    {kTemplatePrefix, "the experiment template is lost.", true},
    {kExperimentPrefix, "the experiment is no longer listed; its fault ends by itself.", true},
    {"clock-setting", "the clock runs at normal speed.", true},
    {"clock", "the world's time begins anew.", true},
    {"profile", "the default profile is used.", true},
    {"region-settings", "the clocks of Regions and their links are as by default.", true},
    {kStartsValue, "the count continues at a higher number.", false},
    {kNextJobValue, "the ids of jobs continue at a higher number.", false},
    {kNextValue, "the next free ids are derived from the tables.", false},
    {kRegionsValue, "the Regions are derived from the tables.", false},
    {kResetPrefix, "the client token of a transaction before that reset may count again.", true},
    {kJobPrefix, "the job begins anew.", false},
    {kConflictPrefix, "a write that lost is no longer listed.", true},
    {kConflictItemsPrefix, "a write that lost is listed without its items.", true},
    {kConflictRunPrefix, "a write that lost may be counted wrongly if it loses again.", true},
    {kConflictsForgottenPrefix, "nobody knows how many lost writes are no longer listed.", true},
    {storage::kOrderPrefix, "a stream lacks its records.", true},
    {storage::kSegmentPrefix, "a stream lacks its records.", true},
}};

std::string shown(std::string_view name) {
    std::string text = "\"";
    for (const char c : name)
        text += c >= ' ' && c <= '~' ? c : '?';
    return text + '"';
}

bool isOfArchive(std::string_view name) {
    return name.starts_with(storage::kOrderPrefix) || name.starts_with(storage::kSegmentPrefix);
}

bool isTable(std::string_view name) {
    return name.starts_with(kTablePrefix) || name.starts_with(kLedgerPrefix);
}

class ValueSurvey {
public:
    explicit ValueSurvey(const storage::SalvagedFolder& files) : m_files(files) {}

    SurveyedValues make() {
        for (const std::string& name : m_files.mendedValues())
            m_result.mended.push_back("A byte of " + shown(name) +
                                      " was wrong and has been put right.");
        for (const std::string& name : m_files.corruptValues())
            drop(name);
        for (const NamedValue& value : m_files.values()) {
            if (value.first != kRegionsValue) continue;
            if (opensAlone(value))
                m_regions = value;
            else
                drop(value.first);
        }
        if (m_regions) m_result.kept.push_back(*m_regions);
        findSharing();
        for (const std::string_view prefix : {kLedgerPrefix, kTablePrefix}) {
            for (const NamedValue& value : m_files.values())
                if (value.first.starts_with(prefix)) takeTable(value);
        }
        if (!m_regions) deriveRegions();
        for (const NamedValue& value : m_files.values())
            if (value.first != kRegionsValue && !isTable(value.first)) take(value);
        std::ranges::sort(m_result.kept);
        return std::move(m_result);
    }

private:
    // An earlier version made such folders; the next start settles them.
    void findSharing() {
        std::vector<StoredTable> tables;
        for (const NamedValue& value : m_files.values()) {
            if (!value.first.starts_with(kTablePrefix)) continue;
            if (auto table = decodeStoredTable(value.second)) tables.push_back(*std::move(table));
        }
        m_owners = TableOwners(indexesSharingGroups(tables));
    }

    void takeTable(const NamedValue& value) {
        auto table = decodeStoredTable(value.second);
        bool isSound = table && isNameOf(value.first, *table);
        if (isSound)
            isSound = value.first.starts_with(kTablePrefix) ? m_owners.take(*table)
                                                            : m_owners.takeLedger(*table);
        if (!isSound) {
            if (isNewerStoredTable(value.second))
                noteNewer(value.first,
                          newerValue("The description of a table (" + value.first + ")"));
            return drop(value.first);
        }
        m_result.tables.push_back(std::make_unique<const StoredTable>(*std::move(table)));
        m_result.kept.push_back(value);
    }

    // Possible if each Region has a table. The bytes are those of version 1.
    void deriveRegions() {
        std::vector<std::string> names;
        for (const auto& kept : m_result.tables) {
            const std::size_t place = kept->table.region.value();
            if (place >= names.size()) names.resize(place + 1);
            names[place] = kept->table.regionName;
        }
        if (names.empty() || std::ranges::find(names, "") != names.end()) return;
        std::string bytes;
        for (const std::string& name : names)
            ByteWriter(bytes).sized(name);
        m_regions.emplace(kRegionsValue, std::move(bytes));
        m_result.kept.push_back(*m_regions);
    }

    void take(const NamedValue& value) {
        // The rows of the archive are examined with its files.
        const bool isSound = isOfArchive(value.first) ||
                             (opensAlone(value) && !erasesTable(value) && !takesReplica(value));
        if (isSound)
            m_result.kept.push_back(value);
        else
            drop(value.first);
    }

    bool opensAlone(const NamedValue& value) {
        const auto opened = tryAlone(value, m_regions);
        if (!opened && opened.error().code == kNewerVersion) noteNewer(value.first, opened.error());
        return opened.has_value();
    }

    // Without a seal, a damaged version looks like a later one.
    void noteNewer(const std::string& name, storage::StorageError error) {
        if (!m_files.unsealedValues().contains(name) && !m_result.newer)
            m_result.newer = std::move(error);
    }

    bool erasesTable(const NamedValue& value) const {
        if (!value.first.starts_with(kJobPrefix)) return false;
        const auto job = decodeJob(value.second);
        return job && job->kind == JobKind::ReclaimSpace && m_owners.has(job->space);
    }

    // No table is a replica of two global ones.
    bool takesReplica(const NamedValue& value) {
        if (!value.first.starts_with(kGlobalPrefix)) return false;
        const auto global = decodeGlobalTable(value.second);
        return global && std::ranges::any_of(global->replicas, [&](const GlobalReplica& replica) {
                   return !m_replicas.insert(replica.table).second;
               });
    }

    void drop(const std::string& name) {
        const auto known = std::ranges::find_if(
            kConsequences, [&](const Consequence& one) { return name.starts_with(one.prefix); });
        const bool isLoss = known == kConsequences.end() || known->isLoss;
        const std::string_view text = known == kConsequences.end() ? "it is dropped." : known->text;
        (isLoss ? m_result.losses : m_result.mended)
            .push_back(shown(name) + " is corrupt; " + std::string(text));
        if (name == kNextJobValue) m_result.kept.emplace_back(name, encodeNextJob(kManyNumbers));
        if (name != kStartsValue) return;
        std::string bytes;
        ByteWriter out(bytes);
        out.u8(1);
        out.u64(kManyNumbers);
        m_result.kept.emplace_back(name, std::move(bytes));
    }

    const storage::SalvagedFolder& m_files;
    std::optional<NamedValue> m_regions;
    TableOwners m_owners;
    std::set<KeySpaceId> m_replicas;  ///< Of the global tables that are kept.
    SurveyedValues m_result;
};

}  // namespace

SurveyedValues surveyValues(const storage::SalvagedFolder& files) {
    return ValueSurvey(files).make();
}

}  // namespace orrery::cluster
