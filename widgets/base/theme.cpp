#include "widgets/base/theme.h"

#include <QApplication>
#include <QFile>
#include <QHash>
#include <QProxyStyle>
#include <QStyleFactory>
#include <QTableView>
#include <algorithm>

// Q_INIT_RESOURCE must stand outside of every namespace.
static void initResources() {
    Q_INIT_RESOURCE(orrery);
}

namespace orrery::widgets {
namespace {

QString readResource(const QString& path) {
    initResources();
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) qFatal("No resource %s", qPrintable(path));
    return QString::fromUtf8(file.readAll());
}

QHash<QString, QColor> readPalette(const QString& path) {
    QHash<QString, QColor> named;
    for (const QString& line : readResource(path).split(u'\n')) {
        if (line.startsWith(u'#')) continue;
        const QStringList words = line.split(u' ', Qt::SkipEmptyParts);
        if (words.size() == 2) named[words[0]] = QColor(words[1]);
    }
    return named;
}

Colors makeColors(const QHash<QString, QColor>& named, bool dark) {
    const auto of = [&named](const char* name) { return named.value(QLatin1String(name)); };
    Colors c;
    c.dark = dark;
    c.window = of("window");
    c.surface = of("surface");
    c.raised = of("raised");
    c.sunken = of("sunken");
    c.text = of("text");
    c.muted = of("muted");
    c.line = of("line");
    c.accent = of("accent");
    c.accentText = of("accentText");
    c.selection = of("selection");
    c.zone = {of("zoneA"), of("zoneB"), of("zoneC")};
    c.good = of("good");
    c.warn = of("warn");
    c.warnSurface = of("warnSurface");
    c.bad = of("bad");
    c.badSurface = of("badSurface");
    c.changed = of("changed");
    c.heatLow = of("heatLow");
    c.heatHigh = of("heatHigh");
    return c;
}

/// Fusion with a margin at both sides of a table cell. Without it, a right-aligned value touches
/// the left-aligned value of the next column. A style sheet can add it only to cells that it
/// paints.
class RoomyTables : public QProxyStyle {
public:
    RoomyTables() : QProxyStyle(QStyleFactory::create(QStringLiteral("Fusion"))) {}

    int pixelMetric(PixelMetric metric, const QStyleOption* option,
                    const QWidget* widget) const override {
        constexpr int kCellMargin = 5;
        if (metric == PM_FocusFrameHMargin && qobject_cast<const QTableView*>(widget) != nullptr)
            return kCellMargin;
        return QProxyStyle::pixelMetric(metric, option, widget);
    }
};

QString palettePath(bool dark) {
    return dark ? QStringLiteral(":/palettes/dark.palette")
                : QStringLiteral(":/palettes/light.palette");
}

const Colors& colorsOf(bool dark) {
    static const Colors light = makeColors(readPalette(palettePath(false)), false);
    static const Colors night = makeColors(readPalette(palettePath(true)), true);
    return dark ? night : light;
}

QPalette makeQtPalette(const Colors& c) {
    QPalette palette(c.text, c.raised, c.surface, c.sunken, c.line, c.text, c.text, c.surface,
                     c.window);
    palette.setColor(QPalette::WindowText, c.text);
    palette.setColor(QPalette::ButtonText, c.text);
    palette.setColor(QPalette::Highlight, c.selection);
    palette.setColor(QPalette::HighlightedText, c.text);
    palette.setColor(QPalette::AlternateBase, c.raised);
    palette.setColor(QPalette::ToolTipBase, c.raised);
    palette.setColor(QPalette::ToolTipText, c.text);
    palette.setColor(QPalette::PlaceholderText, c.muted);
    palette.setColor(QPalette::Link, c.accent);
    palette.setColor(QPalette::LinkVisited, c.accent);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, c.muted);
    return palette;
}

QString makeStyleSheet(bool dark) {
    const QHash<QString, QColor> named = readPalette(palettePath(dark));
    QStringList names = named.keys();
    // The longest name first: otherwise @warn would replace the start of @warnSurface.
    std::ranges::sort(names, [](const QString& a, const QString& b) {
        return a.size() != b.size() ? a.size() > b.size() : a < b;
    });
    QString sheet = readResource(QStringLiteral(":/style.qss"));
    sheet.replace(QLatin1String("@mode"), dark ? QLatin1String("dark") : QLatin1String("light"));
    for (const QString& name : names)
        sheet.replace(u'@' + name, named[name].name());
    return sheet;
}

bool& darkInUse() {
    static bool dark = false;
    return dark;
}

}  // namespace

QColor Colors::heat(double part) const {
    const double p = std::clamp(part, 0.0, 1.0);
    const auto mix = [p](int low, int high) { return static_cast<int>(low + (high - low) * p); };
    return QColor(mix(heatLow.red(), heatHigh.red()), mix(heatLow.green(), heatHigh.green()),
                  mix(heatLow.blue(), heatHigh.blue()));
}

QColor mixed(const QColor& one, const QColor& other) {
    return QColor((one.red() + other.red()) / 2, (one.green() + other.green()) / 2,
                  (one.blue() + other.blue()) / 2);
}

const Colors& colors() {
    return colorsOf(darkInUse());
}

void applyTheme(Theme theme, bool systemIsDark) {
    const bool dark = theme == Theme::Dark || (theme == Theme::System && systemIsDark);
    darkInUse() = dark;
    QApplication::setStyle(new RoomyTables);
    QApplication::setPalette(makeQtPalette(colorsOf(dark)));
    qApp->setStyleSheet(makeStyleSheet(dark));
}

QString zoneLetter(ZoneIndex zone) {
    return QString(QChar(u'a' + zone.value()));
}

QString zoneLetter(const QString& zoneName) {
    if (zoneName.isEmpty() || !zoneName.back().isLetter()) return zoneName;
    return QString(zoneName.back());
}

}  // namespace orrery::widgets
