#include <QRegularExpression>
#include <QSet>

#include "tests/tidy/rules.h"

namespace orrery::tidy {
namespace {

struct Ban {
    QRegularExpression pattern;
    QString advice;
};

// STYLE, "Determinism" and "Threads". Each message says what to use instead.
const QList<Ban>& bansBelowEngine() {
    static const QString clock = "the instant comes in as a parameter (core/base/time.h)";
    static const QString random = "randomness comes from a Prng& (core/base/prng.h)";
    static const QString thread = "one thread owns all below core/engine; make it a Work or a Job";
    static const QString number =
        "text and numbers must not depend on a locale: std::from_chars, "
        "std::to_chars or fmt";
    static const QString letter =
        "the <cctype> functions depend on a locale: compare with ranges "
        "of letters";
    static const QList<Ban> bans{
        {QRegularExpression(R"(\b(system_clock|steady_clock|high_resolution_clock|utc_clock)\b)"),
         clock},
        {QRegularExpression(R"(\b(clock_gettime|gettimeofday|timespec_get|localtime\w*|gmtime\w*|)"
                            R"(strftime|mktime)\s*\()"),
         clock},
        {QRegularExpression(R"((?<![\w.>])(std::)?time\s*\(\s*(NULL|nullptr|0|&\w+)\s*\))"), clock},
        {QRegularExpression(R"(\b(sleep_for|sleep_until|usleep|nanosleep)\b)"),
         "waiting is an event at a later instant (core/sim)"},
        {QRegularExpression(R"(\bstd::(thread|jthread|async|this_thread|future|promise)\b)"),
         thread},
        {QRegularExpression(R"(\bpthread_\w+)"), thread},
        {QRegularExpression(R"(\brandom_device\b|\bm(t|inst)\w*_?rand0?\b|\bmt19937\w*|)"
                            R"(\bdefault_random_engine\b|\b(s?rand|[dlm]rand48|random)\s*\(|)"
                            R"(\bstd::\w+_distribution\b|\bstd::(shuffle|sample)\b)"),
         random},
        {QRegularExpression(R"(\bstd::hash\b)"),
         "its results differ by library: hash64 or Hash64 (core/base/hash.h)"},
        {QRegularExpression(R"(\b(std::locale|setlocale|imbue|std::stod|std::stof|std::stold|)"
                            R"(strto[dfl]d?|atof)\b)"),
         number},
        {QRegularExpression(R"(\b(std::)?(isalpha|isalnum|isdigit|isspace|isupper|islower|)"
                            R"(isprint|isxdigit|ispunct|tolower|toupper)\s*\()"),
         letter},
        {QRegularExpression(R"(\b(secure_)?getenv\b)"),
         "settings come in as parameters; app/ reads the environment"},
        {QRegularExpression(R"(\bstd::(multi)?(map|set)<\s*(const\s+)?[\w:]+\s*\*)"),
         "addresses order differently in each run: order by an id"},
    };
    return bans;
}

// Folders in which every decision must be the same to the last bit.
const QSet<QString>& roomsWithoutFloats() {
    static const QSet<QString> rooms{"sim", "replication", "storage", "table", "check"};
    return rooms;
}

const QList<Ban>& bansInTests() {
    static const QList<Ban> bans{
        {QRegularExpression(R"(\b(sleep_for|sleep_until|usleep|qSleep|msleep|qWait|)"
                            R"(QThread::sleep)\b)"),
         "no test sleeps: wait for what is to happen (QTRY_VERIFY, QSignalSpy) or use virtual "
         "time"},
    };
    return bans;
}

// Below core/engine, threads share only what isSharedByThreads names.
const Ban& locks() {
    static const Ban ban{
        QRegularExpression(R"(\bstd::(mutex|shared_mutex|recursive_mutex|timed_mutex|)"
                           R"(condition_variable\w*|atomic\w*|call_once|lock_guard|unique_lock|)"
                           R"(scoped_lock|shared_lock)\b)"),
        "one thread owns all below core/engine: no locks, no atomics"};
    return ban;
}

void look(const Source& source, const QString& code, const Ban& ban, Complaints& complaints) {
    for (auto matches = ban.pattern.globalMatch(code); matches.hasNext();) {
        const auto match = matches.next();
        complaints.append({source.path, lineOf(code, match.capturedStart()),
                           match.captured().simplified() + " is banned here: " + ban.advice});
    }
}

bool isBelowEngine(const Source& source) {
    return source.isCpp() && source.room() == "core" && source.module() != "engine";
}

/// The trace, which another thread reads, and what tells the threads of a database file of a fault.
bool isSharedByThreads(const Source& source) {
    return source.module() == "observe" || source.path == "core/storage/environment.h";
}

}  // namespace

Complaints checkBannedNames(const Source& source) {
    static const Ban floats{
        QRegularExpression(R"(\b(float|double)\b)"),
        "no float takes part in a decision: Ratio (core/base/prng.h), Duration or integers"};
    static const Ban exceptions{
        QRegularExpression(R"(\bthrow\b)"),
        "no function in core throws: return std::unexpected, or CHECK for a mistake of ours"};
    Complaints complaints;
    if (!source.isCpp()) return complaints;
    const QString code = codeOnly(source.text);
    if (isBelowEngine(source)) {
        for (const Ban& ban : bansBelowEngine())
            look(source, code, ban, complaints);
        if (!isSharedByThreads(source)) look(source, code, locks(), complaints);
        if (roomsWithoutFloats().contains(source.module())) look(source, code, floats, complaints);
    }
    if (source.room() == "core") look(source, code, exceptions, complaints);
    if (source.room() == "tests") {
        for (const Ban& ban : bansInTests())
            look(source, code, ban, complaints);
    }
    return complaints;
}

Complaints checkUnorderedWalks(const Source& source, const QString& header) {
    Complaints complaints;
    if (!isBelowEngine(source)) return complaints;
    static const QRegularExpression declaration(
        R"(\bunordered_(?:multi)?(?:map|set)\s*<[^;{}()]*>\s*[&*]?\s*(\w+)\s*[;={,)\n])");
    const QString code = codeOnly(source.text);
    QSet<QString> names;
    for (const QString& text : {code, codeOnly(header)}) {
        for (auto matches = declaration.globalMatch(text); matches.hasNext();)
            names.insert(matches.next().captured(1));
    }
    for (const QString& name : names) {
        const QRegularExpression walk(
            QString(
                R"(\bfor\s*\([^;()]*[^:]:\s*(?:\w+(?:\.|->))*%1\s*\)|\b%1\s*(?:\.|->)\s*c?begin\b)"
                R"(|\b(?:ranges|views)::\w+\(\s*(?:\w+(?:\.|->))*%1\b)")
                .arg(name));
        const Ban ban{walk,
                      "the order of an unordered container differs by library: keep a sorted "
                      "one, or sort what you take from it"};
        look(source, code, ban, complaints);
    }
    return complaints;
}

Complaints checkNotes(const Source& source) {
    static const Ban fixme{QRegularExpression(R"(\bFIXME\b)"), "mend it, or open an issue"};
    static const Ban todo{QRegularExpression(R"(\bTODO\b(?!\(#[0-9]+\)))"),
                          "a note names its issue, as in " + QString("TODO") + "(#12)"};
    Complaints complaints;
    const QString text = source.isCpp() ? commentsOnly(source.text) : source.text;
    look(source, text, fixme, complaints);
    look(source, text, todo, complaints);
    return complaints;
}

namespace {

/// The arguments of a call whose '(' is at `open`, without surrounding blanks.
QStringList argumentsAt(const QString& code, qsizetype open) {
    QStringList arguments;
    int depth = 0;
    qsizetype begin = open + 1;
    for (qsizetype at = open; at < code.size(); ++at) {
        const QChar sign = code[at];
        if (sign == '(' || sign == '[' || sign == '{') ++depth;
        if (sign == ')' || sign == ']' || sign == '}') --depth;
        if (depth == 0 || (depth == 1 && sign == ',')) {
            arguments.append(code.mid(begin, at - begin).trimmed());
            begin = at + 1;
        }
        if (depth == 0) break;
    }
    return arguments;
}

}  // namespace

Complaints checkQtHabits(const Source& source) {
    static const QRegularExpression calls(R"(\b(connect|singleShot)\s*\()");
    static const Ban sender{QRegularExpression(R"((?<![\w.:>])sender\s*\(\s*\))"),
                            "connect a lambda that captures what it needs"};
    static const Ban thread{QRegularExpression(R"(\bpublic\s+QThread\b)"),
                            "move a QObject to a QThread, or use std::thread"};
    Complaints complaints;
    if (!source.isCpp() || source.room() == "core") return complaints;
    const QString code = codeOnly(source.text);
    for (auto matches = calls.globalMatch(code); matches.hasNext();) {
        const auto match = matches.next();
        const QStringList arguments = argumentsAt(code, match.capturedEnd() - 1);
        const bool single = match.captured(1) == "singleShot";
        const qsizetype last = single ? 2 : 3;
        if (arguments.size() == last && arguments.last().startsWith('[')) {
            complaints.append({source.path, lineOf(code, match.capturedStart()),
                               match.captured(1) + " with a lambda wants a context object, so that "
                                                   "it ends with what it captures"});
        }
    }
    look(source, code, sender, complaints);
    look(source, code, thread, complaints);
    return complaints;
}

}  // namespace orrery::tidy
