// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMainWindow>
#include <QMap>
#include <QVector>

#include "ui/shell/actions.h"
#include "ui/shell/appearance.h"
#include "ui/shell/docks.h"

class QMenu;
class QStackedWidget;

namespace vernier::ui {

class AdviceBar;
class DataPanel;
class FindingsPanel;
class GraphCanvas;
class GraphPanel;
class NodesPanel;
class Palette;
class ProblemBar;
class Recovery;
class RulesPanel;
class Session;
class StartPage;
class StatusLine;
class TopBar;

/// The window over one session: start page or workspace, menus from the table of actions.
class MainWindow : public QMainWindow {
    Q_OBJECT

public:
    enum class Panel { left, nodes, rules, right, bottom };   ///< left: nodes and rules; bottom: all of Tab
    enum class Tab { compare, time, data, findings, log };

    MainWindow(Session& session, Appearance& appearance, QWidget* parent = nullptr);
    ~MainWindow() override;

    [[nodiscard]] Session& session() { return session_; }
    [[nodiscard]] Appearance& appearance() { return appearance_; }
    [[nodiscard]] GraphCanvas* canvas() const;
    [[nodiscard]] GraphPanel* graphPanel() const { return graph_; }
    [[nodiscard]] NodesPanel* nodesPanel() const { return nodes_; }
    [[nodiscard]] RulesPanel* rulesPanel() const { return rules_; }
    [[nodiscard]] DataPanel* dataPanel() const { return data_; }
    [[nodiscard]] TopBar* topBar() const { return top_; }
    [[nodiscard]] StatusLine* statusLine() const { return status_; }
    [[nodiscard]] StartPage* startPage() const { return start_; }
    [[nodiscard]] QWidget* compareBoard() const { return compare_; }
    [[nodiscard]] QWidget* inspector() const { return inspector_; }
    [[nodiscard]] Docks* docks() const { return docks_; }
    [[nodiscard]] QAction* action(const QString& id) const { return actions_.value(id); }

    /// Opens a model or session; asks about unsaved work first.
    void openPath(const QString& path);
    void openDialog();
    void openDemo();
    bool saveSession();
    bool saveSessionAs();
    void closeDocument();
    void saveRunDialog();
    void saveReportDialog();
    void openRecipeDialog();
    void saveRecipeDialog();
    void pickDataFile();
    void pickDataFolder();
    void addCandidateDialog();
    void measureSettingsDialog();
    void measureBaseline();
    void quantize();
    void measureAgain();
    void focusFilter();
    void showPalette();
    void switchColour();
    void togglePanel(Panel panel);
    [[nodiscard]] bool shows(Panel panel) const;
    /// The inspector and the nodes change sides.
    void mirrorPanels();
    [[nodiscard]] bool mirrored() const;
    void showTab(Tab tab);
    void resetLayout();
    /// The comparison gets this share of the height.
    void giveBottom(double share);
    void showHelp();
    void showAbout();
    void goToStep(int step);
    void showNodeMenu(int node, const QPoint& globalPos);
    /// Shows a node in table, graph and inspector.
    void goToNode(int node);
    /// The node behind (1) or before (-1) the current one among those that the filter lets through, round the ends.
    void goToMatch(int step);
    /// Opens a model as the baseline, and others as candidates beside it.
    void openWithCandidates(const QString& model, const QStringList& candidates);
    /// Offers what a crash left behind, once; to be called when the window is there.
    void offerRecovery();

protected:
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    [[nodiscard]] bool usable(Needs needs) const;
    void locateModel(const QString& session, const QString& model);
    void keepView();
    void takeView();
    [[nodiscard]] QString askToOpen(const QString& title, const QString& kinds);
    [[nodiscard]] QString askToSave(const QString& title, const QString& name, const QString& kinds);
    bool report(const QString& problem, const QString& path);
    bool saveTo(const QString& path);
    [[nodiscard]] QString nameLike(const QString& ending) const;
    QWidget* buildWorkspace();
    QWidget* buildDocks();
    void fillPanelsMenu();
    void buildMenus();
    void fillRecentMenu();
    void connectPanels();
    void updateActions();
    void sessionChanged();
    void retheme();
    void updateTitle();
    void showWorkspace(bool on);
    void docksChanged();
    void fitBottom();
    [[nodiscard]] int usualBottom(int height) const;
    void saveLayout();
    void restoreLayout();
    [[nodiscard]] bool mayDiscard();
    void dropPaths(const QStringList& paths);

    Session& session_;
    Appearance& appearance_;
    QMap<QString, QAction*> actions_;
    QMenu* recentMenu_ = nullptr;
    QMenu* panelsMenu_ = nullptr;
    QStackedWidget* stack_;
    StartPage* start_;
    TopBar* top_;
    ProblemBar* problem_;
    AdviceBar* advice_;
    NodesPanel* nodes_;
    RulesPanel* rules_;
    GraphPanel* graph_;
    DataPanel* data_;
    FindingsPanel* findings_;
    StatusLine* status_;
    QWidget* inspector_ = nullptr;
    QWidget* compare_ = nullptr;
    QWidget* time_ = nullptr;
    Docks* docks_ = nullptr;
    QMap<Panel, QVector<Docks::Panel>> away_;   ///< what a group of panels showed when it was hidden
    bool roomyBottom_ = true;   ///< the comparison has its usual height
    int bottomHeight_ = 0;      ///< of it, when it has
    Palette* palette_ = nullptr;
    Recovery* recovery_ = nullptr;
};

}  // namespace vernier::ui
