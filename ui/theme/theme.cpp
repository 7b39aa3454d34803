// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/theme.h"

#include <QApplication>
#include <QFontDatabase>
#include <QFontInfo>
#include <QPalette>
#include <QScreen>
#include <QStringList>
#include <QStyleFactory>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>

#include "core/quant/method.h"
#include "ui/theme/theme_watch.h"

namespace vernier::ui {

namespace {

/// Colours of what a model can be already and no method makes.
constexpr std::pair<std::string_view, QRgb> kOtherPrecisions[] = {{"int8-weight", 0xffcc79a7}, {"int4", 0xffd55e00}, {"int4-weight", 0xffd55e00}};

/// Relative luminance, WCAG 2.1.
double luminance(const QColor& colour) {
    const auto linear = [](double c) { return c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4); };
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF());
}

double contrast(const QColor& a, const QColor& b) {
    const double la = luminance(a), lb = luminance(b);
    return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

enum Category { convolution, product, recurrent, normalization, activation, pooling, arithmetic, shaping, quantization, other };

constexpr std::pair<QStringView, Category> kOps[] = {
    {u"Conv", convolution},
    {u"ConvTranspose", convolution},
    {u"ConvInteger", convolution},
    {u"DeformConv", convolution},
    {u"FusedConv", convolution},
    {u"MatMul", product},
    {u"Gemm", product},
    {u"MatMulInteger", product},
    {u"Einsum", product},
    {u"MatMulNBits", product},
    {u"FusedMatMul", product},
    {u"Attention", product},
    {u"MultiHeadAttention", product},
    {u"LSTM", recurrent},
    {u"GRU", recurrent},
    {u"RNN", recurrent},
    {u"BatchNormalization", normalization},
    {u"LayerNormalization", normalization},
    {u"InstanceNormalization", normalization},
    {u"GroupNormalization", normalization},
    {u"RMSNormalization", normalization},
    {u"SimplifiedLayerNormalization", normalization},
    {u"SkipLayerNormalization", normalization},
    {u"LpNormalization", normalization},
    {u"LRN", normalization},
    {u"Relu", activation},
    {u"LeakyRelu", activation},
    {u"PRelu", activation},
    {u"Elu", activation},
    {u"Selu", activation},
    {u"Celu", activation},
    {u"Clip", activation},
    {u"Sigmoid", activation},
    {u"HardSigmoid", activation},
    {u"HardSwish", activation},
    {u"Swish", activation},
    {u"Tanh", activation},
    {u"Softmax", activation},
    {u"LogSoftmax", activation},
    {u"Gelu", activation},
    {u"Erf", activation},
    {u"Mish", activation},
    {u"Softplus", activation},
    {u"MaxPool", pooling},
    {u"AveragePool", pooling},
    {u"GlobalAveragePool", pooling},
    {u"GlobalMaxPool", pooling},
    {u"ReduceMean", pooling},
    {u"ReduceSum", pooling},
    {u"ReduceMax", pooling},
    {u"ReduceMin", pooling},
    {u"ArgMax", pooling},
    {u"TopK", pooling},
    {u"Add", arithmetic},
    {u"Sub", arithmetic},
    {u"Mul", arithmetic},
    {u"Div", arithmetic},
    {u"Pow", arithmetic},
    {u"Sqrt", arithmetic},
    {u"Exp", arithmetic},
    {u"Log", arithmetic},
    {u"Sum", arithmetic},
    {u"Min", arithmetic},
    {u"Max", arithmetic},
    {u"Reshape", shaping},
    {u"Transpose", shaping},
    {u"Flatten", shaping},
    {u"Squeeze", shaping},
    {u"Unsqueeze", shaping},
    {u"Concat", shaping},
    {u"Split", shaping},
    {u"Slice", shaping},
    {u"Gather", shaping},
    {u"Pad", shaping},
    {u"Resize", shaping},
    {u"Expand", shaping},
    {u"Shape", shaping},
    {u"Tile", shaping},
    {u"Cast", shaping},
    {u"DepthToSpace", shaping},
    {u"QuantizeLinear", quantization},
    {u"DequantizeLinear", quantization},
    {u"DynamicQuantizeLinear", quantization},
    {u"Identity", other},
};

}  // namespace

Theme Theme::light() {
    Theme t;
    t.window = QColor(0xffffff);
    t.panel = QColor(0xffffff);
    t.text = QColor(0x1d2330);
    t.text2 = QColor(0x5f697d);
    t.line = QColor(0xdfe3ea);
    t.accent = QColor(0x1f6feb);
    t.accentSoft = QColor(0xeef2f8);
    t.card = QColor(0xffffff);
    t.canvas = QColor(0xfbfcfd);
    t.wire = QColor(0x9aa3b2);
    t.good = QColor(0x00805d);
    t.bad = QColor(0xc0392b);
    t.warn = QColor(0xe69f00);
    return t;
}

Theme Theme::night() {
    Theme t;
    t.dark = true;
    t.window = QColor(0x1c2027);
    t.panel = QColor(0x1c2027);
    t.text = QColor(0xe7eaf0);
    t.text2 = QColor(0x98a2b3);
    t.line = QColor(0x2e343e);
    t.accent = QColor(0x58a6ff);
    t.accentSoft = QColor(0x252b35);
    t.card = QColor(0x222731);
    t.canvas = QColor(0x171a20);
    t.wire = QColor(0x737c8b);
    t.good = QColor(0x2fbf94);
    t.bad = QColor(0xf0776a);
    t.warn = QColor(0xe69f00);
    return t;
}

Theme Theme::fromPalette(const QPalette& palette) { return palette.color(QPalette::Window).lightness() < 128 ? night() : light(); }

Theme Theme::current() { return fromPalette(QApplication::palette()); }

QColor Theme::method(QStringView id) const {
    const std::string wanted = id.toString().toStdString();
    for (const auto& [precision, colour] : kOtherPrecisions) {
        if (precision == wanted) {
            return QColor::fromRgb(colour);
        }
    }
    const std::string_view colour = row(method_from_id(wanted).value_or(Method::fp32)).colour;
    return QColor(QString::fromLatin1(colour.data(), static_cast<qsizetype>(colour.size())));
}

QColor Theme::ink(const QColor& colour) const {
    const QColor towards = dark ? QColor(Qt::white) : QColor(Qt::black);
    QColor result = colour;
    for (double weight = 0.95; contrast(result, card) < 4.5 && weight > 0; weight -= 0.05) {
        result = mixed(colour, towards, weight);
    }
    return result;
}

QColor Theme::methodInk(QStringView id) const { return ink(method(id)); }

QColor Theme::ramp(double part) const {
    const QColor least(dark ? 0x343a45 : 0xefe9e6), middle(dark ? 0xa8602c : 0xf0a566), most(dark ? 0xffa65c : 0xb03a00);
    const double at = std::clamp(part, 0.0, 1.0);
    return at < 0.5 ? mixed(middle, least, at * 2) : mixed(most, middle, at * 2 - 1);
}

QColor Theme::category(int index) const {
    static constexpr std::array<QRgb, 10> kColours = {0xff0072b2, 0xffd55e00, 0xffcc79a7, 0xff8a919e, 0xff009e73,
                                                      0xff56b4e9, 0xffe69f00, 0xffb9a77c, 0xff7a5fb5, 0xffb4bac4};
    return QColor::fromRgb(kColours[static_cast<std::size_t>(std::clamp(index, 0, 9))]);
}

int opCategory(QStringView opType) {
    for (const auto& [name, category] : kOps) {
        if (name == opType) {
            return category;
        }
    }
    if (opType.startsWith(u"QLinear")) {
        return quantization;
    }
    return opType.startsWith(u"Reduce") ? pooling : other;
}

const QStringList& opCategoryNames() {
    static const QStringList names = {QStringLiteral("Convolution"),   QStringLiteral("Matrix product"),   QStringLiteral("Recurrent"),
                                      QStringLiteral("Normalization"), QStringLiteral("Activation"),       QStringLiteral("Pooling, reduction"),
                                      QStringLiteral("Arithmetic"),    QStringLiteral("Shape and layout"), QStringLiteral("Quantization"),
                                      QStringLiteral("Other")};
    return names;
}

QColor mixed(const QColor& colour, const QColor& ground, double weight) {
    const auto mix = [weight](int a, int b) { return static_cast<int>(std::lround(a * weight + b * (1.0 - weight))); };
    return {mix(colour.red(), ground.red()), mix(colour.green(), ground.green()), mix(colour.blue(), ground.blue())};
}

QFont bodyFont() { return QApplication::font(); }

QFont labelFont() {
    QFont font = QApplication::font();
    font.setPixelSize(std::max(8, qRound(QFontInfo(font).pixelSize() * 11.0 / 13.0)));
    return font;
}

QFont monoFont(double scale) {
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    font.setStyleHint(QFont::Monospace);
    font.setPixelSize(std::max(8, qRound(QFontInfo(QApplication::font()).pixelSize() * scale * 12.0 / 13.0)));
    return font;
}

bool systemIsDark(const QApplication&) { return QApplication::palette().color(QPalette::Window).lightness() < 128; }

QPalette paletteOf(const Theme& t) {
    QPalette p;
    p.setColor(QPalette::Window, t.window);
    p.setColor(QPalette::WindowText, t.text);
    p.setColor(QPalette::Base, t.window);
    p.setColor(QPalette::AlternateBase, t.accentSoft);
    p.setColor(QPalette::Text, t.text);
    p.setColor(QPalette::Button, t.window);
    p.setColor(QPalette::ButtonText, t.text);
    p.setColor(QPalette::BrightText, t.bad);
    p.setColor(QPalette::PlaceholderText, t.text2);
    p.setColor(QPalette::Highlight, t.accent);
    p.setColor(QPalette::HighlightedText, t.dark ? QColor(0x10141a) : QColor(Qt::white));
    p.setColor(QPalette::Link, t.accent);
    p.setColor(QPalette::LinkVisited, t.accent);
    p.setColor(QPalette::ToolTipBase, t.card);
    p.setColor(QPalette::ToolTipText, t.text);
    p.setColor(QPalette::Light, t.line);
    p.setColor(QPalette::Midlight, t.line);
    p.setColor(QPalette::Mid, t.line);
    p.setColor(QPalette::Dark, t.line);
    p.setColor(QPalette::Shadow, t.dark ? QColor(Qt::black) : QColor(0xc4cad4));
    const QColor faint = mixed(t.text2, t.window, 0.6);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
        p.setColor(QPalette::Disabled, role, faint);
    }
    p.setColor(QPalette::Disabled, QPalette::Highlight, t.line);
    return p;
}

void applyTheme(QApplication& app, bool dark) {
    const Theme theme = dark ? Theme::night() : Theme::light();
    // Qt Charts scales the application's font in points; some platforms give it in pixels only.
    if (QFont font = QApplication::font(); font.pointSizeF() <= 0 && QGuiApplication::primaryScreen() != nullptr) {
        font.setPointSizeF(font.pixelSize() * 72.0 / QGuiApplication::primaryScreen()->logicalDotsPerInch());
        QApplication::setFont(font);
    }
    // Once: every change of the style makes all widgets' looks anew.
    constexpr const char* kStyled = "vernierStyled";
    if (!app.property(kStyled).toBool()) {
        QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
        app.setProperty(kStyled, true);
    }
    QApplication::setPalette(paletteOf(theme));
    app.setStyleSheet(styleSheetOf(theme));
    ThemeWatch::instance().tell();
}

}  // namespace vernier::ui
