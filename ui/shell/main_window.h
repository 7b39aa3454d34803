// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMainWindow>
#include <QMap>
#include <QString>
#include <QStringList>

#include "ui/shell/actions.h"
#include "ui/shell/appearance.h"
#include "ui/shell/docks.h"

class QMenu;
class QStackedWidget;

namespace vernier::ui {

class AdviceBar;
class GraphCanvas;
class GraphPanel;
class Palette;
class ProblemBar;
class Recovery;
class Session;
class StartPage;
class StatusLine;
class TopBar;

/// The window over one session: start page or workspace, menus from the table of actions.
class MainWindow : public QMainWindow {
    Q_OBJECT

public:
    MainWindow(Session& session, Appearance& appearance, QWidget* parent = nullptr);
    ~MainWindow() override;

    [[nodiscard]] Session& session() { return session_; }
    [[nodiscard]] Appearance& appearance() { return appearance_; }
    [[nodiscard]] GraphCanvas* canvas() const;
    [[nodiscard]] GraphPanel* graphPanel() const { return graph_; }
    /// By its class, for those who know it.
    template <class Panel>
    [[nodiscard]] Panel* panel() const {
        return docks_->findChild<Panel*>();
    }
    [[nodiscard]] TopBar* topBar() const { return top_; }
    [[nodiscard]] StatusLine* statusLine() const { return status_; }
    [[nodiscard]] StartPage* startPage() const { return start_; }
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
    void addCandidateDialog();
    void measureSettingsDialog();
    void measureBaseline();
    void quantize();
    void measureAgain();
    void showPalette();
    void switchColour();
    /// Panels by their ids (panelTable()), one or a group; a group is shown where at least one of it is.
    void togglePanels(const QStringList& ids);
    [[nodiscard]] bool shows(const QStringList& ids) const;
    /// The inspector and the nodes change sides.
    void mirrorPanels();
    [[nodiscard]] bool mirrored() const;
    void bringUp(const QString& id);
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
    void resizeEvent(QResizeEvent* event) override;

private:
    [[nodiscard]] bool usable(Needs needs) const;
    [[nodiscard]] QString whyNot(Needs needs) const;
    void run(const char* command);
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
    void giveRoom();
    void takeRoomBack();
    void fitBottom();
    [[nodiscard]] int usualBottom(int height) const;
    [[nodiscard]] int mostBottom(int height) const;
    void lowerBottom();
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
    GraphPanel* graph_;
    StatusLine* status_;
    Docks* docks_ = nullptr;
    QMap<QStringList, QStringList> away_;  ///< what a group of panels showed when it was hidden
    bool roomGiven_ = false;               ///< the left side is away for the table of layers
    bool roomyBottom_ = true;              ///< the comparison has its usual height
    int bottomHeight_ = 0;                 ///< of it, when it has
    Palette* palette_ = nullptr;
    Recovery* recovery_ = nullptr;
};

}  // namespace vernier::ui
