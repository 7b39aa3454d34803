// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/help_sheet.h"

#include <QCoreApplication>
#include <QDialog>
#include <QKeySequence>
#include <QTextBrowser>
#include <QVBoxLayout>

#include "ui/shell/actions.h"

namespace vernier::ui {

namespace {

QString tr(const char* words) { return QCoreApplication::translate("HelpSheet", words); }

QString line(const QString& left, const QString& right) {
    return QStringLiteral("<tr><td style='padding-right: 24px'>%1</td><td><code>%2</code></td></tr>").arg(left.toHtmlEscaped(), right.toHtmlEscaped());
}

}  // namespace

QString helpHtml() {
    QString html;
    int menu = -1;
    for (const ActionRow& row : actionTable()) {
        if (static_cast<int>(row.menu) != menu) {
            html += QStringLiteral("%1<h4>%2</h4><table>")
                        .arg(menu < 0 ? QString() : QStringLiteral("</table>"), menuTitle(row.menu).remove(QLatin1Char('&')).toHtmlEscaped());
            menu = static_cast<int>(row.menu);
        }
        QStringList keys;
        for (const QString& key : QString::fromLatin1(row.shortcuts).split(QLatin1Char(' '), Qt::SkipEmptyParts)) {
            keys << QKeySequence(key).toString(QKeySequence::NativeText);
        }
        QString text = QCoreApplication::translate("Actions", row.text).remove(QLatin1Char('&'));
        const QString tip = *row.tip == '\0' ? QString() : QCoreApplication::translate("Actions", row.tip);
        html += line(tip.isEmpty() ? text : text + QStringLiteral(" – ") + tip, keys.join(QStringLiteral(" ")));
    }
    html += QStringLiteral("</table><h4>%1</h4><table>").arg(tr("In the graph"));
    html += line(tr("Zoom at the pointer"), tr("wheel"));
    html += line(tr("Move"), tr("drag on empty ground, middle button, or Space and drag"));
    html += line(tr("Add to the selection"), tr("Ctrl+click, Shift+drag for a box"));
    html += line(tr("Go to producer, reader or neighbour"), tr("arrow keys"));
    html += line(tr("Zoom to a node"), tr("double click or Enter"));
    html += line(tr("Open the body of an If, Loop or Scan"), tr("double click or Enter"));
    html += line(tr("Leave a body"), tr("Esc, or Alt+Left"));
    html += QStringLiteral("</table><h4>%1</h4><table>").arg(tr("Panels"));
    html += line(tr("Move to another side, onto another panel, or out"), tr("drag the title or the tab"));
    html += line(tr("Into a window of its own, and back"), tr("double click on the title"));
    html += line(tr("The same from a menu"), tr("⋮ in the title, right click on a tab"));
    return html + QStringLiteral("</table>");
}

void showHelpSheet(QWidget* parent) {
    QDialog dialog(parent);
    dialog.setWindowTitle(tr("Keys and commands"));
    dialog.resize(640, 680);
    auto* layout = new QVBoxLayout(&dialog);
    layout->setContentsMargins(0, 0, 0, 0);
    auto* browser = new QTextBrowser;
    browser->setFrameShape(QFrame::NoFrame);
    browser->setStyleSheet(QStringLiteral("QTextBrowser { border: none; padding: 8px 16px; }"));
    browser->setHtml(helpHtml());
    layout->addWidget(browser);
    dialog.exec();
}

}  // namespace vernier::ui
