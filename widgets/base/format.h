#pragma once

#include <QString>
#include <string>

#include "core/base/time.h"
#include "core/observe/snapshot.h"

namespace orrery::widgets {

// Texts for numbers: every number on screen has its unit and is written in one way.

QString countText(std::int64_t count);                                     ///< "1,234,567".
QString countText(std::int64_t count, const char* one, const char* many);  ///< "1 item", "2 items".
QString bytesText(std::int64_t bytes);    ///< "812 B", "12.4 KB"; 1 KB is 1,024 bytes.
QString durationText(Duration duration);  ///< "0 ms", "820 µs", "12 ms", "1.24 s", "3 min 5 s".
QString rateText(double rate);            ///< "0.25", "12", "1,204": of something per second.
QString percentText(double part);         ///< "34.2 %" for 0.342.
QString instantText(Instant at);          ///< "00:03:12.480": virtual time.
QString calendarText(CalendarTime at);    ///< "2026-09-03 07:05:11 UTC".
/// "5 s ahead", "200 ms behind", "as the world's": of a Region's clock.
QString clockText(Duration offset);
QString speedText(double speed);  ///< "0.1×".
/// "even with the leader", or "3 records, 12 ms behind".
QString behindText(std::uint64_t records, Duration behind);
/// "Filling index ByColour of table Music: 500 of 20,000 items".
QString jobText(const observe::JobView& job);
QString roleText(observe::Role role);  ///< "leader", "catching up", …

/// The name of a table for people, with its account or namespace unless it is in the shared
/// account. `accountId` may be empty for that: "Music", "Music (namespace test-7)".
QString tableText(const QString& name, const QString& accountId);
/// Empty for the shared account.
QString accountOf(const observe::TableView& table);

inline QString toQString(const std::string& text) {
    return QString::fromStdString(text);
}

}  // namespace orrery::widgets
