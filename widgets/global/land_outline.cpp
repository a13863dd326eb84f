#include "widgets/global/land_outline.h"

#include <cstdint>
#include <span>

namespace orrery::widgets {
namespace {

/// In whole degrees, east and north positive.
struct LandPoint {
    std::int16_t longitude;
    std::int16_t latitude;
};

constexpr LandPoint kNorthAmerica[] = {
    {-168, 66}, {-156, 71}, {-141, 70}, {-128, 70}, {-115, 68}, {-96, 68},  {-94, 72},  {-82, 68},
    {-87, 64},  {-94, 61},  {-93, 58},  {-82, 55},  {-80, 51},  {-77, 56},  {-78, 62},  {-70, 61},
    {-61, 56},  {-56, 52},  {-67, 50},  {-65, 48},  {-61, 46},  {-66, 44},  {-70, 43},  {-74, 40},
    {-76, 35},  {-81, 31},  {-80, 25},  {-84, 30},  {-94, 29},  {-97, 27},  {-97, 22},  {-95, 18},
    {-91, 18},  {-90, 21},  {-87, 21},  {-88, 16},  {-83, 15},  {-83, 10},  {-78, 9},   {-83, 8},
    {-92, 14},  {-101, 17}, {-106, 21}, {-112, 29}, {-115, 32}, {-110, 23}, {-115, 28}, {-117, 33},
    {-121, 35}, {-124, 40}, {-124, 48}, {-131, 54}, {-140, 60}, {-147, 61}, {-158, 56}, {-164, 55},
    {-158, 59}, {-165, 62}, {-161, 64}};
constexpr LandPoint kGreenland[] = {{-72, 78}, {-60, 82}, {-35, 83}, {-18, 81},
                                    {-20, 74}, {-24, 70}, {-40, 65}, {-43, 60},
                                    {-50, 62}, {-54, 69}, {-60, 76}};
constexpr LandPoint kBaffinIsland[] = {{-85, 73}, {-76, 72}, {-62, 67},
                                       {-65, 62}, {-73, 65}, {-75, 69}};
constexpr LandPoint kEllesmereAndVictoriaIsland[] = {{-118, 72}, {-105, 73}, {-92, 77},
                                                     {-88, 82},  {-65, 83},  {-80, 76},
                                                     {-97, 73},  {-103, 69}, {-116, 69}};
constexpr LandPoint kCubaAndHispaniola[] = {{-85, 22}, {-80, 23}, {-69, 19}, {-77, 20}};
constexpr LandPoint kSouthAmerica[] = {
    {-78, 8},   {-72, 12},  {-62, 11},  {-51, 4},   {-50, 0},   {-44, -3},  {-35, -6},
    {-39, -13}, {-40, -21}, {-48, -26}, {-53, -33}, {-58, -35}, {-57, -38}, {-62, -39},
    {-65, -43}, {-66, -48}, {-69, -51}, {-67, -55}, {-73, -53}, {-75, -48}, {-73, -40},
    {-70, -27}, {-70, -18}, {-76, -14}, {-81, -6},  {-80, 1}};
constexpr LandPoint kEuropeAndAsia[] = {
    {-9, 43},  {-2, 43},  {-1, 46},  {-5, 48},  {2, 51},   {8, 54},   {8, 57},   {11, 57},
    {11, 54},  {20, 55},  {24, 59},  {30, 60},  {22, 60},  {25, 65},  {22, 66},  {17, 61},
    {16, 56},  {13, 56},  {11, 59},  {6, 58},   {5, 62},   {15, 68},  {25, 71},  {41, 67},
    {34, 66},  {40, 64},  {44, 68},  {60, 69},  {68, 69},  {67, 72},  {73, 72},  {73, 68},
    {80, 72},  {104, 77}, {113, 74}, {140, 72}, {160, 70}, {180, 69}, {180, 65}, {170, 60},
    {162, 56}, {157, 51}, {156, 57}, {163, 61}, {142, 59}, {135, 55}, {141, 53}, {140, 48},
    {131, 43}, {128, 40}, {129, 35}, {126, 35}, {125, 40}, {122, 40}, {118, 39}, {122, 37},
    {119, 35}, {122, 31}, {118, 24}, {110, 21}, {106, 19}, {109, 12}, {105, 9},  {101, 13},
    {99, 9},   {104, 2},  {101, 3},  {98, 8},   {98, 16},  {94, 16},  {91, 22},  {87, 21},
    {80, 15},  {80, 11},  {77, 8},   {73, 19},  {70, 21},  {67, 25},  {57, 26},  {49, 30},
    {51, 25},  {56, 26},  {60, 22},  {55, 17},  {45, 13},  {43, 14},  {39, 21},  {35, 28},
    {33, 30},  {36, 36},  {27, 37},  {27, 40},  {35, 42},  {42, 42},  {38, 46},  {34, 45},
    {31, 46},  {28, 43},  {28, 41},  {24, 41},  {23, 37},  {19, 42},  {13, 45},  {18, 40},
    {16, 38},  {12, 42},  {9, 44},   {3, 43},   {0, 39},   {-2, 37},  {-9, 37}};
constexpr LandPoint kAfrica[] = {{-6, 36},  {10, 37},  {11, 34},  {20, 31},  {23, 33},  {32, 31},
                                 {37, 19},  {43, 12},  {51, 12},  {40, -3},  {40, -15}, {35, -20},
                                 {35, -24}, {30, -31}, {26, -34}, {18, -34}, {12, -18}, {14, -11},
                                 {9, -1},   {9, 4},    {4, 6},    {-8, 4},   {-13, 9},  {-17, 15},
                                 {-16, 21}, {-10, 31}};
constexpr LandPoint kMadagascar[] = {{49, -12}, {50, -16}, {47, -25}, {44, -23}, {44, -17}};
constexpr LandPoint kAustralia[] = {
    {114, -22}, {122, -18}, {131, -12}, {137, -12}, {136, -15}, {141, -17}, {143, -11}, {146, -19},
    {153, -25}, {153, -31}, {150, -37}, {144, -39}, {138, -35}, {131, -32}, {124, -33}, {115, -34}};
constexpr LandPoint kTasmania[] = {{145, -41}, {148, -41}, {147, -44}};
constexpr LandPoint kNewZealandNorth[] = {{173, -35}, {178, -38}, {175, -41}, {174, -38}};
constexpr LandPoint kNewZealandSouth[] = {{173, -41}, {174, -42}, {169, -47}, {167, -45}};
constexpr LandPoint kNewGuinea[] = {{131, -1}, {141, -3}, {150, -10},
                                    {143, -8}, {138, -8}, {134, -4}};
constexpr LandPoint kBorneo[] = {{109, 2}, {117, 7}, {118, 1}, {115, -4}, {110, -3}};
constexpr LandPoint kSumatra[] = {{95, 6}, {104, -2}, {106, -6}, {101, -3}};
constexpr LandPoint kJava[] = {{106, -6}, {114, -8}, {106, -8}};
constexpr LandPoint kSulawesi[] = {{120, 0}, {125, 2}, {121, -5}};
constexpr LandPoint kPhilippines[] = {{121, 18}, {126, 7}, {122, 7}, {120, 15}};
constexpr LandPoint kTaiwan[] = {{121, 25}, {121, 22}, {120, 23}};
constexpr LandPoint kSriLanka[] = {{80, 10}, {82, 7}, {80, 6}};
constexpr LandPoint kJapan[] = {{130, 33}, {131, 31}, {136, 33}, {140, 35}, {142, 39},
                                {145, 43}, {142, 45}, {140, 41}, {137, 37}, {132, 35}};
constexpr LandPoint kGreatBritain[] = {{-5, 50}, {1, 51}, {2, 53}, {-2, 57}, {-5, 59}, {-3, 54}};
constexpr LandPoint kIreland[] = {{-10, 52}, {-6, 52}, {-6, 55}, {-9, 54}};
constexpr LandPoint kIceland[] = {{-24, 65}, {-16, 66}, {-14, 65}, {-20, 63}};
constexpr LandPoint kNovayaZemlya[] = {{52, 71}, {68, 77}, {57, 71}};
constexpr LandPoint kSakhalin[] = {{142, 54}, {144, 49}, {142, 46}};

constexpr std::span<const LandPoint> kLand[] = {kNorthAmerica,
                                                kGreenland,
                                                kBaffinIsland,
                                                kEllesmereAndVictoriaIsland,
                                                kCubaAndHispaniola,
                                                kSouthAmerica,
                                                kEuropeAndAsia,
                                                kAfrica,
                                                kMadagascar,
                                                kAustralia,
                                                kTasmania,
                                                kNewZealandNorth,
                                                kNewZealandSouth,
                                                kNewGuinea,
                                                kBorneo,
                                                kSumatra,
                                                kJava,
                                                kSulawesi,
                                                kPhilippines,
                                                kTaiwan,
                                                kSriLanka,
                                                kJapan,
                                                kGreatBritain,
                                                kIreland,
                                                kIceland,
                                                kNovayaZemlya,
                                                kSakhalin};

}  // namespace

const std::vector<QPolygonF>& landOutline() {
    static const std::vector<QPolygonF> outline = [] {
        std::vector<QPolygonF> polygons;
        for (const std::span<const LandPoint> land : kLand) {
            QPolygonF polygon;
            for (const LandPoint& point : land)
                polygon << QPointF((point.longitude + 180) / 360.0, (90 - point.latitude) / 180.0);
            polygons.push_back(polygon);
        }
        return polygons;
    }();
    return outline;
}

}  // namespace orrery::widgets
